//! For tests only: time and randomness that a test decides, free ports, a network of its own (feature
//! `namespace`), disks of its own (feature `mounts`), and a private PostgreSQL (feature `postgres`).

mod ambient;
#[cfg(feature = "mounts")]
pub mod mounts;
#[cfg(feature = "namespace")]
pub mod namespace;
mod port;
#[cfg(feature = "postgres")]
pub mod postgres;

pub use ambient::{FixedClock, SeededRandom, StepClock};
pub use port::free_port;
