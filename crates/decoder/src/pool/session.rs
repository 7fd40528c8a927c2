//! One file and one child.

use std::time::Duration;

use bytes::Bytes;
use proofdesk_intake::MediaType;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::OwnedSemaphorePermit;

use super::child::Child;
use super::expected::Expected;
use super::time::Time;
use super::{Options, Pool};
use crate::error::DecodeError;
use crate::piece::{Job, Kind, Piece};
use crate::protocol::{self, Said};

const MIB: f64 = 1_048_576.0;
/// Bytes of a rendition that are in memory at one time.
const CHUNK: usize = 64 * 1024;

/// A file that a child decodes. Dropped before [`Piece::Done`], it ends the child with it.
///
/// Only the time that the child is waited for counts against it: a slow disk of the desk isn't its fault.
pub struct Session {
    pool: Pool,
    child: Child,
    _turn: OwnedSemaphorePermit,
    job: Job,
    /// Bytes of the file that were not sent yet.
    unsent: u64,
    /// Bytes that were announced and not taken yet.
    announced: u32,
    expected: Expected,
    time: Time,
    well: bool,
}

impl Session {
    pub(super) async fn begin(
        pool: Pool,
        mut child: Child,
        turn: OwnedSemaphorePermit,
        job: Job,
    ) -> Result<Self, DecodeError> {
        child.jobs += 1;
        let (wall, processor) = (pool.0.options.wall, processor_of(&pool.0.options, &job));
        let most = processor + pool.0.options.processor_page * further_pages(&job);
        let time = child.allow(most).and_then(|clock| Time::new(clock, wall, processor));
        let time = time.ok_or(DecodeError::Unreadable)?;
        let mut session = Self {
            pool,
            child,
            _turn: turn,
            job,
            unsent: job.bytes,
            announced: 0,
            expected: Expected::of(job),
            time,
            well: false,
        };
        let frame = protocol::job(&job);
        session.time.within(session.child.input.write_all(&frame)).await?;
        Ok(session)
    }

    /// Sends the next bytes of the file.
    ///
    /// # Errors
    /// [`DecodeError::Unreadable`], also for more bytes than were announced.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        self.unsent = self.unsent.checked_sub(bytes.len() as u64).ok_or(DecodeError::Unreadable)?;
        self.time.within(self.child.input.write_all(bytes)).await
    }

    /// The next piece, once the whole file is sent and all bytes of the piece before are taken.
    ///
    /// # Errors
    /// [`DecodeError::Refused`], [`DecodeError::Unreadable`].
    pub async fn next(&mut self) -> Result<Piece, DecodeError> {
        if self.unsent > 0 || self.announced > 0 || self.well {
            return Err(DecodeError::Unreadable);
        }
        let said = self.time.within(async { Ok(self.child.hear().await) }).await?;
        let piece = match said {
            Some(Said::Piece(piece)) => piece,
            Some(Said::Refused(text)) => {
                self.well = true;
                return Err(DecodeError::Refused(text));
            }
            Some(Said::Hello(_)) | None => return Err(DecodeError::Unreadable),
        };
        self.judge(&piece)?;
        if matches!(piece, Piece::Rendition(made) if made.kind == Kind::View) && further_pages(&self.job) > 0
        {
            self.time.add(self.pool.0.options.processor_page);
        }
        Ok(piece)
    }

    /// Notes what comes with a piece, if that can come now.
    fn judge(&mut self, piece: &Piece) -> Result<(), DecodeError> {
        if !self.expected.take(piece) {
            return Err(DecodeError::Unreadable);
        }
        match piece {
            Piece::Found(found) => self.announced = found.cleaned.unwrap_or(0),
            Piece::Rendition(made) => self.announced = made.bytes,
            Piece::Done(_) => self.well = true,
        }
        Ok(())
    }

    /// The next bytes of the piece; `None` once all are taken.
    ///
    /// # Errors
    /// [`DecodeError::Unreadable`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, DecodeError> {
        if self.announced == 0 {
            return Ok(None);
        }
        let mut chunk = vec![0; CHUNK.min(self.announced as usize)];
        let read = async { self.child.output.read_exact(&mut chunk).await.map(drop) };
        self.time.within(read).await?;
        self.announced -= chunk.len() as u32;
        Ok(Some(Bytes::from(chunk)))
    }

    /// The file is over. A child that did well is used again.
    pub fn finish(self) {
        if self.well && self.unsent == 0 && self.announced == 0 {
            self.pool.rest(self.child);
        }
    }
}

/// The processor time that a file has from the start.
fn processor_of(options: &Options, job: &Job) -> Duration {
    if job.media_type != MediaType::Heic {
        return options.processor;
    }
    let by_size = options.processor_heic_mib.mul_f64(job.bytes as f64 / MIB);
    (options.processor + by_size).min(options.processor_heic)
}

/// Pages behind the first that a file may have.
fn further_pages(job: &Job) -> u32 {
    if job.media_type == MediaType::Pdf { job.limits.pages.saturating_sub(1) } else { 0 }
}
