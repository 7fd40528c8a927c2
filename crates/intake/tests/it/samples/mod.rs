//! Files for the tests, all made here: pictures are drawn and encoded by the `image` crate, the rest is put together by
//! hand.

pub(crate) mod bombs;
pub(crate) mod heic;
pub(crate) mod jpeg;
pub(crate) mod pdf;
pub(crate) mod png;
pub(crate) mod tiff;
pub(crate) mod webp;

use image::{DynamicImage, Rgba, RgbaImage};

/// What must not survive.
pub(crate) const MARKER: &[u8] = b"SECRET-52.3731N";

/// A drawing without symmetry, so that a lost row, colour or turn shows.
pub(crate) fn drawing(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 7;
        Rgba([(x * 7) as u8, (y * 5) as u8, noise as u8, 255 - (x as u8 & 31)])
    })
}

/// The pixels that an independent decoder sees.
pub(crate) fn pixels(file: &[u8]) -> DynamicImage {
    image::load_from_memory(file).expect("the file decodes")
}

/// A colour profile: a header that says so, and some tags.
pub(crate) fn profile(size: usize) -> Vec<u8> {
    let mut profile: Vec<u8> = (0..size).map(|i| (i * 31 % 251) as u8).collect();
    profile[..4].copy_from_slice(&(size as u32).to_be_bytes());
    profile[36..40].copy_from_slice(b"acsp");
    profile
}

/// What has the form of a profile, but doesn't say that it is one.
pub(crate) fn no_profile() -> Vec<u8> {
    let mut profile = profile(400);
    profile[36] = b'x';
    profile
}

/// The marker with the beginning of another kind of file around it.
pub(crate) fn second_files() -> [(&'static str, Vec<u8>); 4] {
    let with = |start: &[u8]| [start, MARKER, b"</script>"].concat();
    [
        ("ZIP", with(b"PK\x03\x04\x14\0\0\0\x08\0")),
        ("PDF", with(b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n")),
        ("HTML", with(b"<!DOCTYPE html><html><script>")),
        ("GIF", with(b"GIF89a\x01\0\x01\0")),
    ]
}

/// One good file of each kind and structure.
pub(crate) fn all() -> Vec<Vec<u8>> {
    let tiff = tiff::block(tiff::Order::Little, Some(6), tiff::Part::Thumbnail);
    let exif = jpeg::segment(0xE1, &[b"Exif\0\0", tiff.as_slice()].concat());
    let icc = jpeg::icc(&profile(700), 300);
    vec![
        jpeg::with(&[exif, icc, jpeg::segment(0xFE, MARKER)].concat()),
        jpeg::progressive(64, 5),
        png::with(&[png::iccp("monitor", &profile(700)), png::chunk(*b"eXIf", &tiff)].concat()),
        png::indexed(),
        webp::extended(&[(*b"ICCP", profile(301))], &[(*b"EXIF", tiff), (*b"XMP ", MARKER.to_vec())]),
        webp::plain(),
        heic::single(640, 480),
        heic::grid(1024, 768),
        pdf::of_pages(3),
        pdf::with_object_stream(4),
    ]
}
