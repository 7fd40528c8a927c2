//! The files of an export: which there are, where they lie in the archive, and whether they can be read.

use futures::TryStreamExt;
use proofdesk_domain::entities::{document::DOCUMENT, file};
use proofdesk_domain::record::Record;
use proofdesk_domain::slots::Slot;
use proofdesk_intake::MediaType;
use proofdesk_vault::Owner;
use uuid::Uuid;

use super::archive::Part;
use crate::Desk;
use crate::error::DeskError;
use crate::files::{object_of, owner_of};
use crate::{erasure, scan};

/// What became of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its file is in the archive.
    Included,
    /// Its file waits for the malware scan: nobody gets it.
    Held,
    /// Its file was destroyed.
    Erased,
    /// It has no file.
    Empty,
}

/// A slot of a document, with its file if it has one.
pub(super) struct Held {
    pub(super) document: i64,
    pub(super) slot: Slot,
    pub(super) state: State,
    /// The record of the file.
    pub(super) file: Option<Record>,
}

impl State {
    /// Its name in the export.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Included => "Included",
            Self::Held => "Held",
            Self::Erased => "Erased",
            Self::Empty => "Empty",
        }
    }
}

impl Held {
    /// A slot with its file, if it has one; `destroyed`: whether the audit trail says that it had one whose time was over.
    pub(super) fn new(document: &Record, slot: Slot, file: Option<Record>, destroyed: bool) -> Self {
        let state = match &file {
            _ if erasure::erased_on(document).is_some() => State::Erased,
            Some(file) if scan::is_held(file) => State::Held,
            Some(_) => State::Included,
            None if destroyed => State::Erased,
            None => State::Empty,
        };
        let file = file.filter(|_| state != State::Erased);
        Self { document: document.id(), slot, state, file }
    }

    pub(super) fn is_included(&self) -> bool {
        self.state == State::Included
    }

    /// Where it lies in the archive. What the customer calls it may be anything, so that is told in `export.json` only.
    pub(super) fn entry(&self) -> Option<String> {
        let file = self.file.as_ref().filter(|_| self.is_included())?;
        let media = file.text(file::MEDIA_TYPE).and_then(MediaType::of_mime);
        let ending = media.map_or("bin", MediaType::extension);
        Some(format!("files/document-{}-{}.{ending}", self.document, self.slot.prefix().to_lowercase()))
    }

    /// What the vault must be told to open it.
    fn address(&self) -> Option<(Uuid, Owner)> {
        let file = self.file.as_ref().filter(|_| self.is_included())?;
        Some((object_of(file), owner_of(file)))
    }

    /// What of it goes into the archive.
    pub(super) fn into_part(self) -> Option<Part> {
        let (object, owner) = self.address()?;
        Some(Part::File(self.entry()?, object, owner))
    }
}

/// Reads a file of the archive from its first byte to its last: what is damaged, or has lost its key, is no part of an export
/// that looks whole.
pub(super) async fn read_to_the_end(desk: &Desk, held: &Held) -> Result<(), DeskError> {
    let Some((object, owner)) = held.address() else { return Ok(()) };
    let read = async {
        let reader = desk.vault().read(object, &owner).await?;
        let mut pieces = std::pin::pin!(reader.stream(0..reader.size()));
        while pieces.try_next().await?.is_some() {}
        Ok::<_, proofdesk_vault::ReadError>(())
    };
    read.await.map_err(|error| {
        let (name, id, slot) = (DOCUMENT.name, held.document, held.slot.prefix());
        DeskError::Unavailable(format!(
            "{name} {id}: the file in the slot {slot} can't be read, so nothing is exported: {error}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use proofdesk_domain::entities::document;
    use proofdesk_domain::entity::ID;

    use super::*;
    use proofdesk_domain::entities::file::FILE;

    #[test]
    fn names_in_the_archive_are_the_desks_own() {
        let document = Record::empty(&DOCUMENT).with(ID, 7);
        let hostile =
            Record::empty(&FILE).with(file::NAME, "../../etc/passwd").with(file::MEDIA_TYPE, "image/jpeg");
        let held = |record: Record| Held::new(&document, Slot::AdditionalDocument, Some(record), false);
        assert_eq!(held(hostile.clone()).entry().as_deref(), Some("files/document-7-additionaldocument.jpg"));
        let odd = hostile.with(file::MEDIA_TYPE, "../x");
        assert_eq!(held(odd).entry().as_deref(), Some("files/document-7-additionaldocument.bin"));
    }

    #[test]
    fn only_what_can_be_read_is_included() {
        let document = Record::empty(&DOCUMENT).with(ID, 7);
        let file = || Some(Record::empty(&FILE));
        let state =
            |document: &Record, file, destroyed| Held::new(document, Slot::Photo, file, destroyed).state;
        assert_eq!(state(&document, file(), false), State::Included);
        assert_eq!(state(&document, file(), true), State::Included, "another one was put there");
        assert_eq!(state(&document, None, true), State::Erased);
        assert_eq!(state(&document, None, false), State::Empty);
        let held = file().map(|file| file.with(file::SCAN, "held"));
        assert_eq!(state(&document, held, false), State::Held);
        let erased = document.with(document::ERASED_ON, 1);
        assert_eq!(state(&erased, file(), false), State::Erased);
        assert!(Held::new(&erased, Slot::Photo, file(), false).entry().is_none());
    }
}
