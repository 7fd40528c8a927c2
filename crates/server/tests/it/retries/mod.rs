//! Idempotency keys: the same request again is answered the same, and does nothing.

mod kept;
mod kill;
mod wire;
