//! All of a transaction happens, or nothing of it.

use std::sync::Arc;

use proofdesk_domain::entities::{business, check, coworker, document, event, user, user_role};
use proofdesk_domain::entity::VERSION;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::world::{World, assert_fails};
use crate::{Store, StoreError, Transaction};

/// Inserts, updates, deletes and changes of lists, all of which would succeed by themselves.
fn good_writes(world: &World) -> Transaction {
    let mut transaction = Transaction::default();
    let business = transaction.insert(world.sample(&business::BUSINESS, 70));
    transaction.insert(world.sample(&check::CHECK, 70).with(check::BUSINESS_ID, business));
    let members = Value::List(world.ids(&business::BUSINESS));
    transaction.update(world.first(&coworker::COWORKER).with(coworker::BUSINESSES, members));
    let users = Value::List(world.ids(&user::USER));
    transaction.update(world.first(&user_role::USER_ROLE).with(user_role::USERS, users));
    transaction.delete(&world.first(&event::EVENT));
    transaction
}

/// The last write takes a login that is taken.
pub async fn a_duplicate_takes_everything_back(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    let taken = world.first(&user::USER).get(user::LOGIN).clone();
    let mut transaction = good_writes(&world);
    transaction.insert(world.sample(&user::USER, 70).with(user::LOGIN, taken));
    assert_fails!(world.store.commit(transaction).await, StoreError::Duplicate { .. });
    world.check_everything().await
}

/// The last write refers to nothing.
pub async fn a_missing_reference_takes_everything_back(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    let mut transaction = good_writes(&world);
    transaction.insert(world.sample(&document::DOCUMENT, 70).with(document::CHECK_ID, 999_999));
    assert_fails!(world.store.commit(transaction).await, StoreError::Reference);
    world.check_everything().await
}

/// The last write updates an old version.
pub async fn a_stale_update_takes_everything_back(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    let mut transaction = good_writes(&world);
    transaction.update(world.first(&business::BUSINESS).with(VERSION, 99));
    assert_fails!(world.store.commit(transaction).await, StoreError::Conflict);
    world.check_everything().await
}

/// A guard fails although every write would succeed; without it they do.
pub async fn a_failing_guard_writes_nothing(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    let mut transaction = good_writes(&world);
    transaction.holds(&world.first(&business::BUSINESS), VERSION, 99);
    assert_fails!(world.store.commit(transaction).await, StoreError::Conflict);
    world.check_everything().await?;
    assert_eq!(world.store.commit(good_writes(&world)).await?.len(), 2);
    Ok(())
}
