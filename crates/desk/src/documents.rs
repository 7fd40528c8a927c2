//! What is special about documents: their files.

mod change;
mod download;
mod fetch;
mod upload;

pub use download::{Download, Size, download};
pub use upload::upload;

pub(crate) use change::{create, update};

use proofdesk_domain::entities::{check, check::CHECK, document, file, file::FILE};
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::event::Action;
use proofdesk_domain::lifecycle::Step;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use uuid::Uuid;

use crate::caller::{Caller, Grant};
use crate::error::DeskError;
use crate::submission::{self, announce, status_of};
use crate::{Desk, checks, files, hold, records, retrying, sweep};

/// Removes a document with its files.
pub(crate) async fn delete(desk: &Desk, grant: &Grant, id: i64) -> Result<(), DeskError> {
    let discarded = retrying(|| async {
        let record = grant.load(desk, id).await?;
        let (check, _) = check_and_documents(desk, &record).await?;
        hold::refuse_held(&check)?;
        let mut transaction = Transaction::default();
        transaction.unchanged(&record);
        transaction.unchanged(&check);
        let discarded = remove(desk, grant, &mut transaction, &record).await?;
        leave_check(desk, grant.caller(), &mut transaction, &record).await?;
        desk.commit(transaction).await?;
        Ok(discarded)
    })
    .await?;
    sweep::discard_soon(desk, &discarded);
    Ok(())
}

/// Adds the removal of a document and its files to a transaction; gives the files to destroy after it.
pub(crate) async fn remove(
    desk: &Desk,
    grant: &Grant,
    transaction: &mut Transaction,
    document: &Record,
) -> Result<Vec<Uuid>, DeskError> {
    let mut discarded = Vec::new();
    for file in files_of(desk, document.id()).await? {
        discarded.extend(discard(desk, transaction, &file).await?);
    }
    records::remove(desk, grant, transaction, document);
    announce(desk, transaction, Action::DocumentDeleted, document, document.id().into());
    Ok(discarded)
}

/// Adds the removal of a file and its renditions to a transaction; gives what to destroy after it.
pub(crate) async fn discard(
    desk: &Desk,
    transaction: &mut Transaction,
    file: &Record,
) -> Result<Vec<Uuid>, DeskError> {
    let mut discarded = Vec::new();
    for made in files::renditions_of(desk, file.id()).await? {
        transaction.delete(&made);
        discarded.push(sweep::discard(desk, transaction, &made));
    }
    transaction.delete(file);
    discarded.push(sweep::discard(desk, transaction, file));
    Ok(discarded)
}

/// A check that waits for the reviewer with this document only goes back to waiting for the customer.
pub(crate) async fn leave_check(
    desk: &Desk,
    caller: &Caller,
    transaction: &mut Transaction,
    document: &Record,
) -> Result<(), DeskError> {
    if status_of(document) != Status::Submitted {
        return Ok(());
    }
    let (before, documents) = check_and_documents(desk, document).await?;
    let mut check = before.clone();
    let others =
        documents.iter().any(|other| other.id() != document.id() && status_of(other) == Status::Submitted);
    if let Some(next) = status_of(&check).after(Step::Withdraw).filter(|_| !others) {
        check.set(check::STATUS_, next);
    }
    submission::save_check(desk, caller, transaction, &before, check);
    Ok(())
}

/// A document's check, and all documents of that check.
pub(crate) async fn check_and_documents(
    desk: &Desk,
    document: &Record,
) -> Result<(Record, Vec<Record>), DeskError> {
    let id = document.int(document::CHECK_ID).unwrap_or(0);
    let query = Query::by_id(&CHECK, Scope::All, id);
    let check = desk.store().select(&query).await?.pop().ok_or(DeskError::Conflict)?;
    Ok((check, checks::documents_of(desk, id).await?))
}

/// The files of a document, by slot.
pub(crate) async fn files_of(desk: &Desk, document: i64) -> Result<Vec<Record>, DeskError> {
    let query = Query::all(&FILE, Scope::All, 10).equals(file::DOCUMENT_ID, Value::Int(document));
    Ok(desk.store().select(&query).await?)
}
