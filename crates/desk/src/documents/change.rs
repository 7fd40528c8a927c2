//! Create and update of documents: check everything, fetch the files, then write it all in one transaction.

use proofdesk_domain::draft::{Draft, Write};
use proofdesk_domain::entities::{check, check::CHECK, document, document::DOCUMENT, file, rendition};
use proofdesk_domain::entity::UNIQUE_ID;
use proofdesk_domain::enumeration::{AuditType, Status};
use proofdesk_domain::event::Action;
use proofdesk_domain::record::Record;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use proofdesk_vault::Owner;
use serde_json::Value as Json;
use uuid::Uuid;

use super::fetch::{self, Fetched, Wish};
use super::{check_and_documents, discard, files_of};
use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::files::Taken;
use crate::records::{self, Body, Saved, subject_of};
use crate::submission::{self, status_of};
use crate::warnings::{self, Warning};
use crate::{Desk, checks, erasure, idempotency, retrying, reviews, scan, sweep};

/// What a write is about.
#[derive(Clone, Copy)]
enum Target {
    /// A new document with this GUID, which its files are sealed for.
    New(Uuid),
    /// The document with this id.
    Existing(i64),
}

/// A document as it shall be, checked whole.
struct Checked {
    before: Option<Record>,
    record: Record,
    check: Record,
}

/// Makes a document, with the files that its body asks for.
pub(crate) async fn create(desk: &Desk, grant: &Grant, body: &Body) -> Result<Saved, DeskError> {
    let (draft, errors) = Draft::parse(&DOCUMENT, Write::Create, body);
    write(desk, grant, Target::New(desk.new_guid()), &draft, errors).await
}

/// Changes a document, and the files that its body asks to.
pub(crate) async fn update(
    desk: &Desk,
    grant: &Grant,
    id: i64,
    draft: &Draft,
    errors: Vec<FieldError>,
) -> Result<Saved, DeskError> {
    write(desk, grant, Target::Existing(id), draft, errors).await
}

async fn write(
    desk: &Desk,
    grant: &Grant,
    target: Target,
    draft: &Draft,
    errors: Vec<FieldError>,
) -> Result<Saved, DeskError> {
    let first = checked(desk, grant, target, draft, errors.clone()).await?;
    let cleared = Slot::ALL.into_iter().filter(|slot| fetch::wish(draft, *slot) == Wish::Clear).collect();
    let wants_files = Slot::ALL.into_iter().any(|slot| matches!(fetch::wish(draft, slot), Wish::Fetch(_)));
    if !wants_files {
        let change = FileChange { cleared, fetched: Vec::new() };
        return commit(desk, grant, target, draft, errors, Some(first), change).await;
    }
    let rounds = first.rounds(desk).await?;
    let seal = Seal { business: first.business(), document: first.guid() };
    let fetched = fetch::all(desk, grant, draft, |slot| seal.owner(slot, rounds[slot as usize - 1])).await?;
    let change = FileChange { cleared, fetched };
    let (desk, grant, draft) = (desk.clone(), grant.clone(), draft.clone());
    // A task of its own: a client that goes away now can't leave a record without its files, or files without a record.
    let task =
        tokio::spawn(async move { commit(&desk, &grant, target, &draft, errors, Some(first), change).await });
    task.await.map_err(|_| DeskError::Unavailable("the write has failed".to_owned()))?
}

/// Who a document's files are sealed for.
struct Seal {
    business: i64,
    document: Uuid,
}

impl Seal {
    fn owner(&self, slot: Slot, round: u64) -> Owner {
        Owner { business: self.business, document: self.document, slot: slot as u8, version: round }
    }
}

impl Checked {
    fn business(&self) -> i64 {
        self.check.int(check::BUSINESS_ID).unwrap_or(0)
    }

    fn guid(&self) -> Uuid {
        self.record.text(UNIQUE_ID).and_then(|id| id.parse().ok()).unwrap_or_default()
    }

