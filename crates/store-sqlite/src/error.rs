//! What SQLite's errors mean.

use proofdesk_store::StoreError;
use rusqlite::{ErrorCode, ffi};

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite can't open or read it.
    #[error("the database can't be opened: {0}")]
    Database(#[from] rusqlite::Error),
    /// The file or a thread could not be made.
    #[error("the database can't be opened: {0}")]
    Io(#[from] std::io::Error),
    /// Write-ahead logging doesn't work there, as on a network file system.
    #[error("the database can't use a write-ahead log where it lies (journal mode {0})")]
    Journal(String),
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
    Migration(#[from] refinery::Error),
}

/// What an error of a read means.
#[expect(clippy::needless_pass_by_value, reason = "goes into map_err")]
pub(crate) fn unavailable(error: rusqlite::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// What an error of anything that the writing connection does means.
#[expect(clippy::needless_pass_by_value, reason = "goes into map_err")]
pub(crate) fn failed(error: rusqlite::Error) -> StoreError {
    if is_disk_failure(&error) {
        return StoreError::Broken(error.to_string());
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// What an error of a statement that writes means.
pub(crate) fn refused(error: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(failure, message) = &error else { return failed(error) };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => StoreError::Reference,
        ffi::SQLITE_CONSTRAINT_UNIQUE => duplicate(message.as_deref()).unwrap_or_else(|| failed(error)),
        _ => failed(error),
    }
}

/// Reads "UNIQUE constraint failed: users.login"; several columns are joined with commas.
fn duplicate(message: Option<&str>) -> Option<StoreError> {
    let (_, names) = message?.split_once(": ")?;
    let (tables, columns): (Vec<&str>, Vec<&str>) =
        names.split(", ").filter_map(|name| name.split_once('.')).unzip();
    Some(StoreError::Duplicate { table: (*tables.first()?).to_owned(), column: columns.join(", ") })
}

/// Whether the disk failed, so that nothing more may be written until somebody has looked at it: after a failed sync the
/// operating system may forget what it could not write. No room for the log's index is none: that is kept in memory.
pub(crate) fn is_disk_failure(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return false };
    failure.code == ErrorCode::SystemIoFailure && failure.extended_code != ffi::SQLITE_IOERR_SHMSIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_sync_is_a_disk_failure_and_a_full_disk_is_not() {
        let failure = |code| rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        assert!(is_disk_failure(&failure(ffi::SQLITE_IOERR_FSYNC)));
        assert!(is_disk_failure(&failure(ffi::SQLITE_IOERR_WRITE)));
        assert!(!is_disk_failure(&failure(ffi::SQLITE_FULL)));
        assert!(!is_disk_failure(&failure(ffi::SQLITE_IOERR_SHMSIZE)));
        assert!(matches!(refused(failure(ffi::SQLITE_IOERR_WRITE)), StoreError::Broken(_)));
        assert!(matches!(refused(failure(ffi::SQLITE_FULL)), StoreError::Full));
        assert!(matches!(unavailable(failure(ffi::SQLITE_IOERR_READ)), StoreError::Unavailable(_)));
        assert!(!is_disk_failure(&failure(ffi::SQLITE_BUSY)));
    }

    #[test]
    fn a_duplicate_names_table_and_columns() {
        let named = |message| match duplicate(Some(message)) {
            Some(StoreError::Duplicate { table, column }) => (table, column),
            other => panic!("{other:?}"),
        };
        let expected = |table: &str, column: &str| (table.to_owned(), column.to_owned());
        assert_eq!(named("UNIQUE constraint failed: users.login"), expected("users", "login"));
        assert_eq!(
            named("UNIQUE constraint failed: files.document_id, files.slot"),
            expected("files", "document_id, slot")
        );
        assert!(duplicate(Some("something else")).is_none());
        assert!(duplicate(None).is_none());
    }
}
