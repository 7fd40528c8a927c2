//! List fields: link tables, seen from either end.

use std::sync::Arc;

use proofdesk_domain::entities::{business, coworker, user, user_role};
use proofdesk_domain::entity::VERSION;
use proofdesk_domain::roles::Role;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::world::World;
use crate::Store;

fn list(ids: &[i64]) -> Value {
    Value::List(ids.to_vec())
}

/// More, fewer, others, none, in any order; an update that leaves the list as it was keeps it.
pub async fn a_list_is_replaced_on_update(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let ids = world.ids(&business::BUSINESS);
    let others: Vec<_> = world.model.all(&coworker::COWORKER).split_off(1);
    for wanted in [&ids[..], &ids[..2], &ids[3..5], &[], &[], &ids[4..], &ids[4..]] {
        let record = world.first(&coworker::COWORKER).with(coworker::BUSINESSES, list(wanted));
        world.update(record.clone()).await?;
        assert_eq!(world.read(&record).await?.list(coworker::BUSINESSES), wanted);
    }
    let record = world.first(&coworker::COWORKER);
    let backwards = record.with(coworker::BUSINESSES, list(&[ids[5], ids[1], ids[3]]));
    world.update(backwards.clone()).await?;
    let expected = [ids[1], ids[3], ids[5]];
    assert_eq!(world.read(&backwards).await?.list(coworker::BUSINESSES), expected);
    for other in others {
        assert_eq!(world.read(&other).await?.list(coworker::BUSINESSES), other.list(coworker::BUSINESSES));
    }
    Ok(())
}

/// The bundles of a user are the users of the bundles; writing one end shows at the other and leaves its version.
pub async fn one_table_is_seen_from_both_ends(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    world.insert(world.sample(&business::BUSINESS, 0)).await?;
    let user = world.insert(world.sample(&user::USER, 0)).await?;
    let bundle = world.sample(&user_role::USER_ROLE, 0).with(user_role::USERS, list(&[user.id()]));
    let bundle = world.insert(bundle).await?;
    let seen = world.read(&user).await?;
    assert_eq!(seen.list(user::USER_ROLES), [bundle.id()]);
    assert_eq!(seen.int(VERSION), Some(1));
    world.update(seen.with(user::USER_ROLES, list(&[]))).await?;
    let seen = world.read(&bundle).await?;
    assert!(seen.list(user_role::USERS).is_empty());
    assert_eq!(seen.int(VERSION), Some(1));
    let other = world.sample(&user::USER, 1).with(user::USER_ROLES, list(&[bundle.id()]));
    let other = world.insert(other).await?;
    assert_eq!(world.read(&bundle).await?.list(user_role::USERS), [other.id()]);
    world.check_everything().await
}

/// A user's entries go with the user, a bundle's with the bundle; the other end stays, without them.
pub async fn either_end_can_be_deleted(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    world.insert(world.sample(&business::BUSINESS, 0)).await?;
    let users = [
        world.insert(world.sample(&user::USER, 0)).await?,
        world.insert(world.sample(&user::USER, 1)).await?,
    ];
    let both = list(&[users[0].id(), users[1].id()]);
    let bundle = world.sample(&user_role::USER_ROLE, 0).with(user_role::USERS, both);
    let bundle = world.insert(bundle).await?;
    world.delete(&users[0]).await?;
    assert_eq!(world.read(&bundle).await?.list(user_role::USERS), [users[1].id()]);
    world.delete(&bundle).await?;
    assert!(world.read(&users[1]).await?.list(user::USER_ROLES).is_empty());
    world.check_everything().await
}

/// All roles, some, none.
pub async fn roles_of_a_bundle_read_back(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let all: Vec<i64> = Role::all().map(Role::number).collect();
    for wanted in [&all[..], &all[3..9], &[]] {
        let record = world.first(&user_role::USER_ROLE).with(user_role::ROLES, list(wanted));
        world.update(record.clone()).await?;
        assert_eq!(world.read(&record).await?.list(user_role::ROLES), wanted);
    }
    Ok(())
}
