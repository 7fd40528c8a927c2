//! What survives when the process ends without warning, and what reaches the disk while it runs.

mod kill;
mod plaintext;
