//! What is wrong with an input, field by field.

use serde_json::Value as Json;

/// The longest attempted value that is sent back, in characters; a longer one says nothing that its length doesn't.
const MAX_ATTEMPTED: usize = 255;

/// One thing that is wrong with one property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The property's name on the wire, or the query's key.
    pub property: String,
    /// What is wrong, reading on after the property's name: "is a required field".
    pub message: String,
    /// What was sent; null where it is secret, too long, or nothing was.
    pub attempted: Json,
}

impl FieldError {
    /// An error without what was sent.
    pub fn new(property: impl Into<String>, message: impl Into<String>) -> Self {
        Self { property: property.into(), message: message.into(), attempted: Json::Null }
    }

    /// The same, with what was sent.
    pub fn attempted(self, value: impl Into<Json>) -> Self {
        let value = value.into();
        let short = value.as_str().is_none_or(|text| text.chars().count() <= MAX_ATTEMPTED);
        let plain = !value.is_array() && !value.is_object();
        Self { attempted: if short && plain { value } else { Json::Null }, ..self }
    }

    /// "is a required field".
    pub fn required(property: impl Into<String>) -> Self {
        Self::new(property, "is a required field")
    }

    /// "does not exist": missing, or not the caller's to see.
    pub fn does_not_exist(property: impl Into<String>, id: i64) -> Self {
        Self::new(property, "does not exist").attempted(id)
    }
}
