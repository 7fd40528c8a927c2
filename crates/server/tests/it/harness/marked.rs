//! Records full of marks, made by their declarations: a new field is marked by itself.

use proofdesk_domain::entity::{Access, Entity, Kind, Source};
use serde_json::{Map, Value, json};

/// The mark in every text that a caller may write, and something in all other properties but references.
pub(crate) fn marked(entity: &Entity, mark: &str, number: u8) -> Value {
    let mut body = Map::new();
    for field in entity.fields {
        let kept = matches!(field.source, Source::Column(_)) && field.access == Access::Writable;
        if !kept || DECIDING.contains(&field.name) {
            continue;
        }
        let value = match field.kind {
            Kind::Text(_) if field.name.starts_with("Email") => {
                json!(format!("{mark}.{}@example.com", entity.table))
            }
            Kind::Text(_) => json!(format!("{mark} {}", field.name)),
            Kind::Guid => json!(format!("{number:08x}-0000-4000-8000-{:012x}", field.name.len())),
            Kind::Flag => json!(true),
            Kind::Instant => json!("2031-02-03T04:05:06Z"),
            Kind::Integer => json!(826),
            _ => continue,
        };
        body.insert(field.name.to_owned(), value);
    }
    Value::Object(body)
}

/// What decides what can be done at all, and takes no made-up text.
const DECIDING: [&str; 8] = [
    "RefuseWarnings",
    "Active",
    "IsAdmin",
    "APIAccess",
    "Archived",
    "TwoFactorEnabled",
    "IdentityCheckFourEyes",
    "IdentityCheckSecondReviewer",
];
