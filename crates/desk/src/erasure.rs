//! Erasing a person's data: the order in which it goes, so that a crash at any point ends in "not begun" or "will finish".

pub mod ledger;

mod replay;

pub use ledger::{Ledger, LedgerError};
pub use replay::{Replayed, replay};

use crate::Desk;
use crate::error::DeskError;

impl From<LedgerError> for DeskError {
    fn from(error: LedgerError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl Desk {
    /// Works with the ledger on a thread that may wait for a disk.
    async fn with_ledger<T: Send + 'static>(
        ledger: &Ledger,
        work: impl FnOnce(&Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, DeskError> {
        let ledger = ledger.clone();
        let done = tokio::task::spawn_blocking(move || work(&ledger)).await;
        Ok(done.map_err(|_| DeskError::Unavailable("the erasure ledger's thread has ended".to_owned()))??)
    }
}
