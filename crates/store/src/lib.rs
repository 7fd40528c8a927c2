//! What is kept, and how it is asked for.
//!
//! A store does three things: it selects records, it counts them, and it commits a [`Transaction`], which is a value: a
//! list of conditions and writes that happen all together or not at all. So a verb reads, decides, and hands over what
//! it decided; if something that it relied on has changed meanwhile, the commit says [`StoreError::Conflict`] and the
//! verb starts again. There is no open transaction to hold, which is what lets the SQLite store commit many callers'
//! transactions with one sync, and the PostgreSQL store send one in two round trips.

#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod query;
pub mod tables;
mod transaction;

pub use error::StoreError;
pub use query::{Listed, Query};
pub use transaction::{Guard, Inserted, Transaction, Write, has_version};

use async_trait::async_trait;
use proofdesk_domain::record::Record;

/// Keeps records. Every implementation passes the same conformance suite.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The records of one page of a query, in its order, with derived fields and lists filled in.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the backend can't be asked.
    async fn select(&self, query: &Query) -> Result<Vec<Record>, StoreError>;

    /// The same, and how many records the query has on all its pages. Records and total are of one instant.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the backend can't be asked.
    async fn list(&self, query: &Query) -> Result<Listed, StoreError>;

    /// Carries out all of a transaction, or nothing of it. When this returns, the transaction is durable: it survives
    /// `kill -9` and power loss. Returns the ids of the inserted records, in the order of the inserts.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a guard doesn't hold; the others as they say. Nothing was written then, but for
    /// [`StoreError::Broken`] and [`StoreError::Unavailable`], after which it isn't known.
    async fn commit(&self, transaction: Transaction) -> Result<Vec<i64>, StoreError>;

    /// Whether the store can be read and written now, for `/readyz`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with what is wrong.
    async fn ready(&self) -> Result<(), StoreError>;
}
