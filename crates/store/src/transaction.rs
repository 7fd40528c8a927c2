//! What can be written: a list of conditions and writes that happen all together or not at all.

use proofdesk_domain::entity::{Entity, FieldIndex, ID, VERSION};
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;

/// Conditions and writes that happen all together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// All must hold when the writes happen.
    pub guards: Vec<Guard>,
    /// In this order.
    pub writes: Vec<Write>,
    /// Whether what is overwritten and removed must not be left in the store's own files either: the commit returns once the
    /// store has done for that what it can (SQLite: pages overwritten and the log emptied; PostgreSQL: the tables vacuumed).
    pub scrub: bool,
}

/// A condition: this record exists, and this field of it (with a column of its own) has this value.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The record's entity.
    pub entity: &'static Entity,
    /// The record's id.
    pub id: i64,
    /// The field.
    pub field: FieldIndex,
    /// What it must be; null included.
    pub value: Value,
}

/// One write.
#[derive(Clone, Debug)]
pub enum Write {
    /// A new record. The store gives it its id, and its version 1 where the entity has one. [`Value::NewId`] in a field
    /// stands for the id of an earlier insert of this transaction.
    Insert(Record),
    /// All columns and lists of a record as they shall be; a list that is null stays as it is. Where the entity has a version, the record's must be the one
    /// in the store, and goes up by one.
    Update(Record),
    /// No such record any more, nor its entries in link tables. Deleting what isn't there is a conflict.
    Delete(&'static Entity, i64),
}

/// The number of an insert in its transaction, for later writes that refer to its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inserted(pub usize);

impl From<Inserted> for Value {
    fn from(inserted: Inserted) -> Self {
        Self::NewId(inserted.0)
    }
}

impl Transaction {
    /// Requires that a record is as it was loaded: its version, or for an entity without one, its existence.
    pub fn unchanged(&mut self, record: &Record) {
        let entity = record.entity();
        let field = if has_version(entity) { VERSION } else { ID };
        self.guards.push(Guard { entity, id: record.id(), field, value: record.get(field).clone() });
    }

    /// Requires a value in a field of a record.
    pub fn holds(&mut self, record: &Record, field: FieldIndex, value: impl Into<Value>) {
        self.guards.push(Guard { entity: record.entity(), id: record.id(), field, value: value.into() });
    }

    /// Adds a record.
    pub fn insert(&mut self, record: Record) -> Inserted {
        let number = self.writes.iter().filter(|write| matches!(write, Write::Insert(_))).count();
        self.writes.push(Write::Insert(record));
        Inserted(number)
    }

    /// Changes a record.
    pub fn update(&mut self, record: Record) {
        self.writes.push(Write::Update(record));
    }

    /// Removes a record.
    pub fn delete(&mut self, record: &Record) {
        self.writes.push(Write::Delete(record.entity(), record.id()));
    }

    /// The entities that this writes to.
    pub fn touches(&self, entity: &'static Entity) -> bool {
        self.writes.iter().any(|write| match write {
            Write::Insert(record) | Write::Update(record) => record.entity() == entity,
            Write::Delete(deleted, _) => *deleted == entity,
        })
    }
}

/// Whether an entity counts its changes.
pub fn has_version(entity: &Entity) -> bool {
    entity.fields.get(VERSION.0).is_some_and(|field| field.name == "Version")
}
