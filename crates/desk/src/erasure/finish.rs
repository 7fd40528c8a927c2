//! The rest of an erasure, the same after a crash as without one: ledger, keys and files, and the transaction that empties the
//! records and says what was destroyed.

use futures::{StreamExt, TryStreamExt, stream};
use proofdesk_domain::entities::erasure::{self, Cause, ERASURE};
use proofdesk_domain::entities::{check::CHECK, coworker::COWORKER, document::DOCUMENT};
use proofdesk_domain::entity::{Entity, UNIQUE_ID};
use proofdesk_domain::event::Action;
use proofdesk_domain::personal;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};

use super::ledger::{Entry, Subject};
use super::receipt::{self, Counts};
use super::{Ledger, Target, erased_on, guid, instant, start, traces};
use crate::caller::Caller;
use crate::error::DeskError;
use crate::submission::announce;
use crate::{Desk, retrying};

/// How many files are destroyed side by side.
const SIDE_BY_SIDE: usize = 8;

/// Finishes an erasure that was begun; gives it, with its receipt. One that is finished is given as it is.
pub(super) async fn finish(desk: &Desk, caller: &Caller, begun: &Record) -> Result<Record, DeskError> {
    if !begun.get(erasure::FINISHED_ON).is_null() {
        return Ok(begun.clone());
    }
    let target = closed(desk, caller, begun).await?;
    remember(desk, begun, target.as_ref()).await?;
    let objects = target.as_ref().map(Target::objects).unwrap_or_default();
    let shredded =
        stream::iter(objects).map(|object| desk.vault().shred(object)).buffer_unordered(SIDE_BY_SIDE);
    shredded.try_collect::<()>().await?;
    retrying(|| complete(desk, caller, begun)).await
}

/// What is to be erased, all of it closed: what came in beside the first step is closed now. None if the record is gone.
async fn closed(desk: &Desk, caller: &Caller, begun: &Record) -> Result<Option<Target>, DeskError> {
    let cause = Cause::from_number(begun.int(erasure::CAUSE).unwrap_or(0));
    retrying(|| async {
        let Some(target) = target_of(desk, begun).await? else { return Ok(None) };
        if target.records.iter().all(|record| erased_on(record).is_some()) {
            return Ok(Some(target));
        }
        let mut transaction = Transaction::default();
        for record in &target.records {
            start::close(desk, caller, &mut transaction, record, cause);
        }
        desk.commit(transaction).await?;
        // Once more, to see that all is closed now.
        Err(DeskError::Conflict)
    })
    .await
}

async fn target_of(desk: &Desk, begun: &Record) -> Result<Option<Target>, DeskError> {
    let Some(entity) = entity_of(begun) else { return Ok(None) };
    let query = Query::by_id(entity, Scope::All, begun.int(erasure::ENTITY_ID).unwrap_or(0));
    match desk.store().select(&query).await?.pop() {
        Some(root) => Target::of(desk, &root).await.map(Some),
        None => Ok(None),
    }
}

fn entity_of(begun: &Record) -> Option<&'static Entity> {
    let name = begun.text(erasure::ENTITY)?;
    [&CHECK, &DOCUMENT, &COWORKER].into_iter().find(|entity| entity.name == name)
}

/// Writes the line in the ledger, before the first key goes. What came out of the ledger is there.
async fn remember(desk: &Desk, begun: &Record, target: Option<&Target>) -> Result<(), DeskError> {
    let Some(target) = target.filter(|_| begun.int(erasure::CAUSE) != Some(Cause::Replay as i64)) else {
        return Ok(());
    };
    let subject =
        |record: &Record| Subject { entity: record.entity().name.to_owned(), guid: guid(record, UNIQUE_ID) };
    let entry = Entry {
        receipt: guid(begun, erasure::RECEIPT_ID),
        on: instant(begun, erasure::STARTED_ON),
        records: target.records.iter().map(subject).collect(),
        objects: target.objects(),
    };
    Desk::with_ledger(desk.ledger(), move |ledger: &Ledger| ledger.append(&entry)).await
}

/// The transaction that ends it.
async fn complete(desk: &Desk, caller: &Caller, begun: &Record) -> Result<Record, DeskError> {
    let query = Query::by_id(&ERASURE, Scope::All, begun.id());
    let mut finished = desk.store().select(&query).await?.pop().ok_or(DeskError::NotFound)?;
    if !finished.get(erasure::FINISHED_ON).is_null() {
        return Ok(finished);
    }
    let mut transaction = Transaction { scrub: true, ..Transaction::default() };
    transaction.holds(&finished, erasure::FINISHED_ON, Value::Null);
    let mut counts = Counts::default();
    if let Some(target) = target_of(desk, begun).await? {
        counts.objects = target.objects().len() as u64;
        for kept in &target.files {
            kept.remove(&mut transaction);
            counts.files += 1;
        }
        traces::erase(desk, caller, &mut transaction, &target, &mut counts).await?;
        for record in target.records {
            counts.records += 1;
            announce(desk, &mut transaction, action_of(&record), &record, record.id().into());
            transaction.update(emptied(record));
        }
    }
    finished.set(erasure::FINISHED_ON, desk.now());
    receipt::issue(desk, &mut finished, &counts)?;
    transaction.update(finished.clone());
    desk.commit(transaction).await?;
    Ok(finished)
}

fn emptied(mut record: Record) -> Record {
    personal::blank(&mut record);
    if record.entity() == &COWORKER {
        start::leave(&mut record);
    }
    record
}

fn action_of(record: &Record) -> Action {
    match record.entity() {
        entity if entity == &CHECK => Action::CheckErased,
        entity if entity == &DOCUMENT => Action::DocumentErased,
        _ => Action::CustomerErased,
    }
}
