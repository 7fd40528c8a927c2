//! A store with records in it, and the model that says what it must answer.

use std::sync::Arc;

use proofdesk_domain::entities::{role, totp, user};
use proofdesk_domain::entity::{Entity, Kind};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::model::Model;
use super::samples::{WRITTEN, sample};
use crate::{Query, Store, StoreError, Transaction};

/// More than any case writes.
pub(super) const EVERYTHING: u32 = 1000;

/// A store, and what it must answer.
pub(super) struct World {
    pub(super) store: Arc<dyn Store>,
    pub(super) model: Model,
}

impl World {
    /// A store with the roles only.
    pub(super) async fn empty(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let mut model = Model::default();
        for role in store.select(&Query::all(&role::ROLE, Scope::All, EVERYTHING)).await? {
            model.insert(&role, role.id());
        }
        Ok(Self { store, model })
    }

    /// A store with records of every entity.
    pub(super) async fn populated(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let mut world = Self::empty(store).await?;
        for entity in WRITTEN {
            let records = (0..count(entity)).map(|number| world.sample(entity, number)).collect();
            world.insert_all(records).await?;
        }
        Ok(world)
    }

    /// The `number`-th sample of an entity, referring to records that are there.
    pub(super) fn sample(&self, entity: &'static Entity, number: usize) -> Record {
        let refer = |other: &'static Entity, mixed: usize| {
            let ids = self.ids(other);
            Value::from((!ids.is_empty()).then(|| ids[(mixed * 7 + 3) % ids.len()]))
        };
        let members = |kind: Kind, mixed: usize| match kind {
            Kind::List(other) => every_third(&self.ids(other), mixed),
            _ => every_third(&self.ids(&role::ROLE), mixed),
        };
        sample(entity, number, refer, members)
    }

    /// The ids of an entity.
    pub(super) fn ids(&self, entity: &'static Entity) -> Vec<i64> {
        self.model.all(entity).iter().map(Record::id).collect()
    }

    /// Inserts a record.
    pub(super) async fn insert(&mut self, record: Record) -> Result<Record, StoreError> {
        let entity = record.entity();
        let id = self.insert_all(vec![record]).await?[0];
        Ok(self.model.get(entity, id))
    }

    /// Inserts records in one transaction.
    pub(super) async fn insert_all(&mut self, records: Vec<Record>) -> Result<Vec<i64>, StoreError> {
        let mut transaction = Transaction::default();
        for record in &records {
            transaction.insert(record.clone());
        }
        let ids = self.store.commit(transaction).await?;
        assert_eq!(ids.len(), records.len(), "one id for each insert");
        for (record, id) in records.iter().zip(&ids) {
            self.model.insert(record, *id);
        }
        Ok(ids)
    }

    /// Updates a record, which has the store's version.
    pub(super) async fn update(&mut self, record: Record) -> Outcome {
        let mut transaction = Transaction::default();
        transaction.update(record.clone());
        self.store.commit(transaction).await?;
        self.model.update(&record);
        Ok(())
    }

    /// Deletes a record.
    pub(super) async fn delete(&mut self, record: &Record) -> Outcome {
        let mut transaction = Transaction::default();
        transaction.delete(record);
        self.store.commit(transaction).await?;
        self.model.delete(record);
        Ok(())
    }

    /// The first record of an entity, as it is in the store.
    pub(super) fn first(&self, entity: &'static Entity) -> Record {
        self.model.all(entity).swap_remove(0)
    }

    /// Asks for a record by its id.
    pub(super) async fn read(&self, record: &Record) -> Result<Record, StoreError> {
        let query = Query::by_id(record.entity(), Scope::All, record.id());
        let mut found = self.store.select(&query).await?;
        assert_eq!(found.len(), 1, "{} {}", record.entity().name, record.id());
        Ok(found.swap_remove(0))
    }

    /// Asks, and compares the answers with the model's.
    pub(super) async fn check(&self, query: &Query) -> Outcome {
        let expected = self.model.answer(query);
        let listed = self.store.list(query).await?;
        assert_same(query, &listed.records, &expected.records);
        assert_eq!(listed.total, expected.total, "total of {}", describe(query));
        assert_same(query, &self.store.select(query).await?, &expected.records);
        Ok(())
    }

    /// Checks that everything is as the model has it, and nothing else is there.
    pub(super) async fn check_everything(&self) -> Outcome {
        for entity in proofdesk_domain::entities::all() {
            self.check(&Query::all(entity, Scope::All, EVERYTHING)).await?;
        }
        Ok(())
    }
}

fn count(entity: &'static Entity) -> usize {
    // A user has one second factor.
    if [&user::USER, &totp::TOTP].contains(&entity) { 6 } else { 9 }
}

fn every_third(ids: &[i64], from: usize) -> Vec<i64> {
    ids.iter().skip(from % 4).step_by(3).copied().collect()
}

/// An entity refers to others and they to it, so its own `Debug` has no end.
fn describe(query: &Query) -> String {
    let Query { entity, scope, filters, order, page } = query;
    format!("{} {scope:?} {filters:?} {order:?} {page:?}", entity.name)
}

fn assert_same(query: &Query, given: &[Record], expected: &[Record]) {
    let ids = |records: &[Record]| records.iter().map(Record::id).collect::<Vec<_>>();
    assert_eq!(ids(given), ids(expected), "ids of {}", describe(query));
    for (given, expected) in given.iter().zip(expected) {
        for (place, field) in query.entity.fields.iter().enumerate() {
            let (given, expected) = (&given.values()[place], &expected.values()[place]);
            assert_eq!(given, expected, "{} of {}", field.name, describe(query));
        }
    }
}

/// Asserts that a commit failed for a reason, which is a pattern.
macro_rules! assert_fails {
    ($result:expr, $pattern:pat) => {
        match $result {
            Err($pattern) => {}
            Err(other) => panic!("failed for another reason: {other:?}"),
            Ok(_) => panic!("succeeded instead of failing with {}", stringify!($pattern)),
        }
    };
}
pub(super) use assert_fails;
