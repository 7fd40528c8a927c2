//! The SQLite stores, against the suites that every backend passes, and what is SQLite's own.

mod keys;
mod suite;
