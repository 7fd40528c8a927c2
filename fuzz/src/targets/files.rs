//! Pictures and PDFs: what is accepted, and what is kept of it.

use proofdesk_intake::{Limits, MediaType, Receiver, Refusal, second_look};

// Drawn files of every kind, good and hostile.
#[path = "../../../crates/intake/tests/it/samples/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "made for another crate's tests")]
mod samples;

/// A file that was taken, second look included.
#[derive(Debug, PartialEq)]
struct Taken {
    media: MediaType,
    size: Option<(u32, u32)>,
    kept: Vec<u8>,
}

/// However the bytes are cut, the outcome is the same; what is kept is within the limits, of the same type and size, and
/// nothing more is cleaned off when it is handed in again.
pub(super) fn take(bytes: &[u8]) {
    let whole = pieces(bytes, bytes.len());
    assert_eq!(whole, pieces(bytes, 7), "the outcome depends on the cuts");
    let Ok(taken) = whole else { return };
    let limits = Limits::default();
    assert!(taken.kept.len() as u64 <= 2 * limits.bytes, "{} bytes kept", taken.kept.len());
    if let Some((width, height)) = taken.size {
        assert!(width > 0 && height > 0 && width <= limits.side && height <= limits.side);
        assert!(u64::from(width) * u64::from(height) <= limits.pixels);
    }
    let again = pieces(&taken.kept, taken.kept.len()).expect("what is kept is refused when it comes again");
    assert_eq!(again, taken, "cleaning isn't finished after one time");
}

fn pieces(bytes: &[u8], cut: usize) -> Result<Taken, Refusal> {
    let limits = Limits::default();
    let mut receiver = Receiver::new(limits);
    let mut kept = Vec::new();
    for piece in bytes.chunks(cut.max(1)) {
        receiver.push(piece, &mut kept)?;
    }
    let found = receiver.finish()?;
    let mut size = found.width.zip(found.height);
    if found.needs_second_look {
        let look = second_look(found.media_type, &kept, limits)?;
        size = look.width.zip(look.height);
        kept = look.cleaned.unwrap_or(kept);
    }
    Ok(Taken { media: found.media_type, size, kept })
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut all = samples::all();
    all.push(samples::jpeg::progressive(64, 20));
    all.push(samples::png::indexed());
    all.push(samples::webp::lossy(16, 16));
    all.push(samples::heic::single(64, 48));
    all.push(samples::heic::grid(512, 512));
    all.push(samples::pdf::of_pages(3));
    all.push(samples::pdf::with_object_stream(2));
    all
}
