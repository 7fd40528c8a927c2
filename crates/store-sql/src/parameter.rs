//! A statement: its text and what goes into its placeholders.

use std::borrow::Cow;
use std::fmt;

use proofdesk_domain::draft::empty;
use proofdesk_domain::entity::Kind;
use proofdesk_domain::value::Value;
use proofdesk_store::StoreError;

/// What goes into a placeholder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Parameter<'a> {
    /// Nothing.
    Null,
    /// A number of any kind.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// A set of ids: JSON for SQLite, `bigint[]` for PostgreSQL.
    Ids(&'a [i64]),
}

/// A text and its parameters, in the order of the placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The text. The same question with other values has the same text, so that it pays to keep it prepared.
    pub sql: Cow<'static, str>,
    /// The parameters.
    pub parameters: Vec<Parameter<'a>>,
}

impl<'a> Parameter<'a> {
    /// The parameter of a condition; None for a value that no column holds.
    pub(crate) fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Int(n) => Some(Self::Int(*n)),
            Value::Text(text) => Some(Self::Text(text)),
            Value::List(_) | Value::NewId(_) => None,
        }
    }

    /// What is written for a value of a column. `inserted` are the ids that the transaction's inserts got so far.
    ///
    /// A flag or an enumeration that was never set is written as 0, because their columns know no null.
    pub(crate) fn written(value: &'a Value, kind: Kind, inserted: &[i64]) -> Result<Self, StoreError> {
        match value {
            Value::Null => Ok(empty(kind).as_int().map_or(Self::Null, Self::Int)),
            Value::NewId(number) => inserted.get(*number).map(|id| Self::Int(*id)).ok_or_else(too_early),
            value => Self::of(value).ok_or_else(no_column_holds),
        }
    }
}

fn too_early() -> StoreError {
    StoreError::Unavailable("a write refers to an insert that comes after it".to_owned())
}

fn no_column_holds() -> StoreError {
    StoreError::Unavailable("a write has a list where a column is".to_owned())
}

/// Texts are personal data as a rule, so only their length is ever printed.
impl fmt::Debug for Parameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Ids(ids) => write!(f, "{ids:?}"),
        }
    }
}
