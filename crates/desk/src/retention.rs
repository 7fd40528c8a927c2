//! Retention: what a location keeps no longer than it says (`KeepPhotoDays` and the like) is destroyed when its time is over.
//!
//! Keeping counts from the end of a check, or from the end of the business with the customer where that comes later
//! ([`proofdesk_domain::retention`]). What is under a legal hold is left.

use proofdesk_domain::entities::erasure::Cause;
use proofdesk_domain::entities::{business, business::BUSINESS, check, check::CHECK, coworker};
use proofdesk_domain::entities::{document, document::DOCUMENT, file, file::FILE};
use proofdesk_domain::entity::{Entity, FieldIndex, ID};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::list::{Filter, Test};
use proofdesk_domain::path::Path;
use proofdesk_domain::record::Record;
use proofdesk_domain::retention::{counts_from, due, ended_by};
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use uuid::Uuid;

use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::documents::check_and_documents;
use crate::erasure::ledger::Entry as Line;
use crate::erasure::{self, Ledger, all_of};
use crate::error::DeskError;
use crate::{Desk, retrying};

/// How many records are looked at in one go.
const PAGE: u32 = 500;

/// Something whose time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// [`CHECK`] for a check with its documents, [`DOCUMENT`] for a file of a document.
    pub entity: &'static Entity,
    /// The id of the check or the document.
    pub id: i64,
    /// The slot of the file; None for a whole check.
    pub slot: Option<Slot>,
    /// Since when its time is over; seconds since 1970 UTC.
    pub since: i64,
}

/// What a run destroyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Files.
    pub files: u64,
    /// Checks, with their documents.
    pub checks: u64,
}

/// Everything whose time is over, and that no legal hold keeps: first whole checks, then files of others.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn due_now(desk: &Desk) -> Result<Vec<Due>, DeskError> {
    let mut found = Vec::new();
    for business in all(desk, &BUSINESS, &[]).await? {
        let days = business.int(business::KEEP_RECORD_DAYS);
        let checks = match days {
            Some(days) => due_checks(desk, business.id(), days).await?,
            None => Vec::new(),
        };
        let erased: Vec<i64> = checks.iter().map(|due| due.id).collect();
        found.extend(checks);
        for (slot, rule) in SLOTS {
            if let Some(days) = business.int(rule) {
                found.extend(due_files(desk, business.id(), slot, days, &erased).await?);
            }
        }
    }
    Ok(found)
}

/// The days for which a location keeps the file in a slot; None for ever.
pub(crate) fn days_of_slot(business: &Record, slot: Slot) -> Option<i64> {
    SLOTS.into_iter().find(|(own, _)| *own == slot).and_then(|(_, rule)| business.int(rule))
}

/// The rule of each slot.
const SLOTS: [(Slot, FieldIndex); 3] = [
    (Slot::Photo, business::KEEP_PHOTO_DAYS),
    (Slot::Document, business::KEEP_DOCUMENT_DAYS),
    (Slot::AdditionalDocument, business::KEEP_ADDITIONAL_DOCUMENT_DAYS),
];

