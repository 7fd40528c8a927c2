//! For tests only: time and randomness that a test decides, free ports, and a private PostgreSQL (feature `postgres`).

mod ambient;
mod port;
#[cfg(feature = "postgres")]
pub mod postgres;

pub use ambient::{FixedClock, SeededRandom, StepClock};
pub use port::free_port;
