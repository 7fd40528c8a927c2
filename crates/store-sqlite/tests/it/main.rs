//! The SQLite stores, against the suites that every backend passes, and what is SQLite's own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't be set up fails")]

mod erased;
mod keys;
mod plans;
mod schema;
mod shared;
mod statements;
mod suite;
mod tables;
