//! A transaction's guards must hold, or nothing of it happens.

use std::sync::Arc;

use proofdesk_domain::entities::{business, check, coworker, event};
use proofdesk_domain::entity::{Entity, FieldIndex, ID, Kind, SYSTEM_ID, Source, VERSION};
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::samples::WRITTEN;
use super::world::{World, assert_fails};
use crate::{Guard, Store, StoreError, Transaction};

async fn holds(world: &World, record: &Record, field: FieldIndex, value: Value) -> Result<bool, StoreError> {
    let mut transaction = Transaction::default();
    transaction.holds(record, field, value);
    match world.store.commit(transaction).await {
        Ok(ids) => {
            assert!(ids.is_empty());
            Ok(true)
        }
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// For every column of every entity: the value that is there, another one of its kind, and null.
pub async fn a_guard_on_every_field_holds_or_does_not(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    for entity in WRITTEN {
        let records = world.model.all(entity);
        for (place, field) in entity.fields.iter().enumerate() {
            let index = FieldIndex(place);
            if !matches!(field.source, Source::Column(_)) {
                continue;
            }
            for record in &records[..5] {
                for value in [record.get(index).clone(), another(field.kind, record.get(index)), Value::Null]
                {
                    let expected = *record.get(index) == value;
                    let held = holds(&world, record, index, value).await?;
                    assert_eq!(held, expected, "{}.{} {}", entity.name, field.name, record.id());
                }
            }
        }
    }
    Ok(())
}

fn another(kind: Kind, value: &Value) -> Value {
    match (kind, value) {
        (_, Value::Int(n)) => Value::Int(n.wrapping_add(1)),
        (Kind::Guid, _) => Value::from("00000000-0000-4000-8000-000000000000"),
        (Kind::Text(_), _) => Value::Text(format!("{} ", value.as_text().unwrap_or_default())),
        _ => Value::Int(5),
    }
}

/// A null is not an empty text and not 0.
pub async fn a_guard_on_null_wants_null(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let record = world.sample(&business::BUSINESS, 0).with(SYSTEM_ID, Value::Null);
    let record = world.insert(record.with(business::COUNTRY_ID, Value::Null)).await?;
    assert!(holds(&world, &record, SYSTEM_ID, Value::Null).await?);
    assert!(holds(&world, &record, business::COUNTRY_ID, Value::Null).await?);
    assert!(!holds(&world, &record, SYSTEM_ID, Value::from("")).await?);
    assert!(!holds(&world, &record, business::COUNTRY_ID, Value::Int(0)).await?);
    let emptied = record.with(SYSTEM_ID, "").with(business::COUNTRY_ID, 0);
    world.update(emptied.clone()).await?;
    assert!(!holds(&world, &emptied, SYSTEM_ID, Value::Null).await?);
    assert!(!holds(&world, &emptied, business::COUNTRY_ID, Value::Null).await?);
    Ok(())
}

/// Whatever it asks for, null too.
pub async fn a_guard_on_a_missing_record_fails(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    let missing = world.first(&coworker::COWORKER).with(ID, 999_999);
    for (field, value) in
        [(ID, Value::Int(999_999)), (VERSION, Value::Int(1)), (coworker::USER_ID, Value::Null)]
    {
        assert!(!holds(&world, &missing, field, value).await?);
    }
    Ok(())
}

/// A transaction may guard what it is about to change or delete, and can't guard what it is about to make.
pub async fn guards_see_the_state_before_the_writes(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let (changed, deleted) = (world.first(&check::CHECK), world.first(&event::EVENT));
    let update = changed.clone().with(check::NAME, "after");
    let mut transaction = Transaction::default();
    transaction.holds(&changed, check::NAME, changed.get(check::NAME).clone());
    transaction.unchanged(&changed);
    transaction.unchanged(&deleted);
    transaction.update(update.clone());
    transaction.delete(&deleted);
    world.store.commit(transaction).await?;
    world.model.update(&update);
    world.model.delete(&deleted);
    let mut transaction = Transaction::default();
    transaction.holds(&changed, check::NAME, "later");
    transaction.update(world.first(&check::CHECK).with(check::NAME, "later"));
    assert_fails!(world.store.commit(transaction).await, StoreError::Conflict);
    world.check_everything().await
}

/// Whichever of them it is, and whatever entities the others are about.
pub async fn one_failing_guard_of_many_is_enough(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    let good = |entity: &'static Entity| {
        let record = world.first(entity);
        Guard { entity, id: record.id(), field: ID, value: Value::Int(record.id()) }
    };
    let guards: Vec<Guard> = WRITTEN.into_iter().map(good).collect();
    let all_hold = Transaction { guards: guards.clone(), ..Transaction::default() };
    assert!(world.store.commit(all_hold).await?.is_empty());
    for bad in 0..guards.len() {
        let mut transaction = Transaction { guards: guards.clone(), ..Transaction::default() };
        transaction.guards[bad].value = Value::Int(-1);
        transaction.insert(world.sample(&business::BUSINESS, 60));
        assert_fails!(world.store.commit(transaction).await, StoreError::Conflict);
    }
    world.check_everything().await
}

/// By version where there is one, else by being there.
pub async fn unchanged_notices_a_change_and_a_removal(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::populated(store).await?;
    let (business, event) = (world.first(&business::BUSINESS), world.first(&event::EVENT));
    let mut transaction = Transaction::default();
    transaction.unchanged(&business);
    transaction.unchanged(&event);
    world.store.commit(transaction.clone()).await?;
    world.update(business).await?;
    assert_fails!(world.store.commit(transaction).await, StoreError::Conflict);
    let mut transaction = Transaction::default();
    transaction.unchanged(&event);
    world.delete(&event).await?;
    assert_fails!(world.store.commit(transaction).await, StoreError::Conflict);
    Ok(())
}
