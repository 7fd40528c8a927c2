//! Versions count the changes of a record, and an update of an old version is refused.

use std::sync::Arc;

use proofdesk_domain::entities::{business, event};
use proofdesk_domain::entity::{ID, VERSION};
use proofdesk_domain::value::Value;

use super::Outcome;
use super::samples::WRITTEN;
use super::world::{World, assert_fails};
use crate::{Store, StoreError, Transaction, has_version};

/// Whatever the record says.
pub async fn an_insert_gives_version_one(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    for (number, said) in [Value::Null, Value::Int(0), Value::Int(9)].into_iter().enumerate() {
        let record = world.sample(&business::BUSINESS, number).with(VERSION, said);
        let record = world.insert(record).await?;
        assert_eq!(world.read(&record).await?.int(VERSION), Some(1));
    }
    Ok(())
}

/// For every entity that has one.
pub async fn an_update_adds_one(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    for entity in WRITTEN.into_iter().filter(|entity| has_version(entity)) {
        for expected in 2..5 {
            let record = world.first(entity);
            world.update(record.clone()).await?;
            assert_eq!(world.read(&record).await?.int(VERSION), Some(expected), "{}", entity.name);
        }
    }
    Ok(())
}

/// An older version, a newer one, and none.
pub async fn a_stale_update_is_a_conflict(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let stale = world.first(&business::BUSINESS).with(business::NAME, "stale");
    world.update(stale.clone().with(business::NAME, "second")).await?;
    assert_fails!(world.update(stale.clone()).await, StoreError::Conflict);
    for version in [Value::Int(3), Value::Int(0), Value::Null] {
        let other = stale.clone().with(VERSION, version);
        assert_fails!(world.update(other).await, StoreError::Conflict);
    }
    world.check_everything().await
}

/// Within one transaction the second update finds what the first one left.
pub async fn a_second_update_needs_the_next_version(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let first = world.first(&business::BUSINESS).with(business::NAME, "first");
    let second = first.clone().with(business::NAME, "second");
    let mut transaction = Transaction::default();
    transaction.update(first.clone());
    transaction.update(second.clone());
    assert_fails!(world.store.commit(transaction).await, StoreError::Conflict);
    world.check_everything().await?;
    let second = second.with(VERSION, first.int(VERSION).map(|version| version + 1));
    let mut transaction = Transaction::default();
    transaction.update(first.clone());
    transaction.update(second.clone());
    world.store.commit(transaction).await?;
    world.model.update(&first);
    world.model.update(&second);
    assert_eq!(world.first(&business::BUSINESS).int(VERSION), Some(3));
    world.check_everything().await
}

/// Deleted meanwhile, or never there.
pub async fn updating_what_is_not_there_is_a_conflict(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let gone = world.insert(world.sample(&business::BUSINESS, 0)).await?;
    world.delete(&gone).await?;
    assert_fails!(world.update(gone.clone()).await, StoreError::Conflict);
    assert_fails!(world.update(gone.with(ID, 12_345)).await, StoreError::Conflict);
    let event = world.sample(&event::EVENT, 0).with(ID, 12_345);
    let event = event.with(event::BUSINESS_ID, Value::Null);
    assert_fails!(world.update(event).await, StoreError::Conflict);
    world.check_everything().await
}

/// Events have no version: the last write stays.
pub async fn what_has_no_version_is_just_updated(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let event = world.first(&event::EVENT);
    for n in [7, 8] {
        world.update(event.clone().with(event::ENTITY_ID, n)).await?;
        assert_eq!(world.read(&event).await?.int(event::ENTITY_ID), Some(n));
    }
    Ok(())
}
