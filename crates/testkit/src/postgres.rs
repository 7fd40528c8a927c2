//! A PostgreSQL server of the tests' own: one for all tests of a run, and a new database for each test.
//!
//! The server is the one that `PROOFDESK_TEST_POSTGRES_URL` names (`cargo xtask test` sets it), or else one that the first
//! test starts and all tests of the same nextest run (or of the same process) share. It listens on the loopback interface
//! only, and a watcher stops it and removes its files as soon as the run's process is gone, however it ended.

mod cluster;
mod database;
mod programs;

pub use cluster::Server;
pub use database::{Database, execute, number};
