//! Why a verb didn't do what it was asked.

use std::time::Duration;

use proofdesk_domain::entities::idempotent_answer::IDEMPOTENT_ANSWER;
use proofdesk_domain::validation::FieldError;
use proofdesk_store::StoreError;
use proofdesk_vault::{BackendError, ReadError, WriteError};
use thiserror::Error;

/// Why a verb didn't do what it was asked. Nothing was changed then; after [`DeskError::Broken`] and
/// [`DeskError::Unavailable`] that isn't known.
#[derive(Debug, Error)]
pub enum DeskError {
    /// The input is wrong: everything that is, field by field.
    #[error("the input is not valid")]
    Invalid(Vec<FieldError>),
    /// No such record, or one that the caller may not see.
    #[error("there is no such record")]
    NotFound,
    /// Nobody that the desk knows.
    #[error("the caller is not known")]
    Unauthenticated,
    /// The caller lacks this role.
    #[error("the caller lacks the role {0}")]
    MissingRole(String),
    /// The lifecycle doesn't allow the command; the text names the record and its state.
    #[error("{0}")]
    Refused(String),
    /// A token was asked for with a grant that isn't good.
    #[error("the grant is not good")]
    InvalidGrant,
    /// A program's credentials aren't good.
    #[error("the client's credentials are not good")]
    InvalidClient,
    /// A token was asked for with roles that aren't there, or aren't held.
    #[error("the scope is not good")]
    InvalidScope,
    /// The file waits for the malware scan.
    #[error("the file waits for the malware scan")]
    Held,
    /// Others keep changing the same records.
    #[error("the record was changed meanwhile")]
    Conflict,
    /// The record isn't in the state that the caller requires.
    #[error("the record is not as the caller requires")]
    PreconditionFailed,
    /// The idempotency key was another request's.
    #[error("the idempotency key was another request's")]
    KeyReused,
    /// A request with the same idempotency key is under way.
    #[error("a request with the same idempotency key is under way")]
    KeyBusy,
    /// A request with the same idempotency key was faster; its answer is there to be told again.
    #[error("the request was carried out already")]
    AlreadyDone,
    /// Too many passwords are waited for; after this time it may be tried again.
    #[error("too many passwords are waited for")]
    Busy(Duration),
    /// An account's passwords were tried too often; after this time it may be tried again.
    #[error("the passwords of the account were tried too often")]
    TooMany(Duration),
    /// A disk failed, so nothing is written any more until the desk is started anew; the reason is on the log. Reading goes
    /// on.
    #[error("nothing is written any more: {0}")]
    Broken(String),
    /// The master key was replaced, and where it comes from doesn't give the new one yet.
    #[error("the master key was replaced, and where it comes from does not give the new one yet")]
    Sealed,
    /// There is no room left for what was to be written.
    #[error("the disk is full")]
    Full,
    /// A database or a disk failed.
    #[error("{0}")]
    Unavailable(String),
}

impl DeskError {
    /// One thing wrong with one field.
    pub fn field(property: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(property, message)])
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate { ref table, ref column }
                if (table.as_str(), column.as_str()) == ("users", "login") =>
            {
                Self::field("Email", "is another user's")
            }
            StoreError::Duplicate { ref table, .. } if table == IDEMPOTENT_ANSWER.table => Self::AlreadyDone,
            StoreError::Conflict | StoreError::Duplicate { .. } | StoreError::Reference => Self::Conflict,
            StoreError::Broken(why) => Self::Broken(why),
            StoreError::Full => Self::Full,
            StoreError::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

impl From<WriteError> for DeskError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Backend(error) => error.into(),
            other => Self::Unavailable(with_causes(&other)),
        }
    }
}

impl From<ReadError> for DeskError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Backend(error) => error.into(),
            other => Self::Unavailable(with_causes(&other)),
        }
    }
}

impl From<BackendError> for DeskError {
    fn from(error: BackendError) -> Self {
        match error {
            BackendError::Broken(why) => Self::Broken(why),
            BackendError::Full => Self::Full,
            BackendError::MasterReplaced => Self::Sealed,
            other => Self::Unavailable(with_causes(&other)),
        }
    }
}

/// An error and all that caused it, in one line: what whoever reads the log at night needs.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        // Some repeat what they wrap.
        if !said.ends_with(&text) {
            said = format!("{said}: {text}");
        }
        next = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use proofdesk_vault::{BackendError, KeyStoreError};

    use super::DeskError;

    #[test]
    fn what_failed_below_is_told_once() {
        let error = DeskError::from(BackendError::from(KeyStoreError::new("database is locked")));
        assert_eq!(error.to_string(), "the key store failed: database is locked");
    }
}
