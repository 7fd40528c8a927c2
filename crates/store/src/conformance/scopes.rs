//! The border between tenants.

use std::sync::Arc;

use proofdesk_domain::entities::{self, audit_entry, business, check, coworker, event, user};
use proofdesk_domain::entity::ID;
use proofdesk_domain::list::{Order, Page, Test};
use proofdesk_domain::path::Path;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::world::{EVERYTHING, World};
use crate::{Query, Store, StoreError};

fn scopes(world: &World) -> Vec<Scope> {
    let ids = world.ids(&business::BUSINESS);
    vec![
        Scope::All,
        Scope::of([]),
        Scope::of([ids[0]]),
        Scope::of([ids[1], ids[4]]),
        Scope::of([999_999, i64::MIN, i64::MAX]),
        Scope::of(ids),
    ]
}

/// Selected, listed and counted: by column, by membership, businesses themselves, shared and internal.
pub async fn every_entity_in_every_scope(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    for scope in scopes(&world) {
        for entity in entities::all() {
            world.check(&Query::all(entity, scope.clone(), EVERYTHING)).await?;
        }
    }
    Ok(())
}

/// Read by id.
pub async fn one_record_in_every_scope(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    for scope in scopes(&world) {
        for entity in entities::all() {
            for id in world.ids(entity).into_iter().take(6) {
                world.check(&Query::by_id(entity, scope.clone(), id)).await?;
            }
        }
    }
    Ok(())
}

async fn count(world: &World, record: &Record, scope: Scope) -> Result<u64, StoreError> {
    let listed = world.store.list(&Query::by_id(record.entity(), scope, record.id())).await?;
    assert_eq!(listed.records.len() as u64, listed.total);
    Ok(listed.total)
}

/// Said once more by example: the owner sees it, another sees none of it, not even that it is counted.
pub async fn another_business_sees_nothing(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let ids = world.ids(&business::BUSINESS);
    let ours = world.insert(world.sample(&check::CHECK, 90).with(check::BUSINESS_ID, ids[0])).await?;
    let entry = world.sample(&audit_entry::AUDIT_ENTRY, 90);
    let nobodys = world.insert(entry.with(audit_entry::BUSINESS_ID, Value::Null)).await?;
    assert_eq!(count(&world, &ours, Scope::of([ids[0]])).await?, 1);
    assert_eq!(count(&world, &ours, Scope::of([ids[1], ids[2]])).await?, 0);
    assert_eq!(count(&world, &ours, Scope::of([])).await?, 0);
    assert_eq!(count(&world, &nobodys, Scope::All).await?, 1);
    assert_eq!(count(&world, &nobodys, Scope::of(ids)).await?, 0);
    let event = world.first(&event::EVENT);
    let own = event.int(event::BUSINESS_ID).unwrap_or_default();
    assert_eq!(count(&world, &event, Scope::of([own])).await?, 0, "events are internal");
    Ok(())
}

/// Once, however many of the businesses the scope has.
pub async fn members_are_seen_by_each_of_their_businesses(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let ids = world.ids(&business::BUSINESS);
    let members = Value::List(vec![ids[1], ids[2]]);
    let both =
        world.insert(world.sample(&coworker::COWORKER, 90).with(coworker::BUSINESSES, members)).await?;
    let none = world.sample(&user::USER, 90).with(user::BUSINESSES, Value::List(vec![]));
    let none = world.insert(none).await?;
    for (scope, expected) in [
        (Scope::of([ids[1]]), 1),
        (Scope::of([ids[2]]), 1),
        (Scope::of([ids[1], ids[2]]), 1),
        (Scope::of([ids[3]]), 0),
    ] {
        assert_eq!(count(&world, &both, scope).await?, expected);
    }
    assert_eq!(count(&world, &none, Scope::of(ids)).await?, 0);
    Ok(())
}

/// A filter never widens a scope, and pages count only what is in it.
pub async fn scopes_filters_and_pages_combine(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    let order = Order { field: check::NAME, path: Path::own(check::NAME), descending: true };
    for scope in scopes(&world) {
        for business in world.ids(&business::BUSINESS) {
            world
                .check(&Query::all(&check::CHECK, scope.clone(), 9).equals(check::BUSINESS_ID, business))
                .await?;
        }
        for number in 1..4 {
            let query = Query::all(&coworker::COWORKER, scope.clone(), 2);
            let query = query.filter(ID, Test::AtLeast(world.ids(&coworker::COWORKER)[2]));
            world.check(&Query { page: Page { number, size: 2 }, ..query }).await?;
            let query = Query { order: order.clone(), ..Query::all(&check::CHECK, scope.clone(), 2) };
            world.check(&Query { page: Page { number, size: 2 }, ..query }).await?;
        }
    }
    Ok(())
}
