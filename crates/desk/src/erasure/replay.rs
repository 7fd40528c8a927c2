//! After a backup was put back: what was erased since is erased again, before anybody can read it.

use proofdesk_domain::entities::erasure::Cause;
use proofdesk_domain::entities::{check::CHECK, coworker::COWORKER, document::DOCUMENT, file, file::FILE};
use proofdesk_domain::entity::UNIQUE_ID;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use uuid::Uuid;

use super::ledger::{Entry, Subject};
use super::{Ledger, erase, erased_on, finish_begun, of_file};
use crate::caller::Caller;
use crate::error::DeskError;
use crate::retention::expired;
use crate::{Desk, retrying};

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

/// Erases again everything in a ledger that the store or the vault still has, legal holds or not. Call it after a restore,
/// before the desk serves; calling it again does nothing.
///
/// # Errors
/// [`DeskError::Unavailable`] if the ledger is damaged, or a store fails; what was not erased is for another call.
pub async fn replay(desk: &Desk, ledger: &Ledger) -> Result<Replayed, DeskError> {
    let entries = Desk::with_ledger(ledger, Ledger::entries).await?;
    finish_begun(desk).await?;
    let mut replayed = Replayed { entries: entries.len() as u64, ..Replayed::default() };
    for entry in &entries {
        // Keys first, whatever becomes of the records.
        for object in &entry.objects {
            replayed.objects += u64::from(destroy(desk, *object).await?);
        }
        replayed.records += again(desk, entry).await?;
        for object in &entry.objects {
            forget(desk, *object).await?;
        }
    }
    Ok(replayed)
}

/// Erases the records of a line that are there, under the receipt that they had.
async fn again(desk: &Desk, entry: &Entry) -> Result<u64, DeskError> {
    let mut count = 0;
    for (place, subject) in entry.records.iter().enumerate() {
        let Some(record) = find(desk, subject).await?.filter(|record| erased_on(record).is_none()) else {
            continue;
        };
        // The first is the one that was asked for; what went with it goes with it again.
        let receipt = (place == 0).then_some(entry.receipt);
        erase(desk, &Caller::system(), &record, Cause::Replay, receipt).await?;
        count += 1;
    }
    Ok(count)
}

async fn find(desk: &Desk, subject: &Subject) -> Result<Option<Record>, DeskError> {
    let entity = [&CHECK, &DOCUMENT, &COWORKER].into_iter().find(|entity| entity.name == subject.entity);
    let Some(entity) = entity else { return Ok(None) };
    let query = Query::all(entity, Scope::All, 1).equals(UNIQUE_ID, subject.guid);
    Ok(desk.store().select(&query).await?.pop())
}

/// Destroys a file; gives whether it was there.
async fn destroy(desk: &Desk, object: Uuid) -> Result<bool, DeskError> {
    let there = desk.vault().exists(object).await?;
    desk.vault().shred(object).await?;
    Ok(there)
}

/// Takes a destroyed file out of its document, where only files were destroyed.
async fn forget(desk: &Desk, object: Uuid) -> Result<(), DeskError> {
    retrying(|| async {
        let query = Query::all(&FILE, Scope::All, 1).equals(file::OBJECT, object);
        let Some(file) = desk.store().select(&query).await?.pop() else { return Ok(()) };
        let id = file.int(file::DOCUMENT_ID).unwrap_or(0);
        let query = Query::by_id(&DOCUMENT, Scope::All, id);
        let document = desk.store().select(&query).await?.pop().ok_or(DeskError::Conflict)?;
        let mut transaction = Transaction { scrub: true, ..Transaction::default() };
        let mut after = document.clone();
        let slots = Slot::ALL.into_iter().filter(|slot| file.int(file::SLOT) == Some(slot.number()));
        let slots: Vec<Slot> = slots.collect();
        for slot in &slots {
            after.set(slot.file_name(), Value::Null);
        }
        of_file(desk, file).await?.remove(&mut transaction);
        expired(desk, &mut transaction, &document, &mut after, &slots, Cause::Replay);
        desk.commit(transaction).await.map(drop)
    })
    .await
}
