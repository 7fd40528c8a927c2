//! From a stream of bytes to what is kept of it.

use std::fmt;

use aws_lc_rs::digest;

use crate::jpeg::JpegCleaner;
use crate::png::PngCleaner;
use crate::sniff::{self, HEAD};
use crate::{Limits, MediaType, Refusal};

/// What is known of a file that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The type, by content.
    pub media_type: MediaType,
    /// Width in pixels as stored, before the orientation is applied. `None` until the second look, where one is needed.
    pub width: Option<u32>,
    /// Height in pixels as stored, likewise.
    pub height: Option<u32>,
    /// Number of bytes received, before cleaning.
    pub received_bytes: u64,
    /// SHA-256 of the bytes received, before cleaning.
    pub received_sha256: [u8; 32],
    /// Whether the caller owes this file a [`second_look`](crate::second_look) before it is accepted.
    pub needs_second_look: bool,
}

/// Takes a file as its bytes come.
///
/// State is bounded, whatever comes: at most 64 KiB for a JPEG, some 3 MiB for a PNG while its colour
/// profile is rewritten. The result doesn't
/// depend on how the bytes are cut into pieces. After a refusal, every further call gives the same refusal.
pub struct Receiver {
    limits: Limits,
    received: u64,
    hash: digest::Context,
    stage: Stage,
}

enum Stage {
    /// Not yet enough bytes to tell the type.
    Head(Vec<u8>),
    Body(MediaType, Cleaner),
    Refused(Refusal),
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the bytes nor the running hash.
        f.debug_struct("Receiver")
            .field("limits", &self.limits)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

impl Receiver {
    /// A receiver of one file.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            received: 0,
            hash: digest::Context::new(&digest::SHA256),
            stage: Stage::Head(Vec::with_capacity(HEAD)),
        }
    }

    /// Takes the next bytes, in pieces of any size, and appends to `kept` what is to be kept of the file.
    ///
    /// What was appended before a refusal is worthless.
    pub fn push(&mut self, input: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        if let Stage::Refused(refusal) = &self.stage {
            return Err(refusal.clone());
        }
        self.take(input, kept).inspect_err(|refusal| self.stage = Stage::Refused(refusal.clone()))
    }

    fn take(&mut self, input: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        let room = self.limits.bytes - self.received;
        let within = &input[..input.len().min(usize::try_from(room).unwrap_or(usize::MAX))];
        self.received += within.len() as u64;
        self.hash.update(within);
        self.advance(within, kept)?;
        if within.len() < input.len() {
            return Err(Refusal::LargerThan { limit: self.limits.bytes });
        }
        Ok(())
    }

    fn advance(&mut self, input: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        match &mut self.stage {
            Stage::Body(_, cleaner) => cleaner.push(input, kept),
            Stage::Refused(refusal) => Err(refusal.clone()),
            Stage::Head(head) => {
                let (more, rest) = input.split_at(input.len().min(HEAD - head.len()));
                head.extend_from_slice(more);
                let Some(found) = sniff::sniff(head, head.len() == HEAD) else { return Ok(()) };
                let media_type = found?;
                let head = std::mem::take(head);
                let mut cleaner = Cleaner::new(media_type, self.limits);
                let result = cleaner.push(&head, kept).and_then(|()| cleaner.push(rest, kept));
                self.stage = Stage::Body(media_type, cleaner);
                result
            }
        }
    }

    /// The file is over: gives what is known of it, or why it isn't taken. `kept` is complete once this returns `Ok`.
    pub fn finish(self) -> Result<Received, Refusal> {
        let (media_type, cleaner) = match self.stage {
            Stage::Body(media_type, cleaner) => (media_type, cleaner),
            Stage::Refused(refusal) => return Err(refusal),
            // Accepted types are told before the end, but for files shorter than their own signature.
            Stage::Head(head) => {
                let refusal = sniff::sniff(&head, true).and_then(Result::err);
                return Err(refusal.unwrap_or(Refusal::UnknownType));
            }
        };
        let size = cleaner.finish()?;
        let mut received_sha256 = [0; 32];
        received_sha256.copy_from_slice(self.hash.finish().as_ref());
        Ok(Received {
            media_type,
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            received_bytes: self.received,
            received_sha256,
            needs_second_look: media_type.needs_second_look(),
        })
    }
}

/// The cleaner of each type; the types that wait for the second look pass unchanged.
pub(crate) enum Cleaner {
    Jpeg(Box<JpegCleaner>),
    Png(Box<PngCleaner>),
    PassThrough,
}

impl Cleaner {
    pub(crate) fn new(media_type: MediaType, limits: Limits) -> Self {
        match media_type {
            MediaType::Jpeg => Self::Jpeg(Box::new(JpegCleaner::new(limits))),
            MediaType::Png => Self::Png(Box::new(PngCleaner::new(limits))),
            MediaType::WebP | MediaType::Heic | MediaType::Pdf => Self::PassThrough,
        }
    }

    pub(crate) fn push(&mut self, input: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        match self {
            Self::Jpeg(cleaner) => cleaner.push(input, kept),
            Self::Png(cleaner) => cleaner.push(input, kept),
            Self::PassThrough => {
                kept.extend_from_slice(input);
                Ok(())
            }
        }
    }

    /// Width and height, for the types that were read.
    pub(crate) fn finish(self) -> Result<Option<(u32, u32)>, Refusal> {
        match self {
            Self::Jpeg(cleaner) => cleaner.finish().map(Some),
            Self::Png(cleaner) => cleaner.finish().map(Some),
            Self::PassThrough => Ok(None),
        }
    }
}
