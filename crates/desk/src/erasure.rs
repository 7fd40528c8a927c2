//! Erasing a person's data (GDPR article 17): a document's, a check's with its documents, or a customer's with everything.
//!
//! What goes, in this order: the records are closed and the erasure is on record as begun ([`start`]); a line in the
//! [`ledger`]; the keys and with them the files; then, in one transaction, personal fields, the values of audit entries, kept
//! answers, sign-ins, and the [`receipt`] ([`finish`]). After a crash anywhere the erasure is not begun, or is finished at the
//! next start; from its first step on nobody reads what is left.

pub mod ledger;
pub mod receipt;

mod finish;
mod objects;
mod replay;
mod start;
mod target;
mod traces;

pub use ledger::{Ledger, LedgerError};
pub use replay::{Replayed, replay};

use jiff::Timestamp;
use proofdesk_domain::entities::erasure::{self, Cause, ERASURE};
use proofdesk_domain::entities::{
    check, check::CHECK, coworker, coworker::COWORKER, document, document::DOCUMENT,
};
use proofdesk_domain::entity::FieldIndex;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::{Operation, Role};
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::caller::{Caller, Grant, Principal};
use crate::commands::{Ran, named};
use crate::error::DeskError;
use crate::{Desk, idempotency, retrying};

pub(crate) use objects::of_file;
pub(crate) use target::{Target, all_of, all_within};
pub(crate) use traces::account_of;

