//! What a client wants a record to be: the body of a create, an update or a partial update, read by the declaration.

use serde_json::{Map, Value as Json};

use crate::coerce;
use crate::entity::{Access, Entity, Field, FieldIndex, ID, Kind, Source};
use crate::enumeration::Enumeration;
use crate::record::Record;
use crate::validation::FieldError;
use crate::value::Value;

/// What a write does with properties that the body leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// A new record: they are empty.
    Create,
    /// PUT: they become empty (contract section 4).
    Replace,
    /// PATCH: they stay.
    Merge,
}

/// A body, read. Read-only, derived and unknown properties are left out, because clients send whole records back.
#[derive(Clone, Debug)]
pub struct Draft {
    entity: &'static Entity,
    write: Write,
    sent: Vec<Option<Value>>,
    added: Vec<(FieldIndex, Vec<i64>)>,
    removed: Vec<(FieldIndex, Vec<i64>)>,
    /// The `Id` in the body, where there is one.
    pub id: Option<i64>,
}

impl Draft {
    /// Reads a body. Keys match whatever their case; of equal ones the last counts.
    ///
    /// Every property that can't hold what was sent is in the errors; the rest is in the draft all the same, so that a
    /// caller can find everything that is wrong at once.
    pub fn parse(entity: &'static Entity, write: Write, body: &Map<String, Json>) -> (Self, Vec<FieldError>) {
        let sent = vec![None; entity.fields.len()];
        let mut draft = Self { entity, write, sent, added: Vec::new(), removed: Vec::new(), id: None };
        let mut errors = Vec::new();
        for (key, json) in body {
            if let Err(error) = draft.take(key, json) {
                errors.push(error);
            }
        }
        (draft, errors)
    }

    fn take(&mut self, key: &str, json: &Json) -> Result<(), FieldError> {
        if key.eq_ignore_ascii_case("Id") {
            self.id = parse(self.entity.field(ID), json)?.as_int();
        } else if let Some(index) = self.entity.find(key) {
            let field = self.entity.field(index);
            if field.is_writable(self.write == Write::Create) {
                self.sent[index.0] = Some(parse(field, json)?);
            }
        } else if let Some((index, adding)) = self.list_change(key) {
            let ids = parse(self.entity.field(index), json)?.as_list().to_vec();
            if adding { self.added.push((index, ids)) } else { self.removed.push((index, ids)) }
        }
        Ok(())
    }

    /// `AddedX` and `RemovedX` of a list property `X`.
    fn list_change(&self, key: &str) -> Option<(FieldIndex, bool)> {
        let change = |prefix: &str| {
            let head = key.get(..prefix.len())?;
            let index =
                head.eq_ignore_ascii_case(prefix).then(|| self.entity.find(&key[prefix.len()..]))??;
            matches!(self.entity.field(index).kind, Kind::List(_) | Kind::RoleNames).then_some(index)
        };
        change("Added").map(|index| (index, true)).or_else(|| change("Removed").map(|index| (index, false)))
    }

    /// Whether this is about records of an entity.
    pub fn is_of(&self, entity: &'static Entity) -> bool {
        self.entity == entity
    }

    /// What was sent for a field: None for nothing at all.
    pub fn sent(&self, field: FieldIndex) -> Option<&Value> {
        self.sent[field.0].as_ref()
    }

    /// The text that was sent for a field, if it was not empty.
    pub fn text(&self, field: FieldIndex) -> Option<&str> {
        self.sent(field)?.as_text()
    }

    /// Whether a flag was sent and set.
    pub fn flag(&self, field: FieldIndex) -> bool {
        self.sent(field).and_then(Value::as_int).is_some_and(|n| n != 0)
    }

    /// Sets what was sent, for defaults that depend on other fields.
    pub fn set(&mut self, field: FieldIndex, value: impl Into<Value>) {
        self.sent[field.0] = Some(value.into());
    }

    /// The record that this draft makes of an existing one (or of an empty one, at create).
    pub fn apply(&self, to: &Record) -> Record {
        let mut record = to.clone();
        for (place, field) in self.entity.fields.iter().enumerate() {
            let index = FieldIndex(place);
            if matches!(field.source, Source::Column(_) | Source::Links(_)) && field.access != Access::Hidden
            {
                self.apply_field(&mut record, index, field);
            }
        }
        record
    }

    fn apply_field(&self, record: &mut Record, index: FieldIndex, field: &Field) {
        let listed = matches!(field.kind, Kind::List(_) | Kind::RoleNames);
        let changed = |list: &[(FieldIndex, Vec<i64>)]| list.iter().any(|(own, _)| *own == index);
        match self.sent(index) {
            Some(value) => record.set(index, or_empty(field, value.clone())),
            None if listed && (changed(&self.added) || changed(&self.removed)) => {}
            None if self.write == Write::Create
                || (self.write == Write::Replace && field.is_writable(false)) =>
            {
                record.set(index, empty(field.kind));
            }
            None => {}
        }
        if listed {
            self.apply_list_changes(record, index);
        }
    }

    fn apply_list_changes(&self, record: &mut Record, index: FieldIndex) {
        let mut ids = record.list(index).to_vec();
        for (_, added) in self.added.iter().filter(|(own, _)| *own == index) {
            ids.extend(added);
        }
        for (_, removed) in self.removed.iter().filter(|(own, _)| *own == index) {
            ids.retain(|id| !removed.contains(id));
        }
        ids.sort_unstable();
        ids.dedup();
        record.set(index, Value::List(ids));
    }
}

fn parse(field: &Field, json: &Json) -> Result<Value, FieldError> {
    coerce::value(field.kind, json).map_err(|message| {
        let error = FieldError::new(field.name, message);
        if field.secret { error } else { error.attempted(json.clone()) }
    })
}

fn or_empty(field: &Field, value: Value) -> Value {
    if value.is_null() { empty(field.kind) } else { value }
}

/// What a field holds when nothing was said: flags are false, enumerations 0, lists empty, the rest null.
pub fn empty(kind: Kind) -> Value {
    match kind {
        Kind::Flag | Kind::Enumeration(Enumeration { .. }) => Value::Int(0),
        Kind::List(_) | Kind::RoleNames => Value::List(Vec::new()),
        _ => Value::Null,
    }
}

/// The required properties that a record lacks; white space alone is nothing.
pub fn missing(record: &Record) -> Vec<FieldError> {
    let entity = record.entity();
    let lacks = |value: &Value| value.is_null() || value.as_text().is_some_and(|text| text.trim().is_empty());
    let fields = entity.fields.iter().enumerate();
    fields
        .filter(|(place, field)| field.required && lacks(record.get(FieldIndex(*place))))
        .map(|(_, field)| FieldError::required(field.name))
        .collect()
}

#[cfg(test)]
mod tests;
