//! Held files: scanned again from the vault until the scanner has spoken. Then they are released, or destroyed and asked for
//! anew.

use futures::TryStreamExt;
use proofdesk_domain::entities::{document, document::DOCUMENT, file, file::FILE};
use proofdesk_domain::entity::ID;
use proofdesk_domain::enumeration::{AuditType, Status};
use proofdesk_domain::event::Action;
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use serde_json::Map;
use uuid::Uuid;

use super::{HELD, Scan, Verdict, found, is_held};
use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::documents::{check_and_documents, discard, files_of};
use crate::error::DeskError;
use crate::files::{object_of, owner_of};
use crate::records::subject_of;
use crate::submission::{self, announce, status_of};
use crate::{Desk, retrying, reviews, sweep};

/// How many held files are looked up in one go.
const BATCH: u32 = 100;

/// What a round of scans did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rescanned {
    /// Files that may be given out now.
    pub released: u64,
    /// Files that were destroyed.
    pub destroyed: u64,
    /// Files that still wait.
    pub held: u64,
}

/// Scans all held files again. Ends early if the scanner is still not there.
///
/// # Errors
/// [`DeskError::Broken`], [`DeskError::Full`], [`DeskError::Unavailable`]; what was not scanned waits for the next round.
pub async fn rescan(desk: &Desk) -> Result<Rescanned, DeskError> {
    let mut done = Rescanned::default();
    let mut after = 0;
    'all: loop {
        let query = Query::all(&FILE, Scope::All, BATCH).equals(file::SCAN, HELD);
        let batch = desk.store().select(&query.filter(ID, Test::AtLeast(after + 1))).await?;
        for file in &batch {
            after = file.id();
            match scan(desk, file).await? {
                Verdict::Found(name) => done.destroyed += u64::from(settle(desk, file, Some(&name)).await?),
                Verdict::Clean => done.released += u64::from(settle(desk, file, None).await?),
                Verdict::TooLarge => done.held += 1,
                Verdict::Unknown(_) | Verdict::NotAsked => {
                    done.held += 1;
                    break 'all;
                }
            }
        }
        if batch.len() < BATCH as usize {
            break;
        }
    }
    metrics::gauge!("files_held").set(done.held as f64);
    Ok(done)
}

/// Shows a kept file to the scanner.
async fn scan(desk: &Desk, file: &Record) -> Result<Verdict, DeskError> {
    let reader = match desk.vault().read(object_of(file), &owner_of(file)).await {
        Ok(reader) => reader,
        Err(error) => {
            tracing::error!(%error, "a held file can't be read");
            return Ok(Verdict::TooLarge);
        }
    };
    let mut scan = Scan::begin(desk).await;
    let mut pieces = std::pin::pin!(reader.stream(0..reader.size()));
    while let Some(piece) = pieces.try_next().await? {
        scan.show(&piece).await;
    }
    Ok(scan.verdict().await)
}

/// Releases a file, or destroys it if something was found in it. `false` if it is gone, or held no more.
async fn settle(desk: &Desk, file: &Record, malware: Option<&str>) -> Result<bool, DeskError> {
    let discarded = retrying(|| attempt(desk, file, malware)).await?;
    let Some(discarded) = discarded else { return Ok(false) };
    sweep::discard_soon(desk, &discarded);
    Ok(true)
}

async fn attempt(desk: &Desk, file: &Record, malware: Option<&str>) -> Result<Option<Vec<Uuid>>, DeskError> {
    let document = file.int(file::DOCUMENT_ID).unwrap_or(0);
    let Some(before) = desk.store().select(&Query::by_id(&DOCUMENT, Scope::All, document)).await?.pop()
    else {
        return Ok(None);
    };
    let files = files_of(desk, document).await?;
    let Some(file) = files.iter().find(|own| own.id() == file.id() && is_held(own)) else { return Ok(None) };
    let held = files.iter().filter(|own| is_held(own)).count() as i64;
    let mut after = before.clone();
    after.set(document::FILES_HELD, held - 1);
    let mut transaction = Transaction::default();
    let mut discarded = Vec::new();
    if malware.is_some() {
        discarded = discard(desk, &mut transaction, file).await?;
        empty_slot(desk, &mut transaction, file, &before, &mut after).await?;
    } else {
        transaction.update(file.clone().with(file::SCAN, Value::Null));
    }
    save(desk, &mut transaction, &before, after, malware.map(|name| (slot_of(file), name)));
    desk.commit(transaction).await?;
    Ok(Some(discarded))
}

/// The customer is asked for the file again, as after it was taken back.
async fn empty_slot(
    desk: &Desk,
    transaction: &mut Transaction,
    file: &Record,
    before: &Record,
    after: &mut Record,
) -> Result<(), DeskError> {
    let (check_before, documents) = check_and_documents(desk, before).await?;
    let mut check = check_before.clone();
    if let Some(slot) = slot_of(file) {
        after.set(slot.file_name(), Value::Null);
    }
    let submitted = |own: &Record| own.id() != before.id() && status_of(own) == Status::Submitted;
    let others = documents.iter().any(submitted);
    reviews::forget(after);
    reviews::forget(&mut check);
    submission::settle(&mut check, after, false, others);
    submission::save_check(desk, &Caller::system(), transaction, &check_before, check);
    Ok(())
}

fn slot_of(file: &Record) -> Option<Slot> {
    Slot::ALL.into_iter().find(|slot| Some(slot.number()) == file.int(file::SLOT))
}

/// Adds the document's update, its audit entry and its event.
fn save(
    desk: &Desk,
    transaction: &mut Transaction,
    before: &Record,
    mut after: Record,
    malware: Option<(Option<Slot>, &str)>,
) {
    let caller = Caller::system();
    desk.stamp_change(&mut after, &caller);
    let mut changes = Changes::between(Some(before), Some(&after));
    let (kind, description) = match malware {
        None => (AuditType::Update, "A held file was released by the malware scan".to_owned()),
        Some((slot, name)) => {
            metrics::counter!("malware_total").increment(1);
            tracing::warn!(name, "malware was found in a held file, which is destroyed");
            let what = slot.map_or_else(Map::new, |slot| found(slot, name));
            changes.new.extend(what);
            (AuditType::ScanDestroyed, format!("A held file was destroyed: the malware scan found {name}"))
        }
    };
    let entry = Entry {
        kind,
        entity: &DOCUMENT,
        id: after.id().into(),
        business: after.get(document::BUSINESS_ID).clone(),
        subject: subject_of(&after),
        description,
        changes,
    };
    audit::record(desk, transaction, &caller, entry);
    announce(desk, transaction, Action::DocumentUpdated, &after, after.id().into());
    transaction.update(after);
}
