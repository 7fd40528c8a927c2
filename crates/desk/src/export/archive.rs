//! The archive: a ZIP whose entries are stored as they are, written while it is sent.
//!
//! The last entry, `manifest.json`, lists all others with size and SHA-256, and the directory of a ZIP stands behind it: an archive
//! that was cut off has neither, and no program opens it as whole.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;
use bytes::Bytes;
use futures::stream::{self, Stream, TryStreamExt};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proofdesk_domain::json::instant;
use proofdesk_vault::{Owner, ReadError};
use serde_json::{Value as Json, json};
use uuid::Uuid;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::Desk;
use crate::error::DeskError;

/// The last entry of every archive.
const MANIFEST: &str = "manifest.json";
/// Files and folders are the owner's alone, wherever the archive is unpacked.
const MODE: u32 = 0o600;

/// An entry to come.
pub(super) enum Part {
    /// A text of the desk's own, with its name.
    Text(String, Vec<u8>),
    /// A file of the vault, with its name.
    File(String, Uuid, Owner),
}

/// An archive that is being written.
pub(super) struct Archive {
    desk: Desk,
    made_on: Timestamp,
    parts: VecDeque<Part>,
    /// None once it is whole.
    writer: Option<ZipWriter<StreamWriter<Written>>>,
    written: Written,
    current: Option<Current>,
    listed: Vec<Json>,
}

type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, ReadError>> + Send>>;

/// The file that is being written.
struct Current {
    name: String,
    pieces: Pieces,
    digest: digest::Context,
    bytes: u64,
}

/// What was written and is still to be sent: at most a piece of a file and a few heads. Shared with the writer of the archive.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Archive {
    pub(super) fn new(desk: Desk, made_on: Timestamp, parts: Vec<Part>) -> Self {
        let written = Written::default();
        let writer = Some(ZipWriter::new_stream(written.clone()));
        Self { desk, made_on, parts: parts.into(), writer, written, current: None, listed: Vec::new() }
    }

    /// What is written, as it comes.
    pub(super) fn stream(self) -> impl Stream<Item = Result<Bytes, DeskError>> + Send + 'static {
        Box::pin(stream::try_unfold(self, Self::next))
    }

    async fn next(mut self) -> Result<Option<(Bytes, Self)>, DeskError> {
        loop {
            if self.writer.is_none() {
                return Ok(None);
            }
            self.step().await?;
            let written = self.written.take();
            if !written.is_empty() {
                return Ok(Some((written, self)));
            }
        }
    }

    /// Writes the next piece of a file, or begins what comes next.
    async fn step(&mut self) -> Result<(), DeskError> {
        if let Some(current) = self.current.take() {
            return self.go_on(current).await;
        }
        match self.parts.pop_front() {
            Some(Part::Text(name, text)) => {
                self.text(&name, &text)?;
                self.list(&name, text.len() as u64, digest::digest(&digest::SHA256, &text).as_ref());
                Ok(())
            }
            Some(Part::File(name, object, owner)) => self.open(name, object, &owner).await,
            None => self.finish(),
        }
    }

    /// Writes the next piece of the file; at its end, it is listed.
    async fn go_on(&mut self, mut current: Current) -> Result<(), DeskError> {
        if let Some(piece) = current.pieces.try_next().await? {
            current.digest.update(&piece);
            current.bytes += piece.len() as u64;
            self.write(&piece)?;
            self.current = Some(current);
        } else {
            self.list(&current.name, current.bytes, current.digest.finish().as_ref());
        }
        Ok(())
    }

    async fn open(&mut self, name: String, object: Uuid, owner: &Owner) -> Result<(), DeskError> {
        let reader = self.desk.vault().read(object, owner).await?;
        self.begin(&name)?;
        let pieces = Box::pin(reader.stream(0..reader.size()));
        self.current =
            Some(Current { name, pieces, digest: digest::Context::new(&digest::SHA256), bytes: 0 });
        Ok(())
    }

    fn list(&mut self, name: &str, bytes: u64, sha256: &[u8]) {
        self.listed.push(json!({ "Name": name, "Bytes": bytes, "Sha256": hex::encode(sha256) }));
    }

    fn text(&mut self, name: &str, text: &[u8]) -> Result<(), DeskError> {
        self.begin(name)?;
        self.write(text)
    }

    fn begin(&mut self, name: &str) -> Result<(), DeskError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .unix_permissions(MODE)
            .last_modified_time(zip_time(self.made_on));
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.start_file(name, options).map_err(|error| failed(&error))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), DeskError> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.write_all(bytes).map_err(|error| failed(&error))
    }

    fn finish(&mut self) -> Result<(), DeskError> {
        let manifest = json!({
            "Format": "proofdesk export manifest 1", "MadeOn": instant(self.made_on.as_second()),
            "Entries": std::mem::take(&mut self.listed),
        });
        self.text(MANIFEST, format!("{manifest:#}\n").as_bytes())?;
        match self.writer.take() {
            Some(writer) => writer.finish().map(drop).map_err(|error| failed(&error)),
            None => Ok(()),
        }
    }
}

/// Memory takes all that is written, so this is a bug or an archive beyond all bounds.
fn failed(error: &dyn std::error::Error) -> DeskError {
    DeskError::Unavailable(format!("the archive of an export can't be written: {error}"))
}

/// An instant as a ZIP has it: UTC, by two seconds, from 1980 to 2107; the earliest for any other.
fn zip_time(on: Timestamp) -> DateTime {
    let civil = on.to_zoned(TimeZone::UTC);
    let small = |number: i8| u8::try_from(number).unwrap_or(0);
    DateTime::from_date_and_time(
        u16::try_from(civil.year()).unwrap_or(0),
        small(civil.month()),
        small(civil.day()),
        small(civil.hour()),
        small(civil.minute()),
        small(civil.second()),
    )
    .unwrap_or_default()
}
