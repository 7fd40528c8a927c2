//! Records and values as JSON: the one place that knows how each kind looks on the wire (contract section 2).

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::entities;
use crate::entity::{
    Access, CREATED_ON, Entity, Field, FieldIndex, ID, Kind, SYSTEM_ID, Source, UNIQUE_ID, UPDATED_BY,
    UPDATED_ON,
};
use crate::record::Record;
use crate::roles::Role;
use crate::value::Value;

/// For each entity, the field that each of its fields gets its value from: itself, or the end of its path.
static ENDS: LazyLock<HashMap<&'static str, Vec<&'static Field>>> = LazyLock::new(|| {
    let ends = |entity: &'static Entity| {
        let end = |place| {
            entity.path_to(FieldIndex(place)).map_or(&entity.fields[place], |path| path.field(entity))
        };
        (0..entity.fields.len()).map(end).collect()
    };
    entities::all().map(|entity| (entity.name, ends(entity))).collect()
});

/// The common fields that end every record, in their order.
const LAST: [FieldIndex; 4] = [ID, UNIQUE_ID, CREATED_ON, UPDATED_ON];

/// Appends a record: its own properties as declared, then what every record ends with.
pub fn write_record(out: &mut Vec<u8>, record: &Record) {
    out.push(b'{');
    let fields = record.entity().fields.iter().enumerate();
    for (place, field) in fields.skip(crate::entity::COMMON.len()) {
        if field.access != Access::Hidden {
            write_property(out, record, FieldIndex(place));
            out.push(b',');
        }
    }
    for index in LAST {
        write_property(out, record, index);
        out.push(b',');
    }
    write_property(out, record, UPDATED_BY);
    out.extend_from_slice(b",\"IsNew\":false,");
    write_property(out, record, SYSTEM_ID);
    out.extend_from_slice(b",\"ToStringText\":");
    write_string(out, record.text(record.entity().display).unwrap_or_default());
    out.extend_from_slice(b",\"LocalizationDetails\":null,\"CustomFields\":null}");
}

fn write_property(out: &mut Vec<u8>, record: &Record, index: FieldIndex) {
    let field = record.entity().field(index);
    // Names of properties are ASCII letters and digits.
    out.push(b'"');
    out.extend_from_slice(field.name.as_bytes());
    out.extend_from_slice(b"\":");
    write_value(out, record.entity(), index, record.get(index));
}

/// Appends the value of one field. A secret is null.
pub fn write_value(out: &mut Vec<u8>, entity: &'static Entity, index: FieldIndex, value: &Value) {
    let field = entity.field(index);
    if field.secret || value.is_null() {
        return out.extend_from_slice(b"null");
    }
    let derived = matches!(field.source, Source::Path(_));
    match (end(entity, index).kind, value) {
        (Kind::Flag, Value::Int(n)) => out.extend_from_slice(if *n == 0 { b"false" } else { b"true" }),
        (Kind::Instant, Value::Int(seconds)) => write_instant(out, *seconds),
        (Kind::Enumeration(table), Value::Int(n)) if derived => {
            write_string(out, table.name_of(*n).unwrap_or_default());
        }
        (_, Value::Int(n)) if derived => write_string(out, &n.to_string()),
        (_, Value::Int(n)) => write_display(out, *n),
        (_, Value::Text(text)) => write_string(out, text),
        (Kind::RoleNames, Value::List(roles)) => {
            let names = roles.iter().filter_map(|number| Role::from_number(*number)).map(Role::name);
            write_list(out, names, |out, name| write_string(out, &name));
        }
        (_, Value::List(ids)) => write_list(out, ids.iter(), write_display),
        (_, Value::Null | Value::NewId(_)) => out.extend_from_slice(b"null"),
    }
}

/// The field that a field gets its value from.
pub fn end(entity: &'static Entity, index: FieldIndex) -> &'static Field {
    ENDS.get(entity.name).map_or(entity.field(index), |ends| ends[index.0])
}

/// An instant as it looks on the wire: `2025-01-15T10:30:00Z`.
pub fn instant(seconds: i64) -> String {
    Timestamp::from_second(seconds).map(|instant| instant.to_string()).unwrap_or_default()
}

fn write_instant(out: &mut Vec<u8>, seconds: i64) {
    write_string(out, &instant(seconds));
}

fn write_list<T>(out: &mut Vec<u8>, items: impl Iterator<Item = T>, each: impl Fn(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        each(out, item);
    }
    out.push(b']');
}

fn write_display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    // Writing to memory can't fail.
    let _ = write!(out, "{value}");
}

/// Appends a JSON string.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    // Writing a string to memory can't fail.
    let _ = serde_json::to_writer(out, text);
}

/// One field's value as a JSON value, for audit entries.
pub fn value(entity: &'static Entity, index: FieldIndex, value: &Value) -> Json {
    let mut bytes = Vec::new();
    write_value(&mut bytes, entity, index, value);
    serde_json::from_slice(&bytes).unwrap_or(Json::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::{audit_entry, check, document, user, user_role};
    use crate::entity::COMMON;

    fn shown(record: &Record) -> Json {
        let mut bytes = Vec::new();
        write_record(&mut bytes, record);
        serde_json::from_slice(&bytes).expect("valid JSON")
    }

    #[test]
    fn every_entity_shows_all_but_hidden_fields() {
        for entity in entities::PUBLIC {
            let json = shown(&Record::empty(entity));
            for field in entity.fields {
                assert_eq!(json.get(field.name).is_some(), field.access != Access::Hidden, "{}", field.name);
            }
            assert_eq!(json["IsNew"], Json::Bool(false));
            assert_eq!(json["LocalizationDetails"], Json::Null);
        }
    }

    #[test]
    fn kinds_look_as_the_contract_says() {
        let check = Record::empty(&check::CHECK)
            .with(CREATED_ON, 1_736_937_000)
            .with(check::NAME, "a \"b\"\n")
            .with(check::BILLED, true)
            .with(check::STATUS_, 2)
            .with(check::COWORKER_TYPE, 1);
        let json = shown(&check);
        assert_eq!(json["CreatedOn"], "2025-01-15T10:30:00Z");
        assert_eq!(json["Name"], "a \"b\"\n");
        assert_eq!(json["ToStringText"], "a \"b\"\n");
        assert_eq!(json["Billed"], true);
        assert_eq!(json["VerificationStatus"], 2);
        assert_eq!(json["CoworkerCoworkerType"], "Individual");
        let document = Record::empty(&document::DOCUMENT).with(document::CHECK_IDENTITY_EXPIRES_ON, 0);
        assert_eq!(
            shown(&document)["CoworkerIdentityCheckIdentityDocumentExpirationDate"],
            "1970-01-01T00:00:00Z"
        );
        let role = Record::empty(&user_role::USER_ROLE).with(user_role::ROLES, Value::List(vec![1, 2]));
        assert_eq!(
            shown(&role)["Roles"],
            serde_json::json!(["CoworkerIdentityCheck-List", "CoworkerIdentityCheck-Read"])
        );
        let entry = Record::empty(&audit_entry::AUDIT_ENTRY).with(UPDATED_ON, 0);
        assert_eq!(shown(&entry)["UpdatedOn"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn secrets_are_never_shown() {
        let user = Record::empty(&user::USER).with(user::PASSWORD_HASH, "HASH").with(user::LOGIN, "LOGIN");
        let text = shown(&user.with(user::NEW_PASSWORD, "PASSWORD")).to_string();
        assert!(!text.contains("HASH") && !text.contains("LOGIN") && !text.contains("PASSWORD"));
        assert_eq!(COMMON.len(), 7);
    }
}