    /// The number of the next file in each slot.
    async fn rounds(&self, desk: &Desk) -> Result<[u64; 3], DeskError> {
        let mut rounds = [1; 3];
        if let Some(before) = &self.before {
            for file in files_of(desk, before.id()).await? {
                if let Some(round) = rounds.get_mut((file.int(file::SLOT).unwrap_or(0) - 1) as usize) {
                    *round = file.int(file::ROUND).unwrap_or(0) as u64 + 1;
                }
            }
        }
        Ok(rounds)
    }
}

/// Reads and checks everything that a write depends on.
async fn checked(
    desk: &Desk,
    grant: &Grant,
    target: Target,
    draft: &Draft,
    mut errors: Vec<FieldError>,
) -> Result<Checked, DeskError> {
    let before = match target {
        Target::New(_) => None,
        Target::Existing(id) => Some(grant.load(desk, id).await?),
    };
    before.as_ref().map_or(Ok(()), erasure::refuse_erased)?;
    let empty = Record::empty(&DOCUMENT);
    let mut record = draft.apply(before.as_ref().unwrap_or(&empty));
    let check = check_of(desk, grant, before.as_ref(), &record, &mut errors).await?;
    errors.extend(slot_errors(draft, before.as_ref(), check.as_ref()));
    records::valid(&record, errors)?;
    let Some(check) = check else { return Err(DeskError::Conflict) };
    record.set(document::BUSINESS_ID, check.get(check::BUSINESS_ID).clone());
    if let Target::New(guid) = target {
        desk.stamp_new(&mut record, grant.caller());
        record.set(UNIQUE_ID, guid);
        record.set(document::STATUS_, Status::Pending);
        record.set(document::FILES_HELD, 0);
    }
    Ok(Checked { before, record, check })
}

/// The check that a document is for, if the caller may see it; with what is wrong about it.
async fn check_of(
    desk: &Desk,
    grant: &Grant,
    before: Option<&Record>,
    after: &Record,
    errors: &mut Vec<FieldError>,
) -> Result<Option<Record>, DeskError> {
    let name = |field| DOCUMENT.field(field).name;
    let Some(id) = after.int(document::CHECK_ID) else { return Ok(None) };
    if before.is_some_and(|before| before.int(document::CHECK_ID) != Some(id)) {
        errors.push(
            FieldError::new(name(document::CHECK_ID), "can't change: a document stays with its check")
                .attempted(id),
        );
        return Ok(None);
    }
    let Some(check) = grant.find(desk, &CHECK, id).await? else {
        errors.push(FieldError::does_not_exist(name(document::CHECK_ID), id));
        return Ok(None);
    };
    if before.is_none() && erasure::erased_on(&check).is_some() {
        let text = "was erased, and takes no more documents";
        errors.push(FieldError::new(name(document::CHECK_ID), text).attempted(id));
        return Ok(None);
    }
    let status = status_of(&check);
    if before.is_none() && status.is_final() {
        let text = format!("is {} and takes no more documents", status.name());
        errors.push(FieldError::new(name(document::CHECK_ID), text).attempted(id));
    }
    let coworker = after.int(document::COWORKER_ID);
    if coworker.is_some() && coworker != check.int(check::COWORKER_ID) {
        let error = FieldError::new(name(document::COWORKER_ID), "must be the customer of the check");
        errors.push(error.attempted(after.int(document::COWORKER_ID).unwrap_or(0)));
    }
    Ok(Some(check))
}

/// What is wrong about the wishes for the slots.
fn slot_errors(draft: &Draft, before: Option<&Record>, check: Option<&Record>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let closed = before.zip(check).and_then(|(before, check)| closed(before, check));
    for slot in Slot::ALL {
        let wish = fetch::wish(draft, slot);
        let url = DOCUMENT.field(slot.new_url()).name;
        if matches!(wish, Wish::Fetch(_)) && draft.flag(slot.clear()) {
            let clear = DOCUMENT.field(slot.clear()).name;
            errors.push(FieldError::new(clear, format!("can't be true together with {url}")).attempted(true));
        } else if let Some(why) = closed.as_ref().filter(|_| wish != Wish::Keep) {
            errors.push(FieldError::new(fetch::property(&wish, slot), why.clone()));
        }
    }
    errors
}

