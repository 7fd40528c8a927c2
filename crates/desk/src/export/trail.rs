//! What the audit trail says of a customer: entries about its records, those that are there and those that are gone. Values of
//! somebody else's, who had the same record before, are left out.

use std::collections::BTreeMap;

use proofdesk_domain::entities::{
    audit_entry, audit_entry::AUDIT_ENTRY, audit_values, audit_values::AUDIT_VALUES, document::DOCUMENT,
    user::USER,
};
use proofdesk_domain::entity::{FieldIndex, ID};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::list::{Filter, Test};
use proofdesk_domain::path::Path;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_store::Query;

use crate::Desk;
use crate::error::DeskError;
use crate::retention::destroyed_slots;

/// How many rows are asked for at one time.
const PAGE: usize = 500;

/// Audit entries, the oldest first, each with its values where they are there.
pub(super) struct Trail(pub(super) Vec<(Record, Option<Record>)>);

impl Trail {
    /// The slots of a document whose files were destroyed because their time was over.
    pub(super) fn destroyed_slots(&self, document: i64) -> Vec<Slot> {
        let kinds = [AuditType::Expired, AuditType::ErasedAgain].map(AuditType::number);
        let own = self.0.iter().map(|(entry, _)| entry).filter(|entry| {
            entry.text(audit_entry::ENTITY) == Some(DOCUMENT.name)
                && entry.int(audit_entry::ENTITY_ID) == Some(document)
                && entry.int(audit_entry::TYPE).is_some_and(|kind| kinds.contains(&kind))
        });
        own.flat_map(|entry| destroyed_slots(entry.text(audit_entry::DESCRIPTION).unwrap_or_default()))
            .collect()
    }
}

/// All that a scope covers.
pub(super) async fn of(
    desk: &Desk,
    scope: &Scope,
    person: i64,
    about: &[&Record],
) -> Result<Trail, DeskError> {
    let own = |field: FieldIndex, value: Value| Filter { path: Path::own(field), test: Test::Equals(value) };
    let subject = Path { hops: vec![audit_entry::VALUES_ID], last: audit_values::SUBJECT_ID };
    let mut found = BTreeMap::new();
    let by_subject = vec![Filter { path: subject, test: Test::Equals(Value::Int(person)) }];
    add(desk, scope, by_subject, &mut found).await?;
    for record in about {
        let filters = vec![
            own(audit_entry::ENTITY, record.entity().name.into()),
            own(audit_entry::ENTITY_ID, Value::Int(record.id())),
        ];
        // Sign-ins are of the desk as a whole, and those of the customer's own account are the customer's.
        let is_account = record.entity() == &USER;
        let within = if is_account { &Scope::All } else { scope };
        add(desk, within, filters, &mut found).await?;
    }
    found
        .retain(|_, entry| entry.int(audit_entry::BUSINESS_ID).is_none_or(|business| scope.covers(business)));
    let mut values = values_of(desk, &found).await?;
    let mut trail = Vec::new();
    for entry in found.into_values() {
        let own = entry.int(audit_entry::VALUES_ID).and_then(|id| values.remove(&id));
        let whose = own.as_ref().and_then(|values| values.int(audit_values::SUBJECT_ID));
        if whose.is_none_or(|whose| whose == person) {
            trail.push((entry, own));
        }
    }
    Ok(Trail(trail))
}

async fn add(
    desk: &Desk,
    scope: &Scope,
    filters: Vec<Filter>,
    found: &mut BTreeMap<i64, Record>,
) -> Result<(), DeskError> {
    let mut after = 0;
    loop {
        let mut query = Query::all(&AUDIT_ENTRY, scope.clone(), PAGE as u32).filter(ID, Test::AtLeast(after));
        query.filters.extend_from_slice(&filters);
        let page = desk.store().select(&query).await?;
        let count = page.len();
        after = page.last().map_or(after, |last| last.id() + 1);
        found.extend(page.into_iter().map(|entry| (entry.id(), entry)));
        if count < PAGE {
            return Ok(());
        }
    }
}

/// The values of these entries, by their ids.
async fn values_of(desk: &Desk, found: &BTreeMap<i64, Record>) -> Result<BTreeMap<i64, Record>, DeskError> {
    let ids: Vec<i64> = found.values().filter_map(|entry| entry.int(audit_entry::VALUES_ID)).collect();
    let mut values = BTreeMap::new();
    for some in ids.chunks(PAGE) {
        let query = Query::all(&AUDIT_VALUES, Scope::All, PAGE as u32).filter(ID, Test::OneOf(some.to_vec()));
        let page = desk.store().select(&query).await?;
        values.extend(page.into_iter().map(|row| (row.id(), row)));
    }
    Ok(values)
}
