//! Looks at a file: the audit entry first, then the bytes.

use proofdesk_domain::entities::{document, document::DOCUMENT, file};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use proofdesk_vault::Reader;

use super::files_of;
use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::files::{object_of, owner_of};
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

/// Opens the file in a slot, once the look is on record.
///
/// # Errors
/// [`DeskError::NotFound`] if the document isn't there, or the slot is empty; [`DeskError::Held`] if the file waits
/// for the malware scan; [`DeskError::Unavailable`].
pub async fn download(desk: &Desk, grant: &Grant, id: i64, slot: Slot) -> Result<Download, DeskError> {
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
    let reader = desk.vault().read(object_of(&file), &owner_of(&file)).await?;
    note_look(desk, grant, &document, slot).await?;
    let text = |field| file.text(field).unwrap_or_default().to_owned();
    Ok(Download { name: text(file::NAME), media_type: text(file::MEDIA_TYPE), reader })
}

async fn note_look(desk: &Desk, grant: &Grant, document: &Record, slot: Slot) -> Result<(), DeskError> {
    let mut transaction = Transaction::default();
    // An erasure that has begun meanwhile is the last word on the document.
    transaction.holds(document, document::ERASED_ON, Value::Null);
    let entry = Entry {
        kind: AuditType::Look,
        entity: &DOCUMENT,
        id: document.id().into(),
        business: document.get(document::BUSINESS_ID).clone(),
        subject: subject_of(document),
        description: format!("{} was looked at: {}", DOCUMENT.name, slot.prefix()),
        changes: Changes::default(),
    };
    audit::record(desk, &mut transaction, grant.caller(), entry);
    desk.commit(transaction).await.map(drop)
}
