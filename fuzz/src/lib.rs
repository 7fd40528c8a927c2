//! Every parser that reads what a stranger sends, as a function of bytes that must neither crash nor hang, and must keep the
//! promises that hold for any input.
//!
//! `cargo test` replays the seeds, mutations of them that are the same in every run, and what a fuzzer once found
//! (`regressions/`). `cargo xtask soak --only fuzz` lets libFuzzer look for more.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a broken promise is a panic, and seeds are built the short way"
)]

mod mutate;
mod targets;

pub use mutate::Mutations;

/// One parser.
pub struct Target {
    /// What it is called, and its folder of regressions.
    pub name: &'static str,
    /// Parses, and panics when a promise is broken.
    pub run: fn(&[u8]),
    /// Good inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All parsers.
pub const TARGETS: &[Target] = targets::ALL;

/// The target of a name.
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
