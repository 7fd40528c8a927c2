//! From a file's bytes to its renditions. Runs in the child only.

mod heic;
mod jpeg;
mod orientation;
mod pdf;
mod png;
mod raster;
mod shrink;
mod webp;

use std::io;

use proofdesk_intake::{MediaType, Refusal, second_look};

use crate::piece::{Found, Job, Kind, Rendition};
use crate::quality::{self, Measures};

pub(crate) use raster::Raster;

/// The long side on which quality is measured, in pixels.
const MEASURED_SIDE: u32 = 1_000;

/// Takes what is made, as it is made.
pub(crate) trait Sink {
    fn found(&mut self, found: Found, cleaned: Option<&[u8]>) -> io::Result<()>;
    fn rendition(&mut self, made: Rendition, bytes: &[u8]) -> io::Result<()>;
}

/// Why a file has no renditions.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It isn't taken; the text is for the caller.
    Refused(String),
    /// The pipe is broken.
    Broken(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.to_string())
    }
}

impl Trouble {
    /// The decoder gave up. What it says is not repeated: it may quote the file.
    pub(crate) fn undecodable() -> Self {
        Self::Refused("is damaged: its picture can't be decoded".to_owned())
    }
}

/// Looks at a whole file, and makes its renditions: a view of each page, the thumbnail of the first, and the quality.
pub(crate) fn all(job: &Job, bytes: Vec<u8>, sink: &mut impl Sink) -> Result<Option<Measures>, Trouble> {
    let (bytes, pages) = look(job, bytes, sink)?;
    match job.media_type {
        MediaType::Pdf => pdf::pages(bytes, pages.unwrap_or(0), |page, raster| {
            deliver(raster, page, sink)?;
            Ok(())
        })
        .map(|()| None),
        media_type => {
            let raster = decode(media_type, &bytes)?;
            drop(bytes);
            let view = deliver(raster, 1, sink)?;
            Ok(quality::is_measured(media_type).then(|| measure(&view)))
        }
    }
}

/// The look at a whole file, for the types that can't be judged as they stream by; gives what is kept of it, and a PDF's pages.
fn look(job: &Job, bytes: Vec<u8>, sink: &mut impl Sink) -> Result<(Vec<u8>, Option<u32>), Trouble> {
    if !job.media_type.needs_second_look() {
        sink.found(Found { width: None, height: None, pages: None, cleaned: None }, None)?;
        return Ok((bytes, None));
    }
    let look = second_look(job.media_type, &bytes, job.limits)?;
    let cleaned = look.cleaned.as_ref().map(|cleaned| cleaned.len() as u32);
    let found = Found { width: look.width, height: look.height, pages: look.pages, cleaned };
    sink.found(found, look.cleaned.as_deref())?;
    Ok((look.cleaned.unwrap_or(bytes), look.pages))
}

fn decode(media_type: MediaType, bytes: &[u8]) -> Result<Raster, Trouble> {
    match media_type {
        MediaType::Jpeg => jpeg::decode(bytes),
        MediaType::Png => png::decode(bytes),
        MediaType::WebP => webp::decode(bytes),
        MediaType::Heic => heic::decode(bytes),
        MediaType::Pdf => Err(Trouble::undecodable()),
    }
}

/// Writes the view of a page, and the thumbnail of the first; gives the view.
fn deliver(raster: Raster, page: u16, sink: &mut impl Sink) -> Result<Raster, Trouble> {
    let view = raster.into_fitted(Kind::View.side());
    encode(&view, Kind::View, page, sink)?;
    if page == 1 {
        encode(&view.fitted(Kind::Thumbnail.side()), Kind::Thumbnail, page, sink)?;
    }
    Ok(view)
}

fn encode(raster: &Raster, kind: Kind, page: u16, sink: &mut impl Sink) -> Result<(), Trouble> {
    let bytes = jpeg::encode(raster)?;
    let (width, height) = (raster.width, raster.height);
    let made = Rendition { kind, page, width, height, bytes: bytes.len() as u32 };
    Ok(sink.rendition(made, &bytes)?)
}

fn measure(view: &Raster) -> Measures {
    let small = view.fitted(MEASURED_SIDE);
    Measures::of(&small.brightness(), small.width as usize, small.height as usize)
}
