//! The PostgreSQL store against a private server.
#![expect(clippy::expect_used, reason = "what a test expects and does not get fails it")]

mod conformance;
mod keys;
mod schema;
mod servers;
mod support;
mod tables;
mod tls;
mod transactions;