/// Destroys everything whose time is over. What can't be destroyed now is left for the next run, and the rest goes on.
///
/// # Errors
/// [`DeskError::Unavailable`] if something couldn't be destroyed, after all that could.
pub async fn run(desk: &Desk) -> Result<Ran, DeskError> {
    let (mut ran, mut failed) = (Ran::default(), None);
    for due in due_now(desk).await? {
        let done = match due.slot {
            None => erase_check(desk, due.id).await,
            Some(slot) => destroy_file(desk, due.id, slot).await,
        };
        match (done, due.slot) {
            (Ok(()), None) => ran.checks += 1,
            (Ok(()), Some(_)) => ran.files += 1,
            // Held, changed or removed since it was found.
            (Err(DeskError::Refused(_) | DeskError::Conflict | DeskError::NotFound), _) => {}
            (Err(error), _) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(ran), Err)
}

async fn due_checks(desk: &Desk, business: i64, days: i64) -> Result<Vec<Due>, DeskError> {
    let own = |field, test| Filter { path: Path::own(field), test };
    let filters = [
        own(check::BUSINESS_ID, Test::Equals(business.into())),
        own(check::ENDED_ON, Test::AtMost(ended_by(desk.now().as_second(), days))),
        own(check::ERASED_ON, Test::Equals(Value::Null)),
        own(check::LEGAL_HOLD, Test::Equals(false.into())),
    ];
    let mut found = Vec::new();
    for check in all(desk, &CHECK, &filters).await? {
        if let Some(since) = over_since(desk, &check, days).await? {
            found.push(Due { entity: &CHECK, id: check.id(), slot: None, since });
        }
    }
    Ok(found)
}

async fn due_files(
    desk: &Desk,
    business: i64,
    slot: Slot,
    days: i64,
    erased: &[i64],
) -> Result<Vec<Due>, DeskError> {
    let own = |field, test| Filter { path: Path::own(field), test };
    let of_check = |field, test| Filter {
        path: Path { hops: vec![file::DOCUMENT_ID, document::CHECK_ID], last: field },
        test,
    };
    let filters = [
        own(file::BUSINESS_ID, Test::Equals(business.into())),
        own(file::SLOT, Test::Equals(slot.number().into())),
        of_check(check::ENDED_ON, Test::AtMost(ended_by(desk.now().as_second(), days))),
        of_check(check::LEGAL_HOLD, Test::Equals(false.into())),
    ];
    let mut found = Vec::new();
    for file in all(desk, &FILE, &filters).await? {
        let id = file.int(file::DOCUMENT_ID).unwrap_or(0);
        let Some(document) = desk.store().select(&Query::by_id(&DOCUMENT, Scope::All, id)).await?.pop()
        else {
            continue;
        };
        let check = check_of(desk, &document).await?;
        let goes_anyway = erased.contains(&check.id()) || erasure::erased_on(&document).is_some();
        if let Some(since) = over_since(desk, &check, days).await?.filter(|_| !goes_anyway) {
            found.push(Due { entity: &DOCUMENT, id, slot: Some(slot), since });
        }
    }
    Ok(found)
}

async fn check_of(desk: &Desk, document: &Record) -> Result<Record, DeskError> {
    let id = document.int(document::CHECK_ID).unwrap_or(0);
    desk.store().select(&Query::by_id(&CHECK, Scope::All, id)).await?.pop().ok_or(DeskError::Conflict)
}

/// Since when the time of a check is over that is kept for so many days; None if it isn't.
async fn over_since(desk: &Desk, check: &Record, days: i64) -> Result<Option<i64>, DeskError> {
    let Some(ended) = check.int(check::ENDED_ON) else { return Ok(None) };
    let id = check.int(check::COWORKER_ID).unwrap_or(0);
    let query = Query::by_id(&coworker::COWORKER, Scope::All, id);
    let customer = desk.store().select(&query).await?.pop();
    let relationship = customer.and_then(|customer| customer.int(coworker::RELATIONSHIP_ENDED_ON));
    let since = due(counts_from(ended, relationship), days);
    Ok((since <= desk.now().as_second()).then_some(since))
}

/// All records that pass some filters.
async fn all(desk: &Desk, entity: &'static Entity, filters: &[Filter]) -> Result<Vec<Record>, DeskError> {
    let mut found: Vec<Record> = Vec::new();
    loop {
        let after = Test::AtLeast(found.last().map_or(0, |last| last.id() + 1));
        let mut query = Query::all(entity, Scope::All, PAGE).filter(ID, after);
        query.filters.extend_from_slice(filters);
        let page = desk.store().select(&query).await?;
        let last = page.len() < PAGE as usize;
        found.extend(page);
        if last {
            return Ok(found);
        }
    }
}

async fn erase_check(desk: &Desk, id: i64) -> Result<(), DeskError> {
    let query = Query::by_id(&CHECK, Scope::All, id);
    let check = desk.store().select(&query).await?.pop().ok_or(DeskError::NotFound)?;
    erasure::erase(desk, &Caller::system(), &check, Cause::Retention, None).await.map(drop)
}

/// Destroys the file in a slot. The record goes first, so that a hold that comes between keeps the file; a crash after it
/// leaves a file that no record names, which the next sweep destroys.
async fn destroy_file(desk: &Desk, id: i64, slot: Slot) -> Result<(), DeskError> {
    let objects = retrying(|| async {
        let query = Query::by_id(&DOCUMENT, Scope::All, id);
        let before = desk.store().select(&query).await?.pop().ok_or(DeskError::NotFound)?;
        let (check, _) = check_and_documents(desk, &before).await?;
        if check.flag(check::LEGAL_HOLD) || check.get(check::ENDED_ON).is_null() {
            return Err(DeskError::Refused(format!("{} {id}: is kept", DOCUMENT.name)));
        }
        let files = all_of(desk, &FILE, file::DOCUMENT_ID, id).await?;
        let mut in_slot = files.into_iter().filter(|file| file.int(file::SLOT) == Some(slot.number()));
        let kept = erasure::of_file(desk, in_slot.next().ok_or(DeskError::NotFound)?).await?;
        let mut transaction = Transaction { scrub: true, ..Transaction::default() };
        transaction.unchanged(&check);
        kept.remove(&mut transaction);
        let mut after = before.clone();
        after.set(slot.file_name(), Value::Null);
        expired(desk, &mut transaction, &before, &mut after, &[slot], Cause::Retention);
        desk.commit(transaction).await?;
        Ok(kept.objects)
    })
    .await?;
    remember(desk, &objects).await?;
    for object in objects {
        desk.vault().shred(object).await?;
    }
    Ok(())
}

async fn remember(desk: &Desk, objects: &[Uuid]) -> Result<(), DeskError> {
    let line =
        Line { receipt: desk.new_guid(), on: desk.now(), records: Vec::new(), objects: objects.to_vec() };
    Desk::with_ledger(desk.ledger(), move |ledger: &Ledger| ledger.append(&line)).await
}

/// What an audit entry of destroyed files begins with; the slots follow, with commas.
const BEFORE_SLOTS: &str = "CoworkerIdentityCheckDocument: the file in the slot ";

fn names(slots: &[Slot]) -> String {
    slots.iter().map(|slot| slot.prefix()).collect::<Vec<&str>>().join(", ")
}

/// The slots of the files that an audit entry with this description says to be destroyed: what [`expired`] wrote.
pub(crate) fn destroyed_slots(description: &str) -> Vec<Slot> {
    let Some((slots, _)) = description.strip_prefix(BEFORE_SLOTS).and_then(|rest| rest.split_once(" was "))
    else {
        return Vec::new();
    };
    let named: Vec<&str> = slots.split(", ").collect();
    Slot::ALL.into_iter().filter(|slot| named.contains(&slot.prefix())).collect()
}

/// Adds the change of a document whose files were destroyed, and its audit entry, which says the slots and no names.
pub(crate) fn expired(
    desk: &Desk,
    transaction: &mut Transaction,
    before: &Record,
    after: &mut Record,
    slots: &[Slot],
    cause: Cause,
) {
    let caller = Caller::system();
    desk.stamp_change(after, &caller);
    let (kind, why) = match cause {
        Cause::Replay => (AuditType::ErasedAgain, "was destroyed again, after a backup was put back"),
        Cause::Request | Cause::Retention => (AuditType::Expired, "was destroyed: its time was over"),
    };
    let entry = Entry {
        kind,
        entity: &DOCUMENT,
        id: before.id().into(),
        business: before.get(document::BUSINESS_ID).clone(),
        subject: Value::Null,
        description: format!("{BEFORE_SLOTS}{} {why}", names(slots)),
        changes: Changes::default(),
    };
    audit::record(desk, transaction, &caller, entry);
    transaction.update(after.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_of_destroyed_files_is_read_again() {
        assert!(BEFORE_SLOTS.starts_with(DOCUMENT.name));
        for slots in [&Slot::ALL[..1], &Slot::ALL[1..], &Slot::ALL[..]] {
            let text = format!("{BEFORE_SLOTS}{} was destroyed: its time was over", names(slots));
            assert_eq!(destroyed_slots(&text), slots);
        }
        assert_eq!(destroyed_slots("CoworkerIdentityCheckDocument was erased"), []);
    }
}