impl From<LedgerError> for DeskError {
    fn from(error: LedgerError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl Desk {
    /// Works with a ledger on a thread that may wait for a disk.
    pub(crate) async fn with_ledger<T: Send + 'static>(
        ledger: &Ledger,
        work: impl FnOnce(&Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, DeskError> {
        let ledger = ledger.clone();
        let done = tokio::task::spawn_blocking(move || work(&ledger)).await;
        Ok(done.map_err(|_| DeskError::Unavailable("the erasure ledger's thread has ended".to_owned()))??)
    }
}

/// The field that says when a record's personal data was erased, of an entity that has one.
fn erased_field(record: &Record) -> Option<FieldIndex> {
    match record.entity() {
        entity if entity == &CHECK => Some(check::ERASED_ON),
        entity if entity == &DOCUMENT => Some(document::ERASED_ON),
        entity if entity == &COWORKER => Some(coworker::ERASED_ON),
        _ => None,
    }
}

/// When a record's personal data was erased, or its erasure began; seconds since 1970 UTC.
pub(crate) fn erased_on(record: &Record) -> Option<i64> {
    record.int(erased_field(record)?)
}

/// Refuses to change a record that was erased.
pub(crate) fn refuse_erased(record: &Record) -> Result<(), DeskError> {
    match erased_on(record) {
        Some(_) => Err(DeskError::field("Id", "was erased, and can't be changed any more")),
        None => Ok(()),
    }
}

/// Runs the command `Erase`: nothing is begun unless all of the records can be erased.
///
/// # Errors
/// [`DeskError::Refused`] if one isn't there, is under a legal hold, or is also other locations' to decide on;
/// [`DeskError::MissingRole`] if the caller couldn't delete it; [`DeskError::Unavailable`], after which what was begun will
/// finish.
pub(crate) async fn run(desk: &Desk, grant: &Grant, ids: &[i64]) -> Result<Ran, DeskError> {
    let records = grant.load_all(desk, ids).await?;
    let roots: Vec<Record> = named(grant, &records, ids)?.into_iter().cloned().collect();
    for root in &roots {
        let target = Target::of(desk, root).await?;
        may_erase(grant.caller().principal(), &target)?;
        target.refuse_held()?;
    }
    for root in roots {
        let (desk, caller) = (desk.clone(), grant.caller().clone());
        // A task of its own: a client that goes away now doesn't stop what was begun.
        let task = tokio::spawn(async move { erase(&desk, &caller, &root, Cause::Request, None).await });
        task.await.map_err(|_| DeskError::Unavailable("the erasure has failed".to_owned()))??;
    }
    retrying(|| async {
        let ran = Ran::now(desk, grant);
        let mut transaction = Transaction::default();
        idempotency::keep(desk, grant, &mut transaction, Value::Null, &ran).await?;
        desk.commit(transaction).await?;
        Ok(ran)
    })
    .await
}

/// Erasing is deleting: who may not delete a record at all of its locations may not erase it. With a customer go the checks.
fn may_erase(principal: &Principal, target: &Target) -> Result<(), DeskError> {
    let root = target.root();
    let holds =
        |role: Role, businesses: &[i64]| businesses.iter().all(|business| principal.holds(role, *business));
    let role = Role::new(root.entity(), Operation::Delete);
    if root.entity() != &COWORKER {
        let business = crate::records::business_of(root).as_int().unwrap_or(0);
        return if holds(role, &[business]) { Ok(()) } else { Err(DeskError::MissingRole(role.name())) };
    }
    let businesses = root.list(coworker::BUSINESSES);
    if !businesses.iter().any(|business| principal.holds(role, *business)) {
        return Err(DeskError::MissingRole(role.name()));
    }
    let of_checks = Role::new(&CHECK, Operation::Delete);
    if !holds(role, businesses) || !holds(of_checks, &target.businesses_of_checks()) {
        let (name, id) = (COWORKER.name, root.id());
        let text = format!("{name} {id}: is of other locations too, or has checks that you can't delete");
        return Err(DeskError::Refused(text));
    }
    Ok(())
}

/// Erases a record with everything that goes with it; does nothing if that was done. Gives the erasure, finished.
pub(crate) async fn erase(
    desk: &Desk,
    caller: &Caller,
    root: &Record,
    cause: Cause,
    receipt: Option<Uuid>,
) -> Result<Record, DeskError> {
    let begun = retrying(|| start::start(desk, caller, root, cause, receipt)).await?;
    finish::finish(desk, caller, &begun).await
}

/// Finishes the erasures that a crash, or a disk that failed, has left unfinished. To be called before the desk serves.
///
/// # Errors
/// [`DeskError::Unavailable`] if one can't be finished now, after all others; it is for another call.
pub async fn finish_begun(desk: &Desk) -> Result<u64, DeskError> {
    let (mut count, mut failed) = (0, None);
    for erasure in all_of(desk, &ERASURE, erasure::FINISHED_ON, Value::Null).await? {
        match finish::finish(desk, &Caller::system(), &erasure).await {
            Ok(_) => count += 1,
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(count), Err)
}

/// The receipt of a record's erasure, signed. Of what was erased with its check or its customer, theirs.
///
/// # Errors
/// [`DeskError::NotFound`] if there is no such record, or it was not erased.
pub async fn receipt(desk: &Desk, grant: &Grant, id: i64) -> Result<Json, DeskError> {
    let record = grant.load(desk, id).await?;
    let erasure = start::find(desk, &record).await?.ok_or(DeskError::NotFound)?;
    receipt::shown(desk, &erasure)
}

/// The receipt of a record's erasure, signed; null where it wasn't erased, or that isn't finished.
pub(crate) async fn receipt_or_null(desk: &Desk, record: &Record) -> Result<Json, DeskError> {
    match start::find(desk, record).await? {
        Some(erasure) if !erasure.get(erasure::RECEIPT).is_null() => receipt::shown(desk, &erasure),
        _ => Ok(Json::Null),
    }
}

/// The receipts of records that a command has erased, in the order of the ids.
///
/// # Errors
/// [`DeskError::NotFound`] if one is gone meanwhile.
pub async fn receipts(desk: &Desk, grant: &Grant, ids: &[i64]) -> Result<Vec<Json>, DeskError> {
    let mut shown = Vec::new();
    for (place, id) in ids.iter().enumerate() {
        if !ids[..place].contains(id) {
            let record = grant.find(desk, grant.entity(), *id).await?.ok_or(DeskError::NotFound)?;
            let erasure = start::find(desk, &record).await?.ok_or(DeskError::NotFound)?;
            let erasure = finish::finish(desk, grant.caller(), &erasure).await?;
            shown.push(receipt::shown(desk, &erasure)?);
        }
    }
    Ok(shown)
}

/// The instant in a field of an erasure.
fn instant(erasure: &Record, field: FieldIndex) -> Timestamp {
    Timestamp::from_second(erasure.int(field).unwrap_or(0)).unwrap_or_default()
}

/// The GUID in a field.
fn guid(record: &Record, field: FieldIndex) -> Uuid {
    record.text(field).and_then(|id| id.parse().ok()).unwrap_or_default()
}
