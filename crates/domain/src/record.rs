//! One record: an entity and a value for each of its fields.

use crate::entity::{Entity, FieldIndex, ID};
use crate::value::Value;

/// A record of any entity. Fields are reached by the indexes that the entity's module declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    entity: &'static Entity,
    values: Vec<Value>,
}

impl Record {
    /// A record with nothing in it.
    pub fn empty(entity: &'static Entity) -> Self {
        Self { entity, values: vec![Value::Null; entity.fields.len()] }
    }

    /// A record from the values of all fields, in the order of the declaration.
    ///
    /// # Panics
    /// If there are more or fewer values than fields: a store that does this is wrong.
    pub fn from_values(entity: &'static Entity, values: Vec<Value>) -> Self {
        assert_eq!(values.len(), entity.fields.len(), "{} has other fields", entity.name);
        Self { entity, values }
    }

    /// What kind of record this is.
    pub fn entity(&self) -> &'static Entity {
        self.entity
    }

    /// All values, in the order of the declaration.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The id; 0 before the store gave one.
    pub fn id(&self) -> i64 {
        self.int(ID).unwrap_or(0)
    }

    /// The value of a field.
    pub fn get(&self, field: FieldIndex) -> &Value {
        &self.values[field.0]
    }

    /// The number in a field.
    pub fn int(&self, field: FieldIndex) -> Option<i64> {
        self.get(field).as_int()
    }

    /// The text in a field.
    pub fn text(&self, field: FieldIndex) -> Option<&str> {
        self.get(field).as_text()
    }

    /// Whether a flag is set.
    pub fn flag(&self, field: FieldIndex) -> bool {
        self.int(field).is_some_and(|n| n != 0)
    }

    /// The ids in a list field.
    pub fn list(&self, field: FieldIndex) -> &[i64] {
        self.get(field).as_list()
    }

    /// Sets a field.
    pub fn set(&mut self, field: FieldIndex, value: impl Into<Value>) {
        self.values[field.0] = value.into();
    }

    /// The same record with a field set.
    pub fn with(mut self, field: FieldIndex, value: impl Into<Value>) -> Self {
        self.set(field, value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::user;

    #[test]
    fn debug_output_ends_and_holds_no_values() {
        let user = Record::empty(&user::USER).with(user::FULL_NAME, "Ada").with(user::IS_ADMIN, true);
        let text = format!("{user:?} {:?}", user::USER.fields);
        assert!(text.contains("User") && !text.contains("Ada"));
    }
}
