//! The verbs that every entity has. An entity with more to it (checks, documents) has its own in their place.

mod create;
mod delete;
mod read;
mod sight;
mod takeover;
mod update;

pub use create::create;
pub use delete::delete;
pub use read::{batch, get, search};
pub use update::update;

pub(crate) use create::{add, prepare};
pub(crate) use delete::remove;
pub(crate) use sight::{keep_unseen, visible};
pub(crate) use takeover::may_set_sign_in;
pub(crate) use update::change;

use proofdesk_domain::entities::{
    business::BUSINESS, coworker, user, user::USER, user_role, user_role::USER_ROLE,
};
use proofdesk_domain::entities::{check, check::CHECK, coworker::COWORKER, document, document::DOCUMENT};
use proofdesk_domain::entity::UPDATED_ON;
use proofdesk_domain::record::Record;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;

use crate::error::DeskError;
use crate::warnings::Warning;

/// A body: the properties that a client sent.
pub type Body = serde_json::Map<String, serde_json::Value>;

/// What a write tells its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The record's id.
    pub id: i64,
    /// When it was changed; seconds since 1970 UTC.
    pub updated_on: i64,
    /// The e-mail address of who changed it.
    pub updated_by: String,
    /// What is wrong with the pictures that it brought.
    pub warnings: Vec<Warning>,
}

impl Saved {
    pub(crate) fn new(id: i64, record: &Record) -> Self {
        let updated_by = record.text(proofdesk_domain::entity::UPDATED_BY).unwrap_or_default().to_owned();
        let updated_on = record.int(UPDATED_ON).unwrap_or(0);
        Self { id, updated_on, updated_by, warnings: Vec::new() }
    }
}

/// Turns what is wrong into an error: in the order of the declaration, and a missing property only where nothing else
/// is wrong with it.
pub(crate) fn valid(record: &Record, mut errors: Vec<FieldError>) -> Result<(), DeskError> {
    for missing in proofdesk_domain::draft::missing(record) {
        if errors.iter().all(|error| error.property != missing.property) {
            errors.push(missing);
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    let place =
        |error: &FieldError| record.entity().find(&error.property).map_or(usize::MAX, |index| index.0);
    errors.sort_by_key(place);
    errors.dedup();
    Err(DeskError::Invalid(errors))
}

/// The location that a record belongs to, for its audit entries and events; null for none, or for several.
pub(crate) fn business_of(record: &Record) -> Value {
    match record.entity() {
        entity if entity == &CHECK => record.get(check::BUSINESS_ID).clone(),
        entity if entity == &DOCUMENT => record.get(document::BUSINESS_ID).clone(),
        entity if entity == &USER_ROLE => record.get(user_role::BUSINESS_ID).clone(),
        entity if entity == &BUSINESS => Value::Int(record.id()),
        entity if entity == &COWORKER => {
            first_of(record.get(coworker::INVOICING_BUSINESS_ID), record.list(coworker::BUSINESSES))
        }
        entity if entity == &USER => {
            first_of(record.get(user::DEFAULT_BUSINESS_ID), record.list(user::BUSINESSES))
        }
        _ => Value::Null,
    }
}

fn first_of(own: &Value, list: &[i64]) -> Value {
    if own.is_null() { list.first().copied().into() } else { own.clone() }
}

/// The customer whose data a record is; null for nobody's.
pub(crate) fn subject_of(record: &Record) -> Value {
    match record.entity() {
        entity if entity == &CHECK => record.get(check::COWORKER_ID).clone(),
        entity if entity == &DOCUMENT => record.get(document::COWORKER_ID).clone(),
        entity if entity == &COWORKER => Value::Int(record.id()),
        _ => Value::Null,
    }
}