/// Why the files of a document are fixed, if they are: it is decided, or its check is.
pub(super) fn closed(document: &Record, check: &Record) -> Option<String> {
    if erasure::erased_on(document).is_some() {
        return Some("can't be taken: the document was erased".to_owned());
    }
    if check.flag(check::LEGAL_HOLD) {
        return Some("can't be taken: the check is under a legal hold, and its files are fixed".to_owned());
    }
    let (what, status) = match (status_of(document), status_of(check)) {
        (status, _) if status.is_final() => ("document", status),
        (_, status) if status.is_final() => ("check", status),
        _ => return None,
    };
    Some(format!("can't be taken: the {what} is {}, and its files are final", status.name()))
}

/// What a write does to the files.
pub(super) struct FileChange {
    pub(super) cleared: Vec<Slot>,
    pub(super) fetched: Vec<Fetched>,
}

async fn commit(
    desk: &Desk,
    grant: &Grant,
    target: Target,
    draft: &Draft,
    errors: Vec<FieldError>,
    first: Option<Checked>,
    change: FileChange,
) -> Result<Saved, DeskError> {
    let first = std::sync::Mutex::new(first);
    let outcome = retrying(|| async {
        let ready = first.lock().ok().and_then(|mut first| first.take());
        let checked = match ready {
            Some(checked) => checked,
            None => checked(desk, grant, target, draft, errors.clone()).await?,
        };
        attempt(desk, grant, checked, &change).await
    })
    .await;
    finish(desk, outcome, change)
}

/// Keeps the new files if their record was written, and destroys the old ones.
pub(super) fn finish(
    desk: &Desk,
    outcome: Result<(Saved, Vec<Uuid>), DeskError>,
    change: FileChange,
) -> Result<Saved, DeskError> {
    let keep = |change: FileChange| change.fetched.into_iter().for_each(|fetched| fetched.taken.keep());
    match outcome {
        Ok((saved, discarded)) => {
            keep(change);
            sweep::discard_soon(desk, &discarded);
            Ok(saved)
        }
        Err(error @ (DeskError::Unavailable(_) | DeskError::Broken(_))) => {
            // Whether the record was written is unknown: the next sweep finds out.
            keep(change);
            Err(error)
        }
        Err(error) => Err(error),
    }
}

async fn attempt(
    desk: &Desk,
    grant: &Grant,
    checked: Checked,
    change: &FileChange,
) -> Result<(Saved, Vec<Uuid>), DeskError> {
    let Checked { before, mut record, check: check_before } = checked;
    let mut transaction = Transaction::default();
    let mut check = check_before.clone();
    let discarded = put_files(desk, before.as_ref(), &mut record, &mut transaction, change).await?;
    let submitted = match &before {
        Some(before) => other_submitted(desk, before).await?,
        None => false,
    };
    if !change.fetched.is_empty() || !change.cleared.is_empty() {
        reviews::forget(&mut record);
        reviews::forget(&mut check);
    }
    submission::settle(&mut check, &mut record, !change.fetched.is_empty(), submitted);
    match &before {
        Some(before) if change.fetched.is_empty() => reviews::note_move(before, &mut record, grant.caller()),
        _ => reviews::note_handed_in(&mut record, grant.caller()),
    }
    submission::save_check(desk, grant.caller(), &mut transaction, &check_before, check);
    let id = save(desk, grant, &mut transaction, before.as_ref(), &mut record, change);
    for fetched in &change.fetched {
        let file = transaction.insert(fetched.taken.record.clone().with(file::DOCUMENT_ID, id.clone()));
        for made in &fetched.taken.renditions {
            transaction.insert(made.clone().with(rendition::FILE_ID, Value::from(file)));
        }
    }
    let warnings = change.fetched.iter().flat_map(|fetched| fetched.taken.warnings.clone()).collect();
    let saved = Saved { warnings, ..Saved::new(0, &record) };
    idempotency::keep(desk, grant, &mut transaction, id.clone(), &saved).await?;
    let ids = desk.commit(transaction).await?;
    let id = match id {
        Value::NewId(place) => ids.get(place).copied().unwrap_or(0),
        known => known.as_int().unwrap_or(0),
    };
    Ok((Saved { id, ..saved }, discarded))
}

