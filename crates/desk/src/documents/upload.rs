//! Uploads: one file into one slot of a document.

use aws_lc_rs::digest;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use proofdesk_domain::entities::{document, file};
use proofdesk_domain::entity::UNIQUE_ID;
use proofdesk_domain::slots::Slot;
use proofdesk_vault::Owner;
use serde_json::json;

use super::change::{FileChange, closed, replace_file};
use super::fetch::Fetched;
use super::{check_and_documents, files_of};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::files::{self, FileError, Place};
use crate::records::Saved;
use crate::{Desk, idempotency, scan};

/// Puts a file that streams in into a slot, in place of the one that is there; and whether that was done before, by the
/// grant's idempotency key. Of a request that was, the file is read and compared, and not kept.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Invalid`] on `file` if the file isn't taken or the document is final, those of
/// an idempotency key, [`DeskError::Unavailable`]. The slot is as it was then.
pub async fn upload<S>(
    desk: &Desk,
    grant: &Grant,
    id: i64,
    slot: Slot,
    name: &str,
    bytes: S,
) -> Result<(Saved, bool), DeskError>
where
    S: Stream<Item = Result<Bytes, FileError>> + Unpin,
{
    if let Some(kept) = idempotency::look_up(desk, grant).await? {
        let hash = hash_of(desk, bytes).await?;
        return kept.told(&keyed(grant, name, &hash)).map(|saved| (saved, true));
    }
    let _turn = idempotency::take_turn(desk, grant)?;
    let place = place(desk, grant, id, slot, name).await?;
    let taken = match files::take(desk, place, bytes).await {
        Err(FileError::Infected(malware)) => return Err(infected(desk, grant, id, slot, &malware).await),
        taken => taken.map_err(of_file)?,
    };
    let grant = keyed(grant, name, taken.record.text(file::RECEIVED_SHA256).unwrap_or_default());
    let source = json!({ "Slot": slot.prefix(), "Verdict": "uploaded", "Bytes": taken.record.int(file::RECEIVED_BYTES) });
    let change = FileChange { cleared: Vec::new(), fetched: vec![Fetched { taken, source }] };
    // A task of its own: a client that goes away now can't leave a record without its file.
    let task = {
        let (desk, grant) = (desk.clone(), grant.clone());
        tokio::spawn(async move { replace_file(&desk, &grant, id, change).await })
    };
    let done = task.await.map_err(|_| DeskError::Unavailable("the write has failed".to_owned()))?;
    idempotency::settle(desk, &grant, done).await
}

/// Malware is refused like any other file that isn't taken, and put on record.
async fn infected(desk: &Desk, grant: &Grant, id: i64, slot: Slot, malware: &str) -> DeskError {
    let noted = async {
        let document = grant.load(desk, id).await?;
        scan::note_found(desk, grant, Some(&document), slot, malware).await
    };
    noted.await.err().unwrap_or_else(|| DeskError::field("file", scan::refusal(malware)))
}

fn of_file(error: FileError) -> DeskError {
    match error {
        FileError::Infected(malware) => DeskError::field("file", scan::refusal(&malware)),
        FileError::Refused(text) | FileError::Broken(text) => DeskError::field("file", text),
        FileError::Failed(error) => error,
    }
}

/// The grant for a request with this file.
fn keyed(grant: &Grant, name: &str, hash: &str) -> Grant {
    grant.clone().for_body(&[name.as_bytes(), hash.as_bytes()])
}

/// SHA-256 of a file, in hexadecimal. One over the limit is none that was taken before.
async fn hash_of<S>(desk: &Desk, mut bytes: S) -> Result<String, DeskError>
where
    S: Stream<Item = Result<Bytes, FileError>> + Unpin,
{
    let mut context = digest::Context::new(&digest::SHA256);
    let mut left = desk.settings().files.bytes;
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(of_file)?;
        left = left.checked_sub(piece.len() as u64).ok_or(DeskError::KeyReused)?;
        context.update(&piece);
    }
    Ok(hex::encode(context.finish()))
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
