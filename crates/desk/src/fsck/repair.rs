//! Mends what a check found: destroys what no record names, makes pictures anew that files lack, and empties the slots of
//! lost files, so that reviewers see it and the customer can hand in again.

use std::collections::BTreeSet;

use proofdesk_domain::entities::{document::DOCUMENT, file, file::FILE, rendition, rendition::RENDITION};
use proofdesk_domain::enumeration::{AuditType, Status};
use proofdesk_domain::event::Action;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use uuid::Uuid;

use super::{Report, pictures};
use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::documents::{check_and_documents, discard};
use crate::error::DeskError;
use crate::records::subject_of;
use crate::submission::{self, status_of};
use crate::{Desk, retrying, reviews, sweep};

/// What a repair did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Keys and objects that no record named, destroyed.
    pub strays: u64,
    /// Slots of lost files, emptied.
    pub slots: u64,
    /// Files whose pictures were made anew.
    pub pictures: u64,
    /// Files whose pictures are broken or missing, and can't be made.
    pub unmade: u64,
}

/// Mends what [`super::check`] found. No record goes without an audit entry.
///
/// # Errors
/// [`DeskError::Unavailable`]; what was not mended is found by the next check.
pub async fn repair(desk: &Desk, report: &Report) -> Result<Repaired, DeskError> {
    let mut repaired = Repaired::default();
    for stray in report.stray_keys.iter().chain(&report.stray_objects) {
        desk.vault().shred(*stray).await?;
        repaired.strays += 1;
    }
    let mut bare: BTreeSet<i64> = report.bare.iter().map(|bare| bare.file).collect();
    let mut broken = Vec::new();
    for lost in &report.lost {
        match rendition_of(desk, lost.object).await? {
            Some((_, file)) => {
                bare.insert(file.id());
                broken.push(lost.object);
            }
            None => repaired.slots += u64::from(lose(desk, lost.object).await?),
        }
    }
    for file in bare {
        let made = pictures::make(desk, file).await?;
        *(if made { &mut repaired.pictures } else { &mut repaired.unmade }) += 1;
    }
    // Those that were made anew are gone already; the others are taken off their files.
    for object in broken {
        lose(desk, object).await?;
    }
    Ok(repaired)
}

/// Empties the slot of a file that can't be read; false if there is no such file any more.
async fn lose(desk: &Desk, object: Uuid) -> Result<bool, DeskError> {
    let lost = retrying(|| empty_slot(desk, object)).await?;
    // Whatever is left of it.
    desk.vault().shred(object).await?;
    Ok(lost)
}

async fn empty_slot(desk: &Desk, object: Uuid) -> Result<bool, DeskError> {
    let query = Query::all(&FILE, Scope::All, 1).equals(file::OBJECT, object);
    let Some(file) = desk.store().select(&query).await?.pop() else {
        return forget_rendition(desk, object).await;
    };
    let mut transaction = Transaction::default();
    discard(desk, &mut transaction, &file).await?;
    let query = Query::by_id(&DOCUMENT, Scope::All, file.int(file::DOCUMENT_ID).unwrap_or(0));
    match desk.store().select(&query).await?.pop() {
        Some(document) => change_document(desk, &mut transaction, &file, document).await?,
        // The database doesn't let this be; if it did, the note is all that there is to make.
        None => note(desk, &mut transaction, &file, "a file", None),
    }
    desk.commit(transaction).await?;
    Ok(true)
}

/// Takes a rendition that can't be read off its file, which stays; false if there is none.
async fn forget_rendition(desk: &Desk, object: Uuid) -> Result<bool, DeskError> {
    let Some((made, file)) = rendition_of(desk, object).await? else { return Ok(false) };
    let mut transaction = Transaction::default();
    transaction.delete(&made);
    sweep::discard(desk, &mut transaction, &made);
    note(desk, &mut transaction, &file, "a picture of a file", None);
    desk.commit(transaction).await?;
    Ok(true)
}

