//! Personal data: which fields of which entities hold it, and what becomes of them when a person is erased.
//!
//! A field is marked [`crate::entity::Field::personal`] or its text stands in [`IMPERSONAL`] with a reason: a test fails for
//! one that is neither. What of it is given out on request is in [`export`].

pub mod export;

use crate::entity::{Entity, FieldIndex, Kind, Source};
use crate::record::Record;
use crate::value::Value;

/// The texts that say nothing of a person whom the desk checks: entity, field.
///
/// What names who *acted* stays (the law wants to know who decided), as do the desk's own terms, and locations, which are
/// the operator's. Tokens, secrets and clients belong to who works with the desk, and go with the user.
pub const IMPERSONAL: &[(&str, &str)] = &[
    // Who acted.
    ("*", "UpdatedBy"),
    ("CoworkerIdentityCheckDocument", "HandedInBy"),
    // The operator's.
    ("Business", "Name"),
    ("Business", "WebAddress"),
    ("Business", "EmailContact"),
    ("Business", "RefuseWarnings"),
    ("Role", "Name"),
    ("UserRole", "Name"),
    // The desk's own terms: written from declarations, never from what somebody sent.
    ("AuditTrailEntry", "SystemId"),
    ("AuditTrailEntry", "EntityShortName"),
    ("AuditTrailEntry", "Description"),
    ("AuditTrailEntry", "PropertyName"),
    ("AuditTrailEntry", "Commitment"),
    ("AuditTrailEntry", "RequestId"),
    ("Erasure", "Entity"),
    ("Erasure", "RequestId"),
    ("Erasure", "Receipt"),
    ("Erasure", "Signature"),
    ("Event", "Entity"),
    ("File", "MediaType"),
    ("File", "Scan"),
    ("IdempotentAnswer", "Entity"),
    ("IdempotentAnswer", "Mark"),
    // Random, and rows that go whole.
    ("AuditValues", "Salt"),
    ("Client", "ClientId"),
    ("Client", "SecretHash"),
    ("Client", "Name"),
    ("Identity", "Mark"),
    ("Identity", "Issuer"),
    ("Identity", "Subject"),
    ("Identity", "GrantedRoles"),
    ("Identity", "GrantedBusinesses"),
    ("RecoveryCode", "Hash"),
    ("SpentState", "Hash"),
    ("Token", "Hash"),
    ("Token", "ClientId"),
    ("Token", "Scope"),
    ("Totp", "Secret"),
];

/// Empties all personal fields of a record: a required text becomes an empty one, everything else null.
pub fn blank(record: &mut Record) {
    for index in fields(record.entity()) {
        let field = record.entity().field(index);
        let is_required_text = field.required && matches!(field.kind, Kind::Text(_));
        record.set(index, if is_required_text { Value::from("") } else { Value::Null });
    }
}

/// Empties what readers see of a record whose erasure has begun: its personal fields, and what is derived from those of others.
pub fn hide(record: &mut Record) {
    let entity = record.entity();
    for (place, field) in entity.fields.iter().enumerate() {
        let index = FieldIndex(place);
        let derived = matches!(field.source, Source::Path(_));
        if derived && entity.path_to(index).is_some_and(|path| path.field(entity).personal) {
            record.set(index, Value::Null);
        }
    }
    blank(record);
}

/// The personal fields of an entity that are kept.
pub fn fields(entity: &'static Entity) -> impl Iterator<Item = FieldIndex> {
    let places = entity.fields.iter().enumerate();
    let kept = places.filter(|(_, field)| field.personal && matches!(field.source, Source::Column(_)));
    kept.map(|(place, _)| FieldIndex(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::{self, check, coworker};
    use crate::entity::{SYSTEM_ID, UPDATED_BY};

    #[test]
    fn every_text_is_personal_or_is_said_not_to_be() {
        for entity in entities::all() {
            for field in entity.fields {
                if !matches!(field.kind, Kind::Text(_)) || !matches!(field.source, Source::Column(_)) {
                    continue;
                }
                let listed = IMPERSONAL
                    .iter()
                    .any(|(own, name)| [entity.name, "*"].contains(own) && *name == field.name);
                assert!(
                    field.personal != listed,
                    "{}.{}: mark it .personal(), or list it in IMPERSONAL with a reason; not both",
                    entity.name,
                    field.name
                );
            }
        }
    }

    #[test]
    fn what_is_listed_is_there() {
        for (entity, name) in IMPERSONAL {
            let of = |own: &&Entity| *entity == "*" || own.name == *entity;
            assert!(
                entities::all().filter(of).any(|own| own.fields.iter().any(|field| field.name == *name)),
                "{entity}.{name}"
            );
        }
    }

    #[test]
    fn a_blank_record_keeps_what_was_decided_and_nothing_of_the_person() {
        let mut check = Record::empty(&check::CHECK)
            .with(check::NAME, "Ada")
            .with(check::IDENTITY_NUMBER, "X1")
            .with(check::IDENTITY_EXPIRES_ON, 5)
            .with(check::IDENTITY_TYPE, 1)
            .with(check::STATUS_, 3)
            .with(SYSTEM_ID, "crm-7")
            .with(UPDATED_BY, "reviewer@example.com");
        blank(&mut check);
        assert_eq!(check.text(check::NAME), Some(""));
        for gone in [check::IDENTITY_NUMBER, check::IDENTITY_EXPIRES_ON, SYSTEM_ID] {
            assert!(check.get(gone).is_null());
        }
        assert_eq!((check.int(check::STATUS_), check.int(check::IDENTITY_TYPE)), (Some(3), Some(1)));
        assert_eq!(check.text(UPDATED_BY), Some("reviewer@example.com"));
        let of_customer: Vec<FieldIndex> = fields(&coworker::COWORKER).collect();
        assert!(of_customer.contains(&coworker::DATE_OF_BIRTH) && !of_customer.contains(&coworker::TYPE));
    }
}
