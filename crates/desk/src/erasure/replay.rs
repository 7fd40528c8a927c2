//! After a backup was put back: what was erased since is erased again, before anybody can read it.

use proofdesk_domain::entities::{file, file::FILE};
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Transaction};
use uuid::Uuid;

use super::Ledger;
use crate::error::DeskError;
use crate::{Desk, sweep};

/// What a replay did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Lines of the ledger.
    pub entries: u64,
    /// Records that were erased again.
    pub records: u64,
    /// Files that were destroyed again.
    pub objects: u64,
}

/// Erases again everything in a ledger that the store or the vault still has. Call it after a restore, before the desk
/// serves; calling it again does nothing.
///
/// # Errors
/// [`DeskError::Unavailable`] if the ledger is damaged, or a store fails; what was not erased is for another call.
pub async fn replay(desk: &Desk, ledger: &Ledger) -> Result<Replayed, DeskError> {
    let entries = Desk::with_ledger(ledger, Ledger::entries).await?;
    let mut replayed = Replayed { entries: entries.len() as u64, ..Replayed::default() };
    for entry in entries {
        for object in entry.objects {
            replayed.objects += u64::from(destroy(desk, object).await?);
        }
    }
    Ok(replayed)
}

/// Destroys a file, and the record that names it; gives whether there was anything.
async fn destroy(desk: &Desk, object: Uuid) -> Result<bool, DeskError> {
    let there = desk.vault().exists(object).await?;
    desk.vault().shred(object).await?;
    let query = Query::all(&FILE, Scope::All, 1).equals(file::OBJECT, object);
    let Some(file) = desk.store().select(&query).await?.pop() else { return Ok(there) };
    let mut transaction = Transaction::default();
    transaction.delete(&file);
    sweep::discard(desk, &mut transaction, &file);
    match desk.commit(transaction).await {
        Ok(_) | Err(DeskError::Conflict) => Ok(true),
        Err(error) => Err(error),
    }
}
