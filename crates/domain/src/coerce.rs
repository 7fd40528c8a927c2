//! From what a client sent to the value of a field, by the field's kind.
//!
//! Clients send numbers and flags as JSON or as text (contract section 4), so both are taken everywhere.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::entity::Kind;
use crate::enumeration::Enumeration;
use crate::roles::Role;
use crate::value::Value;

/// The most ids that one list may name.
pub const MAX_LIST: usize = 1000;

/// Reads what a client sent for a field of this kind. Nothing sent, an empty text, and a reference to 0 are null.
///
/// # Errors
/// What is wrong, reading on after the field's name.
pub fn value(kind: Kind, sent: &Json) -> Result<Value, String> {
    if matches!(sent, Json::Null) || sent.as_str() == Some("") {
        return Ok(Value::Null);
    }
    match kind {
        Kind::Integer => integer(sent).map(Value::Int),
        Kind::Reference(_) => integer(sent).map(|id| if id == 0 { Value::Null } else { Value::Int(id) }),
        Kind::Flag => flag(sent),
        Kind::Instant => sent.as_str().ok_or_else(not_an_instant).and_then(instant).map(Value::Int),
        Kind::Text(max) => text(sent, max),
        Kind::Guid => guid(sent),
        Kind::Enumeration(table) => enumerated(table, sent).map(Value::Int),
        Kind::List(_) => list(sent, id),
        Kind::RoleNames => list(sent, role),
    }
}

/// The first instant that is taken: 0001-01-01. Earlier ones, and later than 9999, have no form on the wire.
const EARLIEST: i64 = -62_135_596_800;

/// Reads `YYYY-MM-DD[THH:mm[:ss][Z]]` or with an offset; UTC where no offset is said. Fractions of a second are cut.
///
/// # Errors
/// That it is not an instant.
pub fn instant(text: &str) -> Result<i64, String> {
    let exact = text.parse::<Timestamp>().ok();
    let civil = || text.strip_suffix(['Z', 'z']).unwrap_or(text).parse::<civil::DateTime>().ok();
    let utc = || civil().and_then(|time| time.to_zoned(TimeZone::UTC).ok()).map(|time| time.timestamp());
    let seconds = exact.or_else(utc).map(Timestamp::as_second);
    seconds.filter(|seconds| *seconds >= EARLIEST).ok_or_else(not_an_instant)
}

fn not_an_instant() -> String {
    "must be a date and time such as 2025-01-15T10:30:00Z".to_owned()
}

fn integer(sent: &Json) -> Result<i64, String> {
    let number = match sent {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| "must be a whole number".to_owned())
}

fn id(sent: &Json) -> Result<i64, String> {
    integer(sent).ok().filter(|id| *id > 0).ok_or_else(|| "must be ids".to_owned())
}

/// Reads a list of whole numbers that may be ids; a single one stands for a list of one.
///
/// # Errors
/// What is wrong, reading on after the field's name.
pub fn numbers(sent: &Json) -> Result<Vec<i64>, String> {
    if sent.is_null() || sent.as_str() == Some("") {
        return Ok(Vec::new());
    }
    list(sent, integer).map(|value| value.as_list().to_vec())
}

fn flag(sent: &Json) -> Result<Value, String> {
    let flag = match sent {
        Json::Bool(flag) => Some(*flag),
        Json::Number(number) => number.as_i64().filter(|n| (0..=1).contains(n)).map(|n| n == 1),
        Json::String(text) => match text.trim() {
            t if t.eq_ignore_ascii_case("true") || t == "1" => Some(true),
            t if t.eq_ignore_ascii_case("false") || t == "0" => Some(false),
            _ => None,
        },
        _ => None,
    };
    flag.map(Value::from).ok_or_else(|| "must be true or false".to_owned())
}

fn text(sent: &Json, max: usize) -> Result<Value, String> {
    let text = match sent {
        Json::String(text) => text.clone(),
        Json::Number(_) | Json::Bool(_) => sent.to_string(),
        _ => return Err("must be a text".to_owned()),
    };
    let length = text.chars().count();
    if length > max {
        return Err(format!("must be at most {max} characters, has {length}"));
    }
    if text.contains('\0') {
        return Err("must not contain the character U+0000".to_owned());
    }
    Ok(Value::Text(text))
}

