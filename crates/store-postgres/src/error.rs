//! What PostgreSQL's errors mean. The server's own texts may hold values, so they are never passed on.

use deadpool_postgres::PoolError;
use proofdesk_domain::entities;
use proofdesk_domain::entity::{Entity, Field};
use proofdesk_store::StoreError;
use tokio_postgres::error::{DbError, SqlState};

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is not one of a PostgreSQL database.
    #[error("the database's URL is not understood")]
    Url,
    /// The certificates of trusted authorities can't be read.
    #[error("the certificates for TLS can't be read: {0}")]
    Certificates(String),
    /// The server can't be reached, or refuses.
    #[error("the database can't be opened: {0}")]
    Database(String),
    /// Texts are kept in UTF-8 only.
    #[error(
        "the database has the encoding {0}, and it must be UTF8: make it with ENCODING 'UTF8' TEMPLATE template0"
    )]
    Encoding(String),
    /// The server was built without ICU.
    #[error("the server lacks the collation und-x-icu: install a PostgreSQL that is built with ICU")]
    Collation,
    /// A newer version of the program has changed its schema.
    #[error(
        "the database has schema {found}, and this version knows schemas up to {known}: use a newer version"
    )]
    NewerSchema {
        /// The schema that it has.
        found: i64,
        /// The newest that this version knows.
        known: i64,
    },
    /// Its schema is old, and it was to be opened without migrating.
    #[error("the database has schema {found}, and this version needs schema {known}: migrate it first")]
    OlderSchema {
        /// The schema that it has; 0 for none at all.
        found: i64,
        /// The one that it needs.
        known: i64,
    },
    /// A migration failed, or one that was applied was another than the one of this number.
    #[error("the database can't be migrated: {0}")]
    Migration(String),
}

impl From<tokio_postgres::Error> for OpenError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(said(&error))
    }
}

impl From<PoolError> for OpenError {
    fn from(error: PoolError) -> Self {
        Self::Database(no_connection(error))
    }
}

/// What an error means for who asked.
pub(crate) fn refused(error: &tokio_postgres::Error) -> StoreError {
    let unavailable = || StoreError::Unavailable(said(error));
    let Some(error) = error.as_db_error() else { return unavailable() };
    match *error.code() {
        SqlState::UNIQUE_VIOLATION => duplicate(error).unwrap_or_else(unavailable),
        SqlState::FOREIGN_KEY_VIOLATION => StoreError::Reference,
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => StoreError::Conflict,
        _ => unavailable(),
    }
}

/// What it means that there is no connection.
pub(crate) fn unconnected(error: PoolError) -> StoreError {
    StoreError::Unavailable(no_connection(error))
}

fn no_connection(error: PoolError) -> String {
    match error {
        PoolError::Timeout(_) => "no connection was free in time".to_owned(),
        PoolError::Backend(error) => said(&error),
        PoolError::PostCreateHook(_) => "a new connection was refused its settings".to_owned(),
        PoolError::Closed | PoolError::NoRuntimeSpecified => "the store is closed".to_owned(),
    }
}

/// What went wrong, without anything that the server quotes.
pub(crate) fn said(error: &tokio_postgres::Error) -> String {
    let Some(refusal) = error.as_db_error() else { return error.to_string() };
    let code = refusal.code();
    let meaning = match *code {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "the user or password is refused"
        }
        SqlState::INVALID_CATALOG_NAME => "there is no such database",
        SqlState::INSUFFICIENT_PRIVILEGE => "the user lacks a right",
        SqlState::TOO_MANY_CONNECTIONS => "the server has no connection free",
        SqlState::QUERY_CANCELED => "a statement took too long",
        SqlState::DISK_FULL => "the server's disk is full",
        SqlState::CHARACTER_NOT_IN_REPERTOIRE => "a text has a character that can't be kept",
        SqlState::READ_ONLY_SQL_TRANSACTION => "the server only reads",
        _ => "a statement was refused",
    };
    format!("{meaning} (SQLSTATE {})", code.code())
}

/// The constraints have the names that PostgreSQL gives: table, columns and `key`, joined by underscores. Columns have
/// underscores too, so they are found by those of the entity.
fn duplicate(error: &DbError) -> Option<StoreError> {
    let (table, constraint) = (error.table()?, error.constraint()?);
    let named = constraint.strip_prefix(table)?.strip_prefix('_')?.strip_suffix("_key")?;
    let entity = entities::all().find(|entity| entity.table == table)?;
    let column = columns(entity, named)?.join(", ");
    Some(StoreError::Duplicate { table: table.to_owned(), column })
}

/// The columns of an entity that a text names, joined by underscores.
fn columns(entity: &Entity, named: &str) -> Option<Vec<&'static str>> {
    let mut own = entity.fields.iter().filter_map(Field::column);
    own.find_map(|column| match named.strip_prefix(column)? {
        "" => Some(vec![column]),
        rest => {
            let mut columns = columns(entity, rest.strip_prefix('_')?)?;
            columns.insert(0, column);
            Some(columns)
        }
    })
}

#[cfg(test)]
mod tests {
    use proofdesk_domain::entities::{file, user};

    use super::*;

    #[test]
    fn columns_are_found_in_the_name_of_a_constraint() {
        assert_eq!(columns(&user::USER, "login"), Some(vec!["login"]));
        assert_eq!(columns(&file::FILE, "document_id_slot"), Some(vec!["document_id", "slot"]));
        assert_eq!(columns(&file::FILE, "document_slot"), None);
        assert_eq!(columns(&file::FILE, ""), None);
    }
}
