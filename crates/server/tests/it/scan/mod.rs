//! The malware scan, with a real clamd: what it knows is refused, and what it hasn't seen is given to nobody.

mod held;
mod refused;

use proofdesk_testkit::free_port;

use crate::harness::{Desk, Store, eicar, jpeg, pdf, png};

/// The default of `scan.stream_bytes`.
const STREAM: u64 = 25 << 20;

/// A desk that asks a scanner on a free port, which isn't there yet; and the port.
fn desk(store: Store, with: &[(&str, &str)]) -> (Desk, u16) {
    let port = free_port();
    let clamd = format!("tcp://127.0.0.1:{port}");
    let builder = Desk::builder(store).set("SCAN__CLAMD", &clamd).set("SCAN__RETRY_SECONDS", "1");
    (builder.settings(with).start(), port)
}

/// The test file in a comment (ITU T.81 section B.2.4.5), which cleaning drops: what comes is scanned, not what is kept.
fn bad_jpeg() -> Vec<u8> {
    let jpeg = jpeg(1);
    let length = (eicar().len() + 2) as u16;
    let comment = [&[0xff, 0xfe], length.to_be_bytes().as_slice(), eicar().as_bytes()].concat();
    [&jpeg[..2], &comment, &jpeg[2..]].concat()
}

/// The test file in a text chunk (PNG, section 11.3.3.2) after the header.
fn bad_png() -> Vec<u8> {
    const HEADER_END: usize = 8 + 25;
    let png = png(1);
    let body = [b"tEXtComment\0".as_slice(), eicar().as_bytes()].concat();
    let length = ((body.len() - 4) as u32).to_be_bytes();
    let chunk = [length.as_slice(), &body, &crc(&body).to_be_bytes()].concat();
    [&png[..HEADER_END], &chunk, &png[HEADER_END..]].concat()
}

/// The CRC of a chunk (PNG, annex D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// The test file in the text of a page, which is kept as it comes.
fn bad_pdf() -> Vec<u8> {
    // The parentheses of the test file pair in the string that it stands in (ISO 32000-1 section 7.3.4.2).
    pdf(&eicar())
}
