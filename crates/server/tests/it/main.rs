//! Tests of the real binary, over real sockets, with each database. [`harness`] starts it; a module for each matter.

#[macro_use]
mod harness;

mod crash;
mod policy;
mod wire;
