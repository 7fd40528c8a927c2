//! The decoder from outside: the child's confinement, the pool, and what is made of pictures.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::trivially_copy_pass_by_ref,
    clippy::similar_names,
    clippy::duration_suboptimal_units,
    reason = "tests may panic, and build files the short way"
)]

mod bombs;
mod child;
mod codings;
mod confinement;
mod deaths;
mod formats;
mod heic;
mod heif;
mod hostile;
mod lies;
mod markers;
mod quality;
mod samples;
