//! WebP files.

use image::{DynamicImage, ImageFormat};

use super::drawing;

pub(crate) const WIDTH: u32 = 21;
pub(crate) const HEIGHT: u32 = 17;

pub(crate) fn plain() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(drawing(WIDTH, HEIGHT)).write_to(&mut file, ImageFormat::WebP).expect("encodes");
    file.into_inner()
}

/// The picture's chunk of a plain file.
pub(crate) fn picture() -> Vec<u8> {
    plain()[12..].to_vec()
}

pub(crate) fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let padding = &[0][..data.len() % 2];
    [&kind, (data.len() as u32).to_le_bytes().as_slice(), data, padding].concat()
}

pub(crate) fn riff(chunks: &[u8]) -> Vec<u8> {
    let size = (chunks.len() + 4) as u32;
    [b"RIFF", size.to_le_bytes().as_slice(), b"WEBP", chunks].concat()
}

/// The extended header.
pub(crate) fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    chunk(*b"VP8X", &[vec![flags, 0, 0, 0], side(width), side(height)].concat())
}

/// A file with an extended header, chunks before and chunks behind its picture.
pub(crate) fn extended(before: &[([u8; 4], Vec<u8>)], behind: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let flags = before.iter().chain(behind).fold(0x10, |flags, (kind, _)| {
        flags
            | match kind {
                b"ICCP" => 0x20,
                b"EXIF" => 0x08,
                b"XMP " => 0x04,
                _ => 0,
            }
    });
    let chunks =
        |list: &[([u8; 4], Vec<u8>)]| list.iter().flat_map(|(kind, data)| chunk(*kind, data)).collect();
    let (before, behind): (Vec<u8>, Vec<u8>) = (chunks(before), chunks(behind));
    riff(&[vp8x(flags, WIDTH, HEIGHT), before, picture(), behind].concat())
}

/// The first bytes of a lossy picture of this size.
pub(crate) fn lossy(width: u16, height: u16) -> Vec<u8> {
    let frame =
        [&[0x10, 0, 0, 0x9D, 0x01, 0x2A][..], &width.to_le_bytes(), &height.to_le_bytes(), &[0; 9]].concat();
    chunk(*b"VP8 ", &frame)
}
