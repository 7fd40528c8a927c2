//! Files on their way in: read as they come, checked and cleaned, and sealed into the vault, never whole in memory.
//!
//! A file is safe in the vault before the record that names it is written. Until then a [`Taken`] holds it, and destroys
//! it if the record isn't written; what a crash leaves is for [`crate::sweep`].

mod renditions;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use proofdesk_domain::entities::{file, file::FILE, rendition, rendition::RENDITION};
use proofdesk_domain::file_name;
use proofdesk_domain::record::Record;
use proofdesk_domain::slots::Slot;
use proofdesk_intake::{Received, Receiver};
use proofdesk_vault::{BackendError, Owner, Vault, Writer};
use uuid::Uuid;

use crate::Desk;
use crate::error::DeskError;
use crate::scan::Scan;
use crate::warnings::{self, Warning};

pub(crate) use renditions::{of as renditions_of, remake};

/// Where a file is to go.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The slot of the document.
    pub(crate) slot: Slot,
    /// Who owns it, as it is sealed.
    pub(crate) owner: Owner,
    /// What the customer calls it.
    pub(crate) name: String,
}

/// Why a file wasn't taken.
#[derive(Debug)]
pub enum FileError {
    /// It isn't what is taken; the text says the limit and what was found.
    Refused(String),
    /// The malware scan found something in it: its name for that.
    Infected(String),
    /// It didn't come whole; the text says why.
    Broken(String),
    /// The desk failed.
    Failed(DeskError),
}

impl<E: Into<DeskError>> From<E> for FileError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// A file that is safe in the vault, and that no record names yet. Destroyed when dropped, unless kept.
pub(crate) struct Taken {
    vault: Vault,
    /// The slot that it is for.
    pub(crate) slot: Slot,
    /// All that is known of it, but for the document's id.
    pub(crate) record: Record,
    /// Its renditions, likewise, but for the file's id.
    pub(crate) renditions: Vec<Record>,
    /// What is wrong with it.
    pub(crate) warnings: Vec<Warning>,
    /// The file's object, and those of its renditions.
    objects: Vec<Uuid>,
}

impl Taken {
    /// A record names it now.
    pub(crate) fn keep(mut self) {
        self.objects.clear();
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        shred_soon(&self.vault, std::mem::take(&mut self.objects));
    }
}

/// Destroys files on a task of their own, where there is a runtime; else the next sweep does.
fn shred_soon(vault: &Vault, objects: Vec<Uuid>) {
    let (Ok(runtime), false) = (tokio::runtime::Handle::try_current(), objects.is_empty()) else { return };
    let vault = vault.clone();
    runtime.spawn(async move {
        for object in objects {
            // Once a disk has failed, nothing more is said of what can't be done for it: the next start sweeps.
            if let Err(error) = vault.shred(object).await
                && !matches!(error, BackendError::Broken(_))
            {
                tracing::warn!(%error, "a file that no record names could not be destroyed; the next sweep tries again");
            }
        }
    });
}

/// Takes a file from a stream into the vault.
///
/// # Errors
/// [`FileError`]; nothing stays in the vault then.
pub(crate) async fn take<S, E>(desk: &Desk, place: Place, bytes: S) -> Result<Taken, FileError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<FileError>,
{
    desk.room()?;
    let object = new_object(desk);
    let record = Record::empty(&FILE);
    let vault = desk.vault().clone();
    let (renditions, objects) = (Vec::new(), vec![object]);
    let mut taken = Taken { vault, slot: place.slot, record, renditions, warnings: Vec::new(), objects };
    let mut writer = desk.vault().create(object, &place.owner)?;
    let mut record = Record::empty(&FILE);
    let received = match receive(desk, &mut writer, &mut record, bytes).await {
        Ok(received) => received,
        Err(error) => {
            writer.abort().await?;
            return Err(error);
        }
    };
    let stored = writer.finish().await?;
    taken.record = described(desk, record, &place, &received, object, stored.size);
    renditions::make(desk, &place, &received, &mut taken).await?;
    let refused = warnings::refused(desk, place.owner.business, &taken.warnings).await?;
    match refused.first() {
        Some(warning) => Err(FileError::Refused(warning.message())),
        None => Ok(taken),
    }
}

/// Checks and seals what comes, and shows it to the malware scan; whether the file is held is noted in its record.
async fn receive<S, E>(
    desk: &Desk,
    writer: &mut Writer,
    record: &mut Record,
    mut bytes: S,
) -> Result<Received, FileError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<FileError>,
{
    let mut receiver = Receiver::new(desk.settings().files);
    let mut kept = Vec::new();
    let mut scan = Scan::begin(desk).await;
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(Into::into)?;
        desk.room()?;
        receiver.push(&piece, &mut kept).map_err(|refusal| FileError::Refused(refusal.to_string()))?;
        scan.show(&piece).await;
        if !kept.is_empty() {
            writer.write(Bytes::from(std::mem::take(&mut kept))).await?;
        }
    }
    let whole = receiver.finish().map_err(|refusal| FileError::Refused(refusal.to_string()))?;
    match scan.verdict().await.note(record) {
        Some(malware) => Err(FileError::Infected(malware)),
        None => Ok(whole),
    }
}

fn described(
    desk: &Desk,
    record: Record,
    place: &Place,
    received: &Received,
    object: Uuid,
    kept: u64,
) -> Record {
    let name = file_name::clean(&place.name, fallback(place.slot), received.media_type.extension());
    record
        .with(file::OBJECT, object)
        .with(file::SLOT, place.slot.number())
        .with(file::BUSINESS_ID, place.owner.business)
        .with(file::DOCUMENT_GUID, place.owner.document)
        .with(file::ROUND, place.owner.version as i64)
        .with(file::NAME, name)
        .with(file::MEDIA_TYPE, received.media_type.mime())
        .with(file::WIDTH, received.width.map(i64::from))
        .with(file::HEIGHT, received.height.map(i64::from))
        .with(file::RECEIVED_BYTES, received.received_bytes as i64)
        .with(file::RECEIVED_SHA256, hex::encode(received.received_sha256))
        .with(file::KEPT_BYTES, kept as i64)
        .with(file::CREATED_ON, desk.now())
}

/// What a file is called that came without a name.
fn fallback(slot: Slot) -> &'static str {
    match slot {
        Slot::Photo => "photo",
        Slot::Document => "front",
        Slot::AdditionalDocument => "back",
    }
}

/// A new id for a file: a UUID version 7, so that a sweep can tell how old it is.
fn new_object(desk: &Desk) -> Uuid {
    desk.new_guid()
}

/// Who owns a file, from what its record says it was sealed with.
pub(crate) fn owner_of(record: &Record) -> Owner {
    Owner {
        business: record.int(file::BUSINESS_ID).unwrap_or(0),
        document: record.text(file::DOCUMENT_GUID).and_then(|id| id.parse().ok()).unwrap_or_default(),
        slot: record.int(file::SLOT).unwrap_or(0) as u8,
        version: record.int(file::ROUND).unwrap_or(0) as u64,
    }
}

/// The vault's id of a file or a rendition.
pub(crate) fn object_of(record: &Record) -> Uuid {
    let field = if record.entity() == &RENDITION { rendition::OBJECT } else { file::OBJECT };
    record.text(field).and_then(|id| id.parse().ok()).unwrap_or_default()
}
