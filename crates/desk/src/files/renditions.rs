//! What a child of the decoder makes of a file, on its way into the vault: each rendition an object of its own, sealed for
//! the file's owner. A child is not trusted: what it calls a picture is checked like a stranger's upload.

use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use futures::future::try_join_all;
use proofdesk_decoder::quality::{Measures, flaws};
use proofdesk_decoder::{DecodeError, Found, Job, Piece, Rendition, Session};
use proofdesk_domain::entities::{file, rendition, rendition::RENDITION};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_intake::{MediaType, Received, Receiver};
use proofdesk_store::Query;
use proofdesk_vault::{Owner, Writer};
use uuid::Uuid;

use super::{FileError, Place, Taken, new_object, object_of, owner_of};
use crate::Desk;
use crate::error::DeskError;
use crate::warnings::Warning;

/// The renditions of one file are at most a view of each page, and a thumbnail; this many are asked for.
const MOST: u32 = 1_000;

/// When it may be tried again, if too many files wait.
const RETRY: Duration = Duration::from_secs(2);

/// Why a file isn't taken that could not be decoded.
fn not_decoded(error: DecodeError) -> FileError {
    match error {
        DecodeError::Refused(text) => FileError::Refused(text),
        DecodeError::Unreadable => FileError::Refused(error.to_string()),
        DecodeError::Busy => FileError::Failed(DeskError::Busy(RETRY)),
        DecodeError::Unavailable(why) => FileError::Failed(DeskError::Unavailable(why)),
    }
}

/// Has a stored file looked at and decoded.
///
/// # Errors
/// [`FileError`]; what was made stays with `taken`, which destroys it.
pub(super) async fn make(
    desk: &Desk,
    place: &Place,
    received: &Received,
    taken: &mut Taken,
) -> Result<(), FileError> {
    let mut session = shown(desk, received.media_type, taken.objects[0], &place.owner).await?;
    let outcome = Making { desk, place, received, taken, writers: Vec::new() }.run(&mut session).await;
    session.finish();
    outcome
}

/// Shows a stored file to a child.
async fn shown(
    desk: &Desk,
    media_type: MediaType,
    object: Uuid,
    owner: &Owner,
) -> Result<Session, FileError> {
    let reader = desk.vault().read(object, owner).await?;
    let mut limits = desk.settings().files;
    // A colour profile that was packed anew may have grown.
    limits.bytes = limits.bytes.max(reader.size());
    let job = Job { media_type, limits, bytes: reader.size() };
    let mut session = desk.decoder().begin(job).await.map_err(not_decoded)?;
    let mut pieces = std::pin::pin!(reader.stream(0..reader.size()));
    while let Some(piece) = pieces.try_next().await? {
        session.send(&piece).await.map_err(not_decoded)?;
    }
    Ok(session)
}

/// Makes the renditions of a file that is kept, in place of those that it has. What is kept stays as it is.
///
/// # Errors
/// [`FileError`]; nothing stays in the vault then.
pub(crate) async fn remake(desk: &Desk, file: &Record) -> Result<Taken, FileError> {
    let media_type = file.text(file::MEDIA_TYPE).and_then(MediaType::of_mime);
    let media_type = media_type.ok_or_else(|| not_decoded(DecodeError::Unreadable))?;
    let slot = Slot::ALL.into_iter().find(|slot| file.int(file::SLOT) == Some(slot.number()));
    let (slot, vault) = (slot.unwrap_or(Slot::Document), desk.vault().clone());
    let (renditions, objects) = (Vec::new(), Vec::new());
    let mut taken = Taken { vault, slot, record: file.clone(), renditions, warnings: Vec::new(), objects };
    let owner = owner_of(file);
    let mut session = shown(desk, media_type, object_of(file), &owner).await?;
    let outcome = remade(desk, &owner, &mut taken, &mut session).await;
    session.finish();
    outcome.map(|()| taken)
}

async fn remade(
    desk: &Desk,
    owner: &Owner,
    taken: &mut Taken,
    session: &mut Session,
) -> Result<(), FileError> {
    let mut writers = Vec::new();
    loop {
        match session.next().await.map_err(not_decoded)? {
            // It was cleaned when it was taken.
            Piece::Found(_) => while session.chunk().await.map_err(not_decoded)?.is_some() {},
            Piece::Rendition(made) => {
                let (writer, record) = seal(desk, owner, session, made).await?;
                taken.objects.push(object_of(&record));
                taken.renditions.push(record);
                writers.push(writer);
            }
            Piece::Done(_) => {
                try_join_all(writers.into_iter().map(Writer::finish)).await?;
                return Ok(());
            }
        }
    }
}

