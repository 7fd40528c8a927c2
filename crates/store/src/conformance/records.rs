//! What is written is what is read.

use std::sync::Arc;

use proofdesk_domain::entities::{audit_values, business, check, document, event};
use proofdesk_domain::entity::{FieldIndex, ID, Source, VERSION};
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::samples::{TEXTS, WRITTEN, is_nullable};
use super::world::{EVERYTHING, World, assert_fails};
use crate::{Query, Store, StoreError, Transaction};

/// Every field of every entity, with values of every kind.
pub async fn every_entity_reads_back_as_written(store: Arc<dyn Store>) -> Outcome {
    World::populated(store).await?.check_everything().await
}

/// A sample unlike the first one, but with the same document and slot for a file, which are unique.
const OTHER: usize = 108;

/// An update writes every column and list: with other values, and back to null.
pub async fn every_entity_is_updated_as_a_whole(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    for entity in WRITTEN {
        let stored = world.first(entity);
        let other = world.sample(entity, OTHER).with(ID, stored.id());
        let version = if crate::has_version(entity) { stored.get(VERSION).clone() } else { Value::Null };
        let other = if version.is_null() { other } else { other.with(VERSION, version) };
        world.update(other).await?;
        let mut sparse = world.first(entity);
        for (place, field) in entity.fields.iter().enumerate() {
            match field.source {
                Source::Column(_) if is_nullable(entity, FieldIndex(place)) => {
                    sparse.set(FieldIndex(place), Value::Null);
                }
                Source::Links(_) => sparse.set(FieldIndex(place), Value::List(Vec::new())),
                _ => {}
            }
        }
        world.update(sparse).await?;
    }
    world.check_everything().await
}

/// A list that an update leaves null stays as it is: it may have been changed from its other end meanwhile.
pub async fn a_list_that_is_null_stays(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let mut lists = 0;
    for entity in WRITTEN {
        for stored in world.model.all(entity) {
            let mut without = stored.clone();
            for (place, field) in entity.fields.iter().enumerate() {
                if matches!(field.source, Source::Links(_)) {
                    lists += stored.list(FieldIndex(place)).len();
                    without.set(FieldIndex(place), Value::Null);
                }
            }
            if without != stored {
                let mut transaction = Transaction::default();
                transaction.update(without);
                world.store.commit(transaction).await?;
                world.model.update(&stored);
            }
        }
    }
    assert!(lists > 10, "{lists}");
    world.check_everything().await
}

/// Each awkward text, the empty one too, and texts of the greatest length.
pub async fn texts_of_every_length_and_script_read_back(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    for (number, text) in TEXTS.iter().enumerate() {
        let record = world.sample(&business::BUSINESS, 200 + number).with(business::NAME, *text);
        world.insert(record).await?;
    }
    let long = world.sample(&document::DOCUMENT, 200).with(document::NOTES, "😀".repeat(10_000));
    world.insert(long).await?;
    let mebibyte = "{\"é\":1}".repeat((1 << 20) / 8);
    let values = world.sample(&audit_values::AUDIT_VALUES, 200).with(audit_values::NEW_VALUE, mebibyte);
    world.insert(values).await?;
    world.check_everything().await
}

/// The least and the greatest number that fit, and those around 0 and around 32 and 53 bits.
pub async fn numbers_of_every_size_read_back(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let around = |n: i64| [n - 1, n, n + 1];
    let powers = [around(0), around(1 << 31), around(-(1 << 31)), around(1 << 53), around(-(1 << 53))];
    for (number, n) in powers.into_iter().flatten().chain([i64::MIN, i64::MAX]).enumerate() {
        let record = world.sample(&business::BUSINESS, number).with(business::COUNTRY_ID, n);
        let record = world.insert(record).await?;
        assert_eq!(world.read(&record).await?.int(business::COUNTRY_ID), Some(n));
    }
    Ok(())
}

/// Each id is greater than every one before, even than those of records deleted since, and of those taken back.
pub async fn ids_ascend_and_are_never_used_again(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let mut greatest = 0;
    for number in 0..4 {
        let pair =
            [0, 1].map(|half| world.sample(&business::BUSINESS, number * 2 + half).with(ID, 77)).into();
        let ids = world.insert_all(pair).await?;
        assert!(greatest < ids[0] && ids[0] < ids[1], "{greatest} {ids:?}");
        greatest = ids[1];
        let last = world.model.get(&business::BUSINESS, greatest);
        world.delete(&last).await?;
    }
    world.check_everything().await
}

/// A new id reaches the references of later inserts and updates.
pub async fn a_later_write_can_refer_to_an_earlier_insert(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let changed = world.first(&check::CHECK);
    let mut transaction = Transaction::default();
    let first = transaction.insert(world.sample(&business::BUSINESS, 300));
    let second = transaction.insert(world.sample(&business::BUSINESS, 301));
    let check = world.sample(&check::CHECK, 300).with(check::BUSINESS_ID, second);
    let inserted = transaction.insert(check.clone());
    let document = world.sample(&document::DOCUMENT, 300).with(document::BUSINESS_ID, first);
    transaction.insert(document.clone().with(document::CHECK_ID, inserted));
    transaction.update(changed.clone().with(check::BUSINESS_ID, first));
    let ids = world.store.commit(transaction).await?;
    assert_eq!(ids.len(), 4);
    world.model.insert(&world.sample(&business::BUSINESS, 300), ids[0]);
    world.model.insert(&world.sample(&business::BUSINESS, 301), ids[1]);
    world.model.insert(&check.with(check::BUSINESS_ID, ids[1]), ids[2]);
    let document = document.with(document::BUSINESS_ID, ids[0]).with(document::CHECK_ID, ids[2]);
    world.model.insert(&document, ids[3]);
    world.model.update(&changed.with(check::BUSINESS_ID, ids[0]));
    world.check_everything().await
}

/// Deleting needs something to delete, the second time too, also within one transaction.
pub async fn deleting_what_is_not_there_is_a_conflict(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let gone = world.insert(world.sample(&event::EVENT, 50)).await?;
    world.delete(&gone).await?;
    assert_fails!(world.delete(&gone).await, StoreError::Conflict);
    let never = gone.with(ID, i64::MAX);
    assert_fails!(world.delete(&never).await, StoreError::Conflict);
    let there = world.first(&event::EVENT);
    let mut twice = Transaction::default();
    twice.delete(&there);
    twice.delete(&there);
    assert_fails!(world.store.commit(twice).await, StoreError::Conflict);
    let mut afterwards = Transaction::default();
    afterwards.delete(&there);
    afterwards.update(there);
    assert_fails!(world.store.commit(afterwards).await, StoreError::Conflict);
    world.check_everything().await
}

/// No guards and no writes: nothing to do, and no error.
pub async fn an_empty_transaction_does_nothing(store: Arc<dyn Store>) -> Outcome {
    assert!(store.commit(Transaction::default()).await?.is_empty());
    let listed = store.list(&Query::all(&business::BUSINESS, Scope::All, EVERYTHING)).await?;
    assert_eq!(listed.total, 0);
    Ok(())
}
