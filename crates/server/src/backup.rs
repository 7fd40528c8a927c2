//! Backups: the desk's records as one sealed stream, its files as the ciphertext that they are, and its keys apart. What each
//! file holds is in `docs/backup.md`.

mod folders;
mod lines;
mod make;
mod manifest;
mod objects;
mod part;
mod progress;
mod prune;
mod restore;
mod verify;

pub(crate) use make::make;
pub(crate) use prune::prune_keys;
pub(crate) use restore::{Ledgers, Wanted, restore, unfinished};
pub(crate) use verify::verify;
