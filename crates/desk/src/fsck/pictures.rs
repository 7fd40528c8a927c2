//! The pictures that are made of every file: which files lack some, and making them anew.

use std::collections::HashMap;

use proofdesk_decoder::Kind;
use proofdesk_domain::entities::{document, document::DOCUMENT, file, file::FILE};
use proofdesk_domain::entities::{rendition, rendition::RENDITION};
use proofdesk_domain::entity::ID;
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use uuid::Uuid;

use super::BATCH;
use crate::audit::{self, Changes, Entry};
use crate::caller::Caller;
use crate::error::DeskError;
use crate::files::{FileError, object_of, remake, renditions_of};
use crate::{Desk, erasure, sweep};

/// A file that lacks pictures of it: one from before there were any, or whose records are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bare {
    /// The vault's id of the file.
    pub object: Uuid,
    /// The id of its document.
    pub document: i64,
    /// Its slot in the document.
    pub slot: i64,
    /// The id of its record.
    pub(super) file: i64,
}

/// Those of some files that lack a view of a page, or a thumbnail. What is being erased gets none.
pub(super) async fn bare(desk: &Desk, files: &[Record]) -> Result<Vec<Bare>, DeskError> {
    let made = counts(desk, files.iter().map(Record::id).collect()).await?;
    let mut found = Vec::new();
    for file in files {
        let (views, thumbnails) = made.get(&file.id()).copied().unwrap_or_default();
        let pages = file.int(file::PAGES).unwrap_or(1).max(1);
        if (views < pages || thumbnails < 1) && open_document(desk, file).await?.is_some() {
            let number = |field| file.int(field).unwrap_or(0);
            found.push(Bare {
                object: object_of(file),
                document: number(file::DOCUMENT_ID),
                slot: number(file::SLOT),
                file: file.id(),
            });
        }
    }
    Ok(found)
}

/// How many views and thumbnails each of these files has.
async fn counts(desk: &Desk, files: Vec<i64>) -> Result<HashMap<i64, (i64, i64)>, DeskError> {
    let mut counts: HashMap<i64, (i64, i64)> = HashMap::new();
    let mut after = 0;
    loop {
        let query = Query::all(&RENDITION, Scope::All, BATCH)
            .filter(rendition::FILE_ID, Test::OneOf(files.clone()))
            .filter(ID, Test::AtLeast(after + 1));
        let page = desk.store().select(&query).await?;
        let Some(last) = page.last() else { return Ok(counts) };
        after = last.id();
        for made in &page {
            let (views, thumbnails) = counts.entry(made.int(rendition::FILE_ID).unwrap_or(0)).or_default();
            let is_view = made.int(rendition::KIND) == Some(Kind::View as i64);
            *(if is_view { views } else { thumbnails }) += 1;
        }
    }
}

/// The document of a file, unless it was erased.
async fn open_document(desk: &Desk, file: &Record) -> Result<Option<Record>, DeskError> {
    let query = Query::by_id(&DOCUMENT, Scope::All, file.int(file::DOCUMENT_ID).unwrap_or(0));
    let document = desk.store().select(&query).await?.pop();
    Ok(document.filter(|document| erasure::erased_on(document).is_none()))
}

/// Makes all pictures of a file anew, from the file as it is kept, by the same decoder as when it came; false if that can't be
/// done, or the file is no more.
pub(super) async fn make(desk: &Desk, id: i64) -> Result<bool, DeskError> {
    let query = Query::by_id(&FILE, Scope::All, id);
    let Some(file) = desk.store().select(&query).await?.pop() else { return Ok(false) };
    let Some(document) = open_document(desk, &file).await? else { return Ok(false) };
    let taken = match remake(desk, &file).await {
        Ok(taken) => taken,
        Err(FileError::Failed(error @ (DeskError::Broken(_) | DeskError::Full))) => return Err(error),
        Err(error) => {
            tracing::warn!(document = document.id(), ?error, "the pictures of a file can't be made anew");
            return Ok(false);
        }
    };
    let mut transaction = Transaction::default();
    // It is still this file, of a document that nobody erases.
    transaction.holds(&file, file::OBJECT, file.get(file::OBJECT).clone());
    transaction.holds(&document, document::ERASED_ON, Value::Null);
    for old in renditions_of(desk, id).await? {
        transaction.delete(&old);
        sweep::discard(desk, &mut transaction, &old);
    }
    for made in &taken.renditions {
        transaction.insert(made.clone().with(rendition::FILE_ID, id));
    }
    note(desk, &mut transaction, &file, &document);
    match desk.commit(transaction).await {
        Ok(_) => taken.keep(),
        Err(DeskError::Conflict) => return Ok(false),
        Err(error) => return Err(error),
    }
    Ok(true)
}

fn note(desk: &Desk, transaction: &mut Transaction, file: &Record, document: &Record) {
    let slot = Slot::ALL.into_iter().find(|slot| file.int(file::SLOT) == Some(slot.number()));
    let entry = Entry {
        kind: AuditType::PicturesMade,
        entity: &DOCUMENT,
        id: document.id().into(),
        business: document.get(document::BUSINESS_ID).clone(),
        subject: Value::Null,
        description: format!(
            "{}: the pictures of the file in the slot {} were made anew",
            DOCUMENT.name,
            slot.map_or("", Slot::prefix)
        ),
        changes: Changes::default(),
    };
    audit::record(desk, transaction, &Caller::system(), entry);
}
