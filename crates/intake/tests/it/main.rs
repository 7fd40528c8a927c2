//! From bytes to checked, cleaned files: the crate as its callers see it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "helpers of tests may panic, and build texts the short way"
)]

mod chunking;
mod heic;
mod hostile;
mod jpeg;
mod limits;
mod markers;
mod orientation;
mod pdf;
mod png;
mod samples;
mod sniffing;
mod webp;

use proofdesk_intake::{Limits, MediaType, Receiver, Refusal, second_look};

/// A file that was taken, second look included.
#[derive(Debug, Clone, PartialEq)]
struct Taken {
    media_type: MediaType,
    size: Option<(u32, u32)>,
    pages: Option<u32>,
    sha256: [u8; 32],
    kept: Vec<u8>,
}

/// Takes a file that comes in the pieces given.
fn take_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Taken, Refusal> {
    let mut receiver = Receiver::new(Limits::default());
    let mut kept = Vec::new();
    for piece in pieces {
        receiver.push(piece, &mut kept)?;
    }
    let found = receiver.finish()?;
    let (mut width, mut height, mut pages) = (found.width, found.height, None);
    if found.needs_second_look {
        let look = second_look(found.media_type, &kept, Limits::default())?;
        (width, height, pages) = (look.width, look.height, look.pages);
        kept = look.cleaned.unwrap_or(kept);
    }
    let sha256 = found.received_sha256;
    Ok(Taken { media_type: found.media_type, size: width.zip(height), pages, sha256, kept })
}

fn take(file: &[u8]) -> Result<Taken, Refusal> {
    take_pieces([file])
}

/// The text of the refusal that `file` meets.
fn refusal(file: &[u8]) -> String {
    match take(file) {
        Ok(taken) => panic!("taken as {:?}", taken.media_type),
        Err(refusal) => refusal.to_string(),
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
