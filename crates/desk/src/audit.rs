//! Audit entries: who did what to which record, from where, and what it was before and after.
//!
//! An entry goes into the transaction of what it records, so there is neither without the other. The values lie in a row
//! of their own, which can be erased; the entry keeps a commitment to them.

use aws_lc_rs::digest;
use proofdesk_domain::entities::{
    audit_entry, audit_entry::AUDIT_ENTRY, audit_values, audit_values::AUDIT_VALUES,
};
use proofdesk_domain::entity::{Access, CREATED_ON, Entity, FieldIndex, Source, UNIQUE_ID};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::json;
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use serde_json::{Map, Value as Json};

use crate::Desk;
use crate::caller::Caller;

/// Fields that change with every write, and say nothing in an entry.
const SILENT: [&str; 4] = ["Id", "CreatedOn", "UpdatedOn", "UpdatedBy"];

/// What is to be recorded.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What kind of thing happened.
    pub kind: AuditType,
    /// The entity.
    pub entity: &'static Entity,
    /// The record's id; null where there is none.
    pub id: Value,
    /// The location that it concerns; null for the desk as a whole.
    pub business: Value,
    /// The customer whose data the values are; null for nobody's.
    pub subject: Value,
    /// What happened, without personal data.
    pub description: String,
    /// What changed.
    pub changes: Changes,
}

/// The properties that changed, before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Before; empty for a new record.
    pub old: Map<String, Json>,
    /// After; empty for a removed one.
    pub new: Map<String, Json>,
}

impl Changes {
    /// What differs between two records; one missing means made or removed.
    pub fn between(before: Option<&Record>, after: Option<&Record>) -> Self {
        let Some(entity) = before.or(after).map(Record::entity) else { return Self::default() };
        let mut changes = Self::default();
        for (place, field) in entity.fields.iter().enumerate() {
            let kept = matches!(field.source, Source::Column(_) | Source::Links(_));
            if kept && field.access != Access::Hidden && !field.secret && !SILENT.contains(&field.name) {
                changes.compare(entity, FieldIndex(place), before, after);
            }
        }
        changes
    }

    fn compare(
        &mut self,
        entity: &'static Entity,
        index: FieldIndex,
        before: Option<&Record>,
        after: Option<&Record>,
    ) {
        let [old, new] = [before, after].map(|record| record.map(|record| record.get(index)));
        if old == new {
            return;
        }
        let name = entity.field(index).name;
        let worth = |value: &Value| (before.is_some() && after.is_some()) || !is_empty(value);
        if let Some(value) = old.filter(|value| worth(value)) {
            self.old.insert(name.to_owned(), json::value(entity, index, value));
        }
        if let Some(value) = new.filter(|value| worth(value)) {
            self.new.insert(name.to_owned(), json::value(entity, index, value));
        }
    }

    /// The names of the properties, with commas.
    fn names(&self) -> String {
        let mut names: Vec<&str> = self.old.keys().chain(self.new.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || *value == Value::Int(0) || *value == Value::List(Vec::new())
}

/// Adds an audit entry to the transaction of what it records.
pub fn record(desk: &Desk, transaction: &mut Transaction, caller: &Caller, entry: Entry) {
    let remote = caller.origin.remote.map(|address| address.to_string());
    let [old, new] = [&entry.changes.old, &entry.changes.new].map(text);
    let mut salt = [0; 16];
    desk.random().fill(&mut salt);
    let salt = hex::encode(salt);
    let commitment = commitment(&salt, [old.as_deref(), new.as_deref(), remote.as_deref()]);
    let values = Record::empty(&AUDIT_VALUES)
        .with(audit_values::SALT, salt)
        .with(audit_values::OLD_VALUE, old)
        .with(audit_values::NEW_VALUE, new)
        .with(audit_values::REMOTE_ADDRESS, remote)
        .with(audit_values::SUBJECT_ID, entry.subject.clone());
    let values = transaction.insert(values);
    let record = entry_record(desk, caller, entry).with(audit_entry::VALUES_ID, values);
    transaction.insert(record.with(audit_entry::COMMITMENT, commitment));
}

fn entry_record(desk: &Desk, caller: &Caller, entry: Entry) -> Record {
    Record::empty(&AUDIT_ENTRY)
        .with(UNIQUE_ID, desk.new_guid())
        .with(CREATED_ON, desk.now())
        .with(audit_entry::TYPE, entry.kind)
        .with(audit_entry::ENTITY, entry.entity.name)
        .with(audit_entry::ENTITY_ID, entry.id)
        .with(audit_entry::BUSINESS_ID, entry.business)
        .with(audit_entry::PROPERTIES, entry.changes.names())
        .with(audit_entry::DESCRIPTION, entry.description)
        .with(audit_entry::ACTOR_ID, caller.principal().user_id)
        .with(audit_entry::REQUEST_ID, caller.origin.request_id.as_str())
}

fn text(values: &Map<String, Json>) -> Option<String> {
    (!values.is_empty()).then(|| serde_json::to_string(values).unwrap_or_default())
}

/// SHA-256 over the salt and each value with its length, in hexadecimal. Absent and empty differ.
pub fn commitment(salt: &str, values: [Option<&str>; 3]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(salt.as_bytes());
    for value in values {
        let length = value.map_or(u64::MAX, |text| text.len() as u64);
        context.update(&length.to_be_bytes());
        context.update(value.unwrap_or_default().as_bytes());
    }
    hex::encode(context.finish())
}
