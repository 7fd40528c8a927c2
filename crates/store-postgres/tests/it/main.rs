//! The PostgreSQL store against a private server.
#![expect(clippy::expect_used, reason = "what a test expects and does not get fails it")]

mod conformance;
mod keys;
mod schema;
mod servers;
mod support;
mod tls;
mod transactions;
mod tables;
