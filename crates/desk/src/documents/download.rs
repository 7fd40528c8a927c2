//! Looks at a file: the audit entry first, then the bytes.

use proofdesk_decoder::Kind;
use proofdesk_domain::entities::{document, document::DOCUMENT, file, rendition};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use proofdesk_vault::Reader;
use serde_json::json;

use super::files_of;
use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::files::{object_of, owner_of, renditions_of};
use crate::records::subject_of;
use crate::{Desk, erasure, scan};

/// A file, open for reading.
pub struct Download {
    /// What the customer calls it, cleaned.
    pub name: String,
    /// Its media type, such as `image/jpeg`.
    pub media_type: String,
    /// Its bytes.
    pub reader: Reader,
}

/// How large a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As it is kept.
    Original,
    /// A JPEG with a long side of at most 2,000 pixels, of the page with this number, from 1.
    View(u16),
    /// A JPEG with a long side of at most 512 pixels, of the first page.
    Thumbnail,
}

/// Opens the file in a slot, once the look is on record.
///
/// # Errors
/// [`DeskError::NotFound`] if the document isn't there, the slot is empty, or the file has no such page;
/// [`DeskError::Held`] if the file waits for the malware scan; [`DeskError::Unavailable`].
pub async fn download(
    desk: &Desk,
    grant: &Grant,
    id: i64,
    slot: Slot,
    size: Size,
) -> Result<Download, DeskError> {
    let document = grant.load(desk, id).await?;
    if erasure::erased_on(&document).is_some() {
        return Err(DeskError::NotFound);
    }
    let files = files_of(desk, id).await?;
    let file = files
        .into_iter()
        .find(|file| file.int(file::SLOT) == Some(slot.number()))
        .ok_or(DeskError::NotFound)?;
    if scan::is_held(&file) {
        return Err(DeskError::Held);
    }
    let text = |field| file.text(field).unwrap_or_default().to_owned();
    let (object, name, media_type) = match made_of(desk, &file, size).await? {
        None => (object_of(&file), text(file::NAME), text(file::MEDIA_TYPE)),
        Some(made) => (object_of(&made), as_jpeg(&text(file::NAME), size), "image/jpeg".to_owned()),
    };
    let reader = desk.vault().read(object, &owner_of(&file)).await?;
    note_look(desk, grant, &document, slot, size).await?;
    Ok(Download { name, media_type, reader })
}

/// The rendition that is wanted; `None` for the file itself.
async fn made_of(desk: &Desk, file: &Record, size: Size) -> Result<Option<Record>, DeskError> {
    let (kind, page) = match size {
        Size::Original => return Ok(None),
        Size::View(page) => (Kind::View, page),
        Size::Thumbnail => (Kind::Thumbnail, 1),
    };
    let wanted = |made: &Record| {
        made.int(rendition::KIND) == Some(kind as i64) && made.int(rendition::PAGE) == Some(i64::from(page))
    };
    let found = renditions_of(desk, file.id()).await?.into_iter().find(wanted);
    found.map(Some).ok_or(DeskError::NotFound)
}

/// What a rendition of a file with this name is called.
fn as_jpeg(name: &str, size: Size) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match size {
        Size::View(page) if page > 1 => format!("{stem}-{page}.jpg"),
        _ => format!("{stem}.jpg"),
    }
}

async fn note_look(
    desk: &Desk,
    grant: &Grant,
    document: &Record,
    slot: Slot,
    size: Size,
) -> Result<(), DeskError> {
    let mut transaction = Transaction::default();
    // An erasure that has begun meanwhile is the last word on the document.
    transaction.holds(document, document::ERASED_ON, Value::Null);
    let what = match size {
        Size::Original => json!({ "Size": "original" }),
        Size::View(page) => json!({ "Size": "view", "Page": page }),
        Size::Thumbnail => json!({ "Size": "thumbnail" }),
    };
    let new = what.as_object().cloned().unwrap_or_default();
    let entry = Entry {
        kind: AuditType::Look,
        entity: &DOCUMENT,
        id: document.id().into(),
        business: document.get(document::BUSINESS_ID).clone(),
        subject: subject_of(document),
        description: format!("{} was looked at: {}", DOCUMENT.name, slot.prefix()),
        changes: Changes { new, ..Changes::default() },
    };
    audit::record(desk, &mut transaction, grant.caller(), entry);
    desk.commit(transaction).await.map(drop)
}
