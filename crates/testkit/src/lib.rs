//! For tests only: time and randomness that a test decides, free ports, a network of its own (feature
//! `namespace`), and a private PostgreSQL (feature `postgres`).

mod ambient;
#[cfg(feature = "namespace")]
pub mod namespace;
mod port;
#[cfg(feature = "postgres")]
pub mod postgres;

pub use ambient::{FixedClock, SeededRandom, StepClock};
pub use port::free_port;
