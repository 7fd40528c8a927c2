//! The embedded store: the desk's records and the vault's keys, each in an SQLite database of its own.
//!
//! Writes: one thread owns the writing connection. It takes all transactions that wait, runs each in a savepoint of one
//! database transaction, commits them with one sync, and only then answers all of them.
//!
//! Reads: each on a snapshot. What an index finds at once runs on the caller's thread, which is cheaper than handing it
//! over; the rest runs on the runtime's blocking threads, with connections of its own, so that a long list delays no
//! other request.
//!
//! Another process, such as the command line, may use the same databases at the same time.
//!
//! What is deliberately absent: what the records mean, and the text of the SQL, which `proofdesk-store-sql` makes.

mod connection;
mod error;
mod keys;
mod migrate;
mod reader;
mod readers;
mod rows;
mod store;
mod tables;
mod totals;
mod transact;
mod writer;

pub use error::OpenError;
pub use keys::SqliteKeyStore;
pub use migrate::migrate;
pub use store::{Options, SqliteStore};
pub use tables::SqliteTables;
