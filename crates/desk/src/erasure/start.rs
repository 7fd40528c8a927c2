//! The first step of an erasure: in one transaction its records are closed, so that nobody reads or changes them any more, the
//! audit trail says who asked, and the erasure is on record as begun.

use proofdesk_domain::entities::erasure::{self, Cause, ERASURE};
use proofdesk_domain::entities::{
    check, check::CHECK, coworker, coworker::COWORKER, document, document::DOCUMENT,
};
use proofdesk_domain::entity::{Entity, UNIQUE_ID};
use proofdesk_domain::enumeration::{AuditType, Status};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use uuid::Uuid;

use super::{Target, erased_field, erased_on};
use crate::Desk;
use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::documents::leave_check;
use crate::error::DeskError;
use crate::records::business_of;
use crate::submission::status_of;

/// Begins an erasure, unless it was begun before; gives it.
pub(super) async fn start(
    desk: &Desk,
    caller: &Caller,
    root: &Record,
    cause: Cause,
    receipt: Option<Uuid>,
) -> Result<Record, DeskError> {
    let query = Query::by_id(root.entity(), Scope::All, root.id());
    let root = desk.store().select(&query).await?.pop().ok_or(DeskError::Conflict)?;
    if let Some(begun) = find(desk, &root).await? {
        return Ok(begun);
    }
    let target = Target::of(desk, &root).await?;
    let mut transaction = Transaction::default();
    if cause != Cause::Replay {
        target.refuse_held()?;
        for held in target.checks() {
            transaction.holds(held, check::LEGAL_HOLD, false);
        }
    }
    for record in &target.records {
        close(desk, caller, &mut transaction, record, cause);
    }
    if root.entity() == &DOCUMENT {
        leave_check(desk, caller, &mut transaction, &root).await?;
    }
    let erasure = Record::empty(&ERASURE)
        .with(erasure::RECEIPT_ID, receipt.unwrap_or_else(|| desk.new_guid()))
        .with(erasure::ENTITY, root.entity().name)
        .with(erasure::ENTITY_ID, root.id())
        .with(erasure::GUID, root.get(UNIQUE_ID).clone())
        .with(erasure::BUSINESS_ID, business_of(&root))
        .with(erasure::CAUSE, cause as i64)
        .with(erasure::ACTOR_ID, caller.principal().user_id)
        .with(erasure::REQUEST_ID, caller.origin.request_id.as_str())
        .with(erasure::STARTED_ON, desk.now());
    transaction.insert(erasure);
    desk.commit(transaction).await?;
    find(desk, &root).await?.ok_or(DeskError::Conflict)
}

/// Closes a record for readers and writers. What was not decided yet is called off.
pub(super) fn close(
    desk: &Desk,
    caller: &Caller,
    transaction: &mut Transaction,
    before: &Record,
    cause: Cause,
) {
    let Some(field) = erased_field(before).filter(|_| erased_on(before).is_none()) else {
        return transaction.unchanged(before);
    };
    let mut after = before.clone();
    after.set(field, desk.now());
    if before.entity() != &COWORKER && matches!(status_of(before), Status::Pending | Status::Submitted) {
        let status = if before.entity() == &CHECK { check::STATUS_ } else { document::STATUS_ };
        after.set(status, Status::Cancelled);
    }
    desk.stamp_change(&mut after, caller);
    let (kind, done) = match cause {
        Cause::Request => (AuditType::Erase, "was erased"),
        Cause::Retention => (AuditType::Expired, "was erased: its time was over"),
        Cause::Replay => (AuditType::ErasedAgain, "was erased again, after a backup was put back"),
    };
    let entry = Entry {
        kind,
        entity: before.entity(),
        id: before.id().into(),
        business: business_of(before),
        // Nobody's: where the request came from isn't the customer's, and stays.
        subject: Value::Null,
        description: format!("{} {done}", before.entity().name),
        changes: Changes::default(),
    };
    audit::record(desk, transaction, caller, entry);
    transaction.update(after);
}

/// The erasure of a record; of one that went with its check or its customer, theirs.
pub(super) async fn find(desk: &Desk, record: &Record) -> Result<Option<Record>, DeskError> {
    let mut found = of(desk, record.entity(), record.id()).await?;
    if erased_on(record).is_none() {
        return Ok(found);
    }
    let [check, customer] = match record.entity() {
        entity if entity == &CHECK => [None, record.int(check::COWORKER_ID)],
        entity if entity == &DOCUMENT => [record.int(document::CHECK_ID), record.int(document::COWORKER_ID)],
        _ => [None, None],
    };
    if let (None, Some(check)) = (&found, check) {
        found = of(desk, &CHECK, check).await?;
    }
    if let (None, Some(customer)) = (&found, customer) {
        found = of(desk, &COWORKER, customer).await?;
    }
    Ok(found)
}

async fn of(desk: &Desk, entity: &'static Entity, id: i64) -> Result<Option<Record>, DeskError> {
    let query = Query::all(&ERASURE, Scope::All, 1)
        .equals(erasure::ENTITY, entity.name)
        .equals(erasure::ENTITY_ID, Value::Int(id));
    Ok(desk.store().select(&query).await?.pop())
}

/// The fields of a customer that say what it is now, beside the personal ones.
pub(super) fn leave(customer: &mut Record) {
    customer.set(coworker::ACTIVE, false);
    customer.set(coworker::USER_ID, Value::Null);
}
