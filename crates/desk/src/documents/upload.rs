//! Uploads: one file into one slot of a document.

use bytes::Bytes;
use futures::Stream;
use proofdesk_domain::entities::{document, file};
use proofdesk_domain::entity::UNIQUE_ID;
use proofdesk_domain::slots::Slot;
use proofdesk_vault::Owner;
use serde_json::json;

use super::change::{FileChange, closed, replace_file};
use super::fetch::Fetched;
use super::{check_and_documents, files_of};
use crate::Desk;
use crate::caller::Grant;
use crate::error::DeskError;
use crate::files::{self, FileError, Place};
use crate::records::Saved;

/// Puts a file that streams in into a slot, in place of the one that is there.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Invalid`] on `file` if the file isn't taken or the document is final,
/// [`DeskError::Unavailable`]. The slot is as it was then.
pub async fn upload<S>(
    desk: &Desk,
    grant: &Grant,
    id: i64,
    slot: Slot,
    name: &str,
    bytes: S,
) -> Result<Saved, DeskError>
where
    S: Stream<Item = Result<Bytes, FileError>> + Unpin,
{
    let place = place(desk, grant, id, slot, name).await?;
    let taken = files::take(desk, place, bytes).await.map_err(|error| match error {
        FileError::Refused(text) | FileError::Broken(text) => DeskError::field("file", text),
        FileError::Failed(error) => error,
    })?;
    let source = json!({ "Slot": slot.prefix(), "Verdict": "uploaded", "Bytes": taken.record.int(file::RECEIVED_BYTES) });
    let change = FileChange { cleared: Vec::new(), fetched: vec![Fetched { taken, source }] };
    let (desk, grant) = (desk.clone(), grant.clone());
    // A task of its own: a client that goes away now can't leave a record without its file.
    let task = tokio::spawn(async move { replace_file(&desk, &grant, id, change).await });
    task.await.map_err(|_| DeskError::Unavailable("the write has failed".to_owned()))?
}

async fn place(desk: &Desk, grant: &Grant, id: i64, slot: Slot, name: &str) -> Result<Place, DeskError> {
    let document = grant.load(desk, id).await?;
    let (check, _) = check_and_documents(desk, &document).await?;
    if let Some(why) = closed(&document, &check) {
        return Err(DeskError::field("file", why));
    }
    let files = files_of(desk, id).await?;
    let current = files.iter().find(|file| file.int(file::SLOT) == Some(slot.number()));
    let round = current.and_then(|file| file.int(file::ROUND)).unwrap_or(0) + 1;
    let owner = Owner {
        business: document.int(document::BUSINESS_ID).unwrap_or(0),
        document: document.text(UNIQUE_ID).and_then(|id| id.parse().ok()).unwrap_or_default(),
        slot: slot as u8,
        version: round as u64,
    };
    Ok(Place { slot, owner, name: name.to_owned() })
}