fn guid(sent: &Json) -> Result<Value, String> {
    let guid = sent.as_str().and_then(|text| Uuid::try_parse(text.trim()).ok());
    guid.map(Value::from).ok_or_else(|| "must be a GUID".to_owned())
}

fn enumerated(table: &Enumeration, sent: &Json) -> Result<i64, String> {
    let number = match sent {
        Json::String(name) => table.number_of(name.trim()).or_else(|| name.trim().parse().ok()),
        other => other.as_i64(),
    };
    number
        .filter(|number| table.name_of(*number).is_some())
        .ok_or_else(|| format!("must be a value of {}", table.name))
}

fn role(sent: &Json) -> Result<i64, String> {
    let role = sent.as_str().and_then(Role::from_name);
    role.map(Role::number)
        .ok_or_else(|| "must be names of roles, such as CoworkerIdentityCheck-Read".to_owned())
}

fn list(sent: &Json, item: impl Fn(&Json) -> Result<i64, String>) -> Result<Value, String> {
    let items = match sent {
        Json::Array(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    if items.len() > MAX_LIST {
        return Err(format!("must have at most {MAX_LIST} items, has {}", items.len()));
    }
    let mut ids = items.iter().map(item).collect::<Result<Vec<_>, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(Value::List(ids))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enumeration::STATUS;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn instants_in_every_form_of_the_contract() {
        let expected = 1_736_937_000;
        for text in [
            "2025-01-15T10:30:00Z",
            "2025-01-15T10:30",
            "2025-01-15T10:30Z",
            "2025-01-15T10:30:00.9Z",
            "2025-01-15T11:30:00+01:00",
            "2025-01-15 10:30",
        ] {
            assert_eq!(instant(text), Ok(expected), "{text}");
        }
        assert_eq!(instant("2025-01-15"), Ok(expected - 10 * 3600 - 30 * 60));
        for text in ["", "yesterday", "2025-13-01", "2025-02-30T00:00:00Z", "-000001-01-01T00:00:00Z"] {
            assert!(instant(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_flags_and_names_also_as_text() {
        assert_eq!(value(Kind::Integer, &json!("42")), Ok(Value::Int(42)));
        assert_eq!(value(Kind::Flag, &json!("True")), Ok(Value::Int(1)));
        assert_eq!(value(Kind::Enumeration(&STATUS), &json!("submitted")), Ok(Value::Int(2)));
        assert_eq!(value(Kind::Enumeration(&STATUS), &json!("3")), Ok(Value::Int(3)));
        assert!(value(Kind::Enumeration(&STATUS), &json!(6)).is_err());
        assert!(value(Kind::Integer, &json!(1.5)).is_err());
        assert!(value(Kind::Integer, &json!("9223372036854775808")).is_err());
        assert!(value(Kind::Flag, &json!(2)).is_err());
    }

    #[test]
    fn texts_are_counted_in_characters() {
        assert!(value(Kind::Text(3), &json!("äöü")).is_ok());
        assert_eq!(value(Kind::Text(3), &json!("äöüß")), Err("must be at most 3 characters, has 4".into()));
        assert!(value(Kind::Text(3), &json!("a\0")).is_err());
        assert!(value(Kind::Text(3), &json!({})).is_err());
    }

    #[test]
    fn lists_are_sets() {
        assert_eq!(
            value(Kind::RoleNames, &json!(["Business-List", "business-list"])).map(|v| v.as_list().len()),
            Ok(1)
        );
        assert!(value(Kind::RoleNames, &json!(["CoworkerIdentityCheck-Update"])).is_err());
        assert!(value(Kind::RoleNames, &json!(vec!["Business-List"; 1001])).is_err());
        assert_eq!(numbers(&json!([3, "-1", 3])), Ok(vec![-1, 3]));
        let ids = |sent| value(Kind::List(&crate::entities::business::BUSINESS), &sent);
        assert!(ids(json!([0])).is_err() && ids(json!(-1)).is_err() && ids(json!([1, "2"])).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            for kind in [Kind::Integer, Kind::Flag, Kind::Instant, Kind::Text(9), Kind::Guid, Kind::RoleNames] {
                let _ = value(kind, &Json::String(text.clone()));
            }
        }
    }
}
