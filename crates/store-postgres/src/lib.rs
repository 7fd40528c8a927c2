//! The PostgreSQL store: the desk's records, and the vault's keys in a schema of their own.
//!
//! Writes: a transaction goes to the server in two round trips. The first begins it, locks every record that it guards,
//! changes or deletes (in one order for all, so that no two wait for one another), tests the guards, and takes ids for
//! what it inserts. The second writes and commits. Statements are prepared once on each connection.
//!
//! Reads: each on one snapshot, in one round trip.
//!
//! Any number of nodes may use a database at the same time, and start at the same time.
//!
//! What is deliberately absent: what the records mean, and the text of the SQL, which `proofdesk-store-sql` makes.

mod bound;
mod commit;
mod connect;
mod error;
mod keys;
mod locks;
mod migrate;
mod pipeline;
mod read;
mod session;
mod store;
mod tables;
mod tls;

pub use connect::Options;
pub use error::OpenError;
pub use keys::PostgresKeyStore;
pub use migrate::migrate;
pub use store::PostgresStore;
pub use tables::PostgresTables;
