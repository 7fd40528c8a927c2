//! The value of one field of one record.

use std::fmt;

/// What a field holds, whatever its kind: flags are 0 and 1, enumerations their number, instants whole seconds since
/// 1970 UTC, references the id, GUIDs their hyphenated lower-case text.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// A number of any kind.
    Int(i64),
    /// A text or a GUID.
    Text(String),
    /// The ids that a list field holds, ascending.
    List(Vec<i64>),
    /// In a record about to be written: the id that the n-th insert of the same transaction gets.
    NewId(usize),
}

impl Value {
    /// The number, if this holds one.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    /// The text, if this holds one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The ids, empty if this holds no list.
    pub fn as_list(&self) -> &[i64] {
        if let Self::List(ids) = self { ids } else { &[] }
    }

    /// Whether there is nothing here.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// Texts are personal data as a rule, so only their length is ever printed.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::List(ids) => write!(f, "{ids:?}"),
            Self::NewId(n) => write!(f, "NewId({n})"),
        }
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Int(i64::from(flag))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<uuid::Uuid> for Value {
    fn from(id: uuid::Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<jiff::Timestamp> for Value {
    fn from(instant: jiff::Timestamp) -> Self {
        Self::Int(instant.as_second())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