/// Seals a rendition as a child gives it; nothing is stored before the writer has finished.
async fn seal(
    desk: &Desk,
    owner: &Owner,
    session: &mut Session,
    made: Rendition,
) -> Result<(Writer, Record), FileError> {
    let object = new_object(desk);
    let mut writer = desk.vault().create(object, owner)?;
    let mut receiver = Receiver::new(desk.settings().files);
    let (mut kept, mut bytes) = (Vec::new(), 0);
    while let Some(chunk) = session.chunk().await.map_err(not_decoded)? {
        receiver.push(&chunk, &mut kept).map_err(|_| not_decoded(DecodeError::Unreadable))?;
        bytes += kept.len();
        writer.write(Bytes::from(std::mem::take(&mut kept))).await?;
    }
    let seen = receiver.finish().map_err(|_| not_decoded(DecodeError::Unreadable))?;
    let size = (Some(made.width), Some(made.height));
    if seen.media_type != MediaType::Jpeg || (seen.width, seen.height) != size {
        return Err(not_decoded(DecodeError::Unreadable));
    }
    let record = Record::empty(&RENDITION)
        .with(rendition::OBJECT, object)
        .with(rendition::KIND, made.kind as i64)
        .with(rendition::PAGE, i64::from(made.page))
        .with(rendition::WIDTH, i64::from(made.width))
        .with(rendition::HEIGHT, i64::from(made.height))
        .with(rendition::BYTES, bytes as i64);
    Ok((writer, record))
}

struct Making<'a> {
    desk: &'a Desk,
    place: &'a Place,
    received: &'a Received,
    taken: &'a mut Taken,
    /// What isn't durable yet: made so all at once.
    writers: Vec<Writer>,
}

impl Making<'_> {
    async fn run(mut self, session: &mut Session) -> Result<(), FileError> {
        loop {
            match session.next().await.map_err(not_decoded)? {
                Piece::Found(found) => self.found(session, found).await?,
                Piece::Rendition(made) => self.rendition(session, made).await?,
                Piece::Done(measures) => {
                    try_join_all(self.writers.into_iter().map(Writer::finish)).await?;
                    self.taken.warnings = warnings(self.place.slot, &self.taken.record, measures);
                    return Ok(());
                }
            }
        }
    }

    /// Notes what the look at the whole file found, and puts a cleaned file in its place.
    async fn found(&mut self, session: &mut Session, found: Found) -> Result<(), FileError> {
        if self.received.needs_second_look {
            let fields =
                [(file::WIDTH, found.width), (file::HEIGHT, found.height), (file::PAGES, found.pages)];
            for (field, number) in fields {
                self.taken.record.set(field, number.map(i64::from));
            }
        }
        if found.cleaned.is_none() {
            return Ok(());
        }
        if self.received.media_type != MediaType::WebP {
            return Err(not_decoded(DecodeError::Unreadable));
        }
        let object = new_object(self.desk);
        self.taken.objects.push(object);
        let mut writer = self.desk.vault().create(object, &self.place.owner)?;
        while let Some(chunk) = session.chunk().await.map_err(not_decoded)? {
            writer.write(chunk).await?;
        }
        let stored = writer.finish().await?;
        self.taken.record.set(file::OBJECT, object);
        self.taken.record.set(file::KEPT_BYTES, stored.size as i64);
        self.desk.vault().shred(self.taken.objects[0]).await?;
        self.taken.objects.remove(0);
        Ok(())
    }

    async fn rendition(&mut self, session: &mut Session, made: Rendition) -> Result<(), FileError> {
        let (writer, record) = seal(self.desk, &self.place.owner, session, made).await?;
        self.taken.objects.push(object_of(&record));
        self.taken.renditions.push(record);
        self.writers.push(writer);
        Ok(())
    }
}

/// What is wrong with a picture, by its own size and by what was measured.
fn warnings(slot: Slot, record: &Record, measures: Option<Measures>) -> Vec<Warning> {
    let side = |field| record.int(field).and_then(|side| u32::try_from(side).ok());
    let (Some(measures), Some(width), Some(height)) = (measures, side(file::WIDTH), side(file::HEIGHT))
    else {
        return Vec::new();
    };
    let found = flaws(measures, (width, height), slot == Slot::Photo);
    found.into_iter().map(|flaw| Warning { slot, flaw }).collect()
}

/// The renditions of a file.
pub(crate) async fn of(desk: &Desk, file: i64) -> Result<Vec<Record>, DeskError> {
    let query = Query::all(&RENDITION, Scope::All, MOST).equals(rendition::FILE_ID, Value::Int(file));
    Ok(desk.store().select(&query).await?)
}