/// A rendition with its file.
async fn rendition_of(desk: &Desk, object: Uuid) -> Result<Option<(Record, Record)>, DeskError> {
    let query = Query::all(&RENDITION, Scope::All, 1).equals(rendition::OBJECT, object);
    let Some(made) = desk.store().select(&query).await?.pop() else { return Ok(None) };
    let file = Query::by_id(&FILE, Scope::All, made.int(rendition::FILE_ID).unwrap_or(0));
    Ok(desk.store().select(&file).await?.pop().map(|file| (made, file)))
}

/// Without a file that it needs, a document that waits for a reviewer waits for the customer again; a decision stays.
async fn change_document(
    desk: &Desk,
    transaction: &mut Transaction,
    file: &Record,
    before: Record,
) -> Result<(), DeskError> {
    let caller = Caller::system();
    let (check_before, documents) = check_and_documents(desk, &before).await?;
    let (mut check, mut after) = (check_before.clone(), before.clone());
    if let Some(slot) = slot_of(file) {
        after.set(slot.file_name(), Value::Null);
    }
    let others =
        documents.iter().any(|other| other.id() != before.id() && status_of(other) == Status::Submitted);
    if !status_of(&check).is_final() {
        reviews::forget(&mut after);
        reviews::forget(&mut check);
    }
    submission::settle(&mut check, &mut after, false, others && status_of(&before) == Status::Submitted);
    submission::save_check(desk, &caller, transaction, &check_before, check);
    desk.stamp_change(&mut after, &caller);
    note(desk, transaction, file, "a file", Some((&before, &after)));
    submission::announce(desk, transaction, Action::DocumentUpdated, &after, after.id().into());
    transaction.update(after);
    Ok(())
}

fn slot_of(file: &Record) -> Option<Slot> {
    Slot::ALL.into_iter().find(|slot| file.int(file::SLOT) == Some(slot.number()))
}

/// The audit entry: which file of which document is lost, or what was made of it.
fn note(
    desk: &Desk,
    transaction: &mut Transaction,
    file: &Record,
    what: &str,
    document: Option<(&Record, &Record)>,
) {
    let slot = slot_of(file).map_or("", Slot::prefix);
    let entry = Entry {
        kind: AuditType::FileLost,
        entity: &DOCUMENT,
        id: file.get(file::DOCUMENT_ID).clone(),
        business: file.get(file::BUSINESS_ID).clone(),
        subject: document.map_or(Value::Null, |(before, _)| subject_of(before)),
        description: format!("{} has lost {what}, which can't be read: {slot}", DOCUMENT.name),
        changes: document
            .map_or_else(Changes::default, |(before, after)| Changes::between(Some(before), Some(after))),
    };
    audit::record(desk, transaction, &Caller::system(), entry);
}

/// Whether so much seems lost that the wrong folder, or the wrong key store, is likelier than damage.
pub fn is_unlikely(report: &Report) -> bool {
    report.lost.len() > 10 && report.lost.len() as u64 * 2 > report.files
}

/// Empties the slots of these files; gives how many there were.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn lose_all(desk: &Desk, objects: impl IntoIterator<Item = Uuid>) -> Result<u64, DeskError> {
    let mut count = 0;
    for object in objects {
        count += u64::from(lose(desk, object).await?);
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::super::{Loss, Lost};
    use super::*;

    #[test]
    fn half_of_all_files_are_not_lost_by_damage() {
        let lost = |count| {
            let one = Lost { object: Uuid::nil(), document: 1, slot: 1, loss: Loss::NoObject };
            Report { files: 100, lost: vec![one; count], ..Report::default() }
        };
        assert!(!is_unlikely(&lost(50)));
        assert!(is_unlikely(&lost(51)));
        assert!(!is_unlikely(&Report { files: 10, ..lost(10) }), "of so few, all may be");
    }
}