async fn other_submitted(desk: &Desk, document: &Record) -> Result<bool, DeskError> {
    if status_of(document) != Status::Submitted {
        return Ok(false);
    }
    let all = checks::documents_of(desk, document.int(document::CHECK_ID).unwrap_or(0)).await?;
    Ok(all.iter().any(|other| other.id() != document.id() && status_of(other) == Status::Submitted))
}

/// Adds the document's own insert or update, its audit entry and its event; gives its id.
fn save(
    desk: &Desk,
    grant: &Grant,
    transaction: &mut Transaction,
    before: Option<&Record>,
    record: &mut Record,
    change: &FileChange,
) -> Value {
    let id: Value = if before.is_some() {
        desk.stamp_change(record, grant.caller());
        transaction.update(record.clone());
        record.id().into()
    } else {
        transaction.insert(record.clone()).into()
    };
    let mut changes = Changes::between(before, Some(record));
    if !change.fetched.is_empty() {
        let sources = change.fetched.iter().map(|fetched| fetched.source.clone()).collect();
        changes.new.insert("Sources".to_owned(), Json::Array(sources));
    }
    let (kind, done, action) = match before {
        Some(_) => (AuditType::Update, "updated", Action::DocumentUpdated),
        None => (AuditType::Create, "created", Action::DocumentCreated),
    };
    let entry = Entry {
        kind,
        entity: &DOCUMENT,
        id: id.clone(),
        business: record.get(document::BUSINESS_ID).clone(),
        subject: subject_of(record),
        description: format!("{} was {done}", DOCUMENT.name),
        changes,
    };
    audit::record(desk, transaction, grant.caller(), entry);
    submission::announce(desk, transaction, action, record, id.clone());
    id
}

/// Takes out the files that are cleared or replaced, and names the new ones in the record.
async fn put_files(
    desk: &Desk,
    before: Option<&Record>,
    record: &mut Record,
    transaction: &mut Transaction,
    change: &FileChange,
) -> Result<Vec<Uuid>, DeskError> {
    let filled: Vec<&Taken> = change.fetched.iter().map(|fetched| &fetched.taken).collect();
    let mut discarded = Vec::new();
    let mut held = filled.iter().filter(|taken| scan::is_held(&taken.record)).count();
    if before.is_some() && (!filled.is_empty() || !change.cleared.is_empty()) {
        for old in files_of(desk, record.id()).await? {
            let slot = old.int(file::SLOT).unwrap_or(0);
            let replaced = filled.iter().any(|taken| taken.slot.number() == slot);
            if replaced || change.cleared.iter().any(|cleared| cleared.number() == slot) {
                discarded.extend(discard(desk, transaction, &old).await?);
            } else {
                held += usize::from(scan::is_held(&old));
            }
        }
    }
    if !filled.is_empty() || !change.cleared.is_empty() {
        record.set(document::FILES_HELD, held as i64);
    }
    for slot in &change.cleared {
        record.set(slot.file_name(), Value::Null);
    }
    let old = warnings::from_text(record.text(document::WARNINGS).unwrap_or_default());
    let stays = |warning: &Warning| {
        filled.iter().all(|taken| taken.slot != warning.slot) && !change.cleared.contains(&warning.slot)
    };
    let new = filled.iter().flat_map(|taken| taken.warnings.iter().copied());
    let all: Vec<Warning> = old.into_iter().filter(stays).chain(new).collect();
    record.set(document::WARNINGS, warnings::to_text(&all));
    for taken in filled {
        record.set(taken.slot.file_name(), taken.record.get(file::NAME).clone());
    }
    Ok(discarded)
}

/// Puts one uploaded file into its slot.
pub(super) async fn replace_file(
    desk: &Desk,
    grant: &Grant,
    id: i64,
    change: FileChange,
) -> Result<Saved, DeskError> {
    let outcome = retrying(|| async {
        let before = grant.load(desk, id).await?;
        let (check, _) = check_and_documents(desk, &before).await?;
        if let Some(why) = closed(&before, &check) {
            return Err(DeskError::field("file", why));
        }
        let checked = Checked { record: before.clone(), before: Some(before), check };
        attempt(desk, grant, checked, &change).await
    })
    .await;
    finish(desk, outcome, change)
}
