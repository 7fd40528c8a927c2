//! What is special about checks: two may be asked for at once, and their documents follow them.

use proofdesk_domain::draft::{Draft, Write};
use proofdesk_domain::entities::{check, document, document::DOCUMENT};
use proofdesk_domain::entity::FieldIndex;
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::event::Action;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use uuid::Uuid;

use crate::caller::Grant;
use crate::error::DeskError;
use crate::records::{self, Body, Saved};
use crate::submission::{self, announce, status_of};
use crate::{Desk, documents, erasure, hold, idempotency, retrying, reviews, sweep};

/// The most documents of one check that are moved with it.
const MAX_DOCUMENTS: u32 = 1000;

/// The properties that a check of a pair gets from its own numbered ones, in place of the plain ones.
const FIRST: [(FieldIndex, FieldIndex); 3] = [
    (check::PROVIDER_, check::PROVIDER_1),
    (check::VERIFICATION, check::VERIFICATION_1),
    (check::DESCRIPTION, check::DESCRIPTION_1),
];
const SECOND: [(FieldIndex, FieldIndex); 3] = [
    (check::PROVIDER_, check::PROVIDER_2),
    (check::VERIFICATION, check::VERIFICATION_2),
    (check::DESCRIPTION, check::DESCRIPTION_2),
];

/// Makes one check, or the two of a pair; the id is the first one's.
pub(crate) async fn create(desk: &Desk, grant: &Grant, body: &Body) -> Result<Saved, DeskError> {
    let (draft, errors) = Draft::parse(grant.entity(), Write::Create, body);
    let drafts = pair(&draft);
    retrying(|| async {
        let mut transaction = Transaction::default();
        let group = desk.random().uuid();
        let mut first = None;
        for draft in &drafts {
            let record = add(desk, grant, draft, errors.clone(), group, &mut transaction).await?;
            first.get_or_insert(record);
        }
        let saved = Saved::new(0, &first.unwrap_or_else(|| Record::empty(grant.entity())));
        // The first check is the first that is inserted.
        idempotency::keep(desk, grant, &mut transaction, Value::NewId(0), &saved).await?;
        let ids = desk.commit(transaction).await?;
        Ok(Saved { id: ids.first().copied().unwrap_or(0), ..saved })
    })
    .await
}

async fn add(
    desk: &Desk,
    grant: &Grant,
    draft: &Draft,
    errors: Vec<FieldError>,
    group: Uuid,
    transaction: &mut Transaction,
) -> Result<Record, DeskError> {
    let mut record = records::prepare(desk, grant, None, draft, errors, transaction).await?;
    record.set(check::STATUS_, Status::Pending);
    record.set(check::GROUP_GUID, group);
    desk.stamp_new(&mut record, grant.caller());
    let inserted = records::add(desk, grant, transaction, &record);
    announce(desk, transaction, Action::CheckRequested, &record, inserted.into());
    Ok(record)
}

/// The drafts that a body asks for: itself, or one for each numbered set of properties that is there.
fn pair(draft: &Draft) -> Vec<Draft> {
    let asked = |set: &[(FieldIndex, FieldIndex)]| {
        set.iter().any(|(_, own)| draft.sent(*own).is_some_and(|v| !v.is_null()))
    };
    let made = |set: &[(FieldIndex, FieldIndex)]| {
        let mut one = draft.clone();
        for (plain, own) in set {
            if let Some(value) = draft.sent(*own).filter(|value| !value.is_null()) {
                one.set(*plain, value.clone());
            }
        }
        one
    };
    let first = if asked(&FIRST) { made(&FIRST) } else { draft.clone() };
    if asked(&SECOND) { vec![first, made(&SECOND)] } else { vec![first] }
}

/// Changes a check. Its documents may become complete, or incomplete, with what it asks for.
pub(crate) async fn update(
    desk: &Desk,
    grant: &Grant,
    id: i64,
    draft: &Draft,
    errors: Vec<FieldError>,
) -> Result<Saved, DeskError> {
    retrying(|| async {
        let before = grant.load(desk, id).await?;
        erasure::refuse_erased(&before)?;
        let documents = documents_of(desk, id).await?;
        let mut errors = errors.clone();
        let mut transaction = Transaction::default();
        if !documents.is_empty() {
            errors.extend(moved(&before, &draft.apply(&before)));
        }
        let mut record =
            records::prepare(desk, grant, Some(&before), draft, errors, &mut transaction).await?;
        let anew = !status_of(&record).is_final() && reviews::reopens(&before, &record);
        if anew {
            reviews::forget(&mut record);
        }
        for (old, mut new) in submission::settle_all(&mut record, documents, anew) {
            reviews::note_move(&old, &mut new, grant.caller());
            submission::save_document(desk, grant.caller(), &mut transaction, &old, new);
        }
        records::change(desk, grant, &mut transaction, &before, &mut record);
        submission::announce_move(desk, &mut transaction, &before, &record);
        desk.commit(transaction).await?;
        Ok(Saved::new(id, &record))
    })
    .await
}

/// A check whose documents are handed in stays with its location and its customer: the files are sealed for them.
fn moved(before: &Record, after: &Record) -> Vec<FieldError> {
    let fixed = [check::BUSINESS_ID, check::COWORKER_ID];
    let changed = fixed.into_iter().filter(|field| before.get(*field) != after.get(*field));
    changed
        .map(|field| {
            FieldError::new(before.entity().field(field).name, "can't change once the check has documents")
        })
        .collect()
}

/// Removes a check with its documents and their files.
pub(crate) async fn delete(desk: &Desk, grant: &Grant, id: i64) -> Result<(), DeskError> {
    let discarded = retrying(|| async {
        let record = grant.load(desk, id).await?;
        hold::refuse_held(&record)?;
        let mut transaction = Transaction::default();
        transaction.unchanged(&record);
        let mut discarded = Vec::new();
        for document in documents_of(desk, id).await? {
            discarded.extend(documents::remove(desk, grant, &mut transaction, &document).await?);
        }
        records::remove(desk, grant, &mut transaction, &record);
        desk.commit(transaction).await?;
        Ok(discarded)
    })
    .await?;
    sweep::discard_soon(desk, &discarded);
    Ok(())
}

/// The documents of a check, oldest first.
pub(crate) async fn documents_of(desk: &Desk, check: i64) -> Result<Vec<Record>, DeskError> {
    let query =
        Query::all(&DOCUMENT, Scope::All, MAX_DOCUMENTS).equals(document::CHECK_ID, Value::Int(check));
    Ok(desk.store().select(&query).await?)
}
