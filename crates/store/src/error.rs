//! Why a store didn't do what it was asked.

use thiserror::Error;

/// Why a store didn't do what it was asked. Texts hold no values of records.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A guard of the transaction doesn't hold, or a concurrent transaction won: load again and try again.
    #[error("the record was changed meanwhile")]
    Conflict,
    /// Another record has this value, and it must be unique.
    #[error("{table}.{column} is taken")]
    Duplicate {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Another record refers to one that was to be deleted, or a record refers to one that isn't there.
    #[error("a reference would lead nowhere")]
    Reference,
    /// A disk failed, so nothing is written any more until the process is started anew; reading goes on. Whether this
    /// very write is there is known only then.
    #[error("nothing is written any more: {0}")]
    Broken(String),
    /// There is no room left on the disk. Nothing was written.
    #[error("the disk is full")]
    Full,
    /// The backend can't be asked, or failed.
    #[error("the store is not available: {0}")]
    Unavailable(String),
}
