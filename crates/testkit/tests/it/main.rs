//! The private PostgreSQL: shared, copied and stopped.
#![cfg(feature = "postgres")]
#![expect(clippy::expect_used, reason = "what a test expects and does not get fails it")]

mod postgres;
