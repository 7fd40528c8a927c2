//! Answers without what differs in every run, for snapshots.

use serde_json::Value;

/// The same value with each GUID, instant and token replaced by its kind. One of another form stays, and shows.
pub(crate) fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), named(name, value))).collect()
        }
        Value::Array(items) => items.iter().map(shape).collect(),
        other => other.clone(),
    }
}

fn named(name: &str, value: &Value) -> Value {
    let kind = match (name, value.as_str()) {
        ("UniqueId" | "IdentityCheckGroupGuid", Some(text)) if is_guid(text) => "[guid]",
        ("CreatedOn" | "UpdatedOn", Some(text)) if is_instant(text) => "[instant]",
        ("RequestId", Some(text)) if text.len() == 32 && text.chars().all(is_hex) => "[request]",
        ("access_token" | "refresh_token", Some(text)) if text.len() == 43 => "[token]",
        _ => return shape(value),
    };
    kind.into()
}

fn is_hex(c: char) -> bool {
    matches!(c, '0'..='9' | 'a'..='f')
}

fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| is_hex(c) || c == '-')
}

/// `2025-01-15T10:30:00Z`: UTC, whole seconds.
fn is_instant(text: &str) -> bool {
    let form = "dddd-dd-ddTdd:dd:ddZ";
    let fits = |(own, wanted): (char, char)| if wanted == 'd' { own.is_ascii_digit() } else { own == wanted };
    text.len() == form.len() && text.chars().zip(form.chars()).all(fits)
}
