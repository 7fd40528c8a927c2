//! Tests of the real binary, over real sockets, with each database. [`harness`] starts it; a module for each matter.
#![allow(clippy::expect_used, reason = "a test that can't set itself up has failed")]

#[macro_use]
mod harness;

mod backup;
mod crash;
mod demo;
mod edge;
mod erasure;
mod export;
mod keys;
mod lifecycle;
mod oidc;
mod policy;
mod retries;
mod scan;
mod wire;
