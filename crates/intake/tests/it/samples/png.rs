//! PNG files.

use image::{DynamicImage, ImageFormat};
use miniz_oxide::deflate::compress_to_vec_zlib;

use super::drawing;

pub(crate) fn plain() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(drawing(23, 19)).write_to(&mut file, ImageFormat::Png).expect("encodes");
    file.into_inner()
}

pub(crate) fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&kind);
    hasher.update(data);
    let length = data.len() as u32;
    [&length.to_be_bytes(), kind.as_slice(), data, &hasher.finalize().to_be_bytes()].concat()
}

/// A plain PNG with `chunks` behind its header.
pub(crate) fn with(chunks: &[u8]) -> Vec<u8> {
    with_at(8 + 25, chunks)
}

/// A plain PNG with `chunks` before its end.
pub(crate) fn with_at_end(chunks: &[u8]) -> Vec<u8> {
    with_at(plain().len() - 12, chunks)
}

fn with_at(at: usize, chunks: &[u8]) -> Vec<u8> {
    let file = plain();
    [&file[..at], chunks, &file[at..]].concat()
}

/// A file that starts with this header.
pub(crate) fn header(width: u32, height: u32, depth: u8, colour: u8, interlace: u8) -> Vec<u8> {
    let fields =
        [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, interlace]].concat();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(*b"IHDR", &fields)].concat()
}

/// A whole file: header, `chunks`, `rows` as picture data, end.
pub(crate) fn whole(header: Vec<u8>, chunks: &[u8], rows: &[u8]) -> Vec<u8> {
    let data = chunk(*b"IDAT", &compress_to_vec_zlib(rows, 6));
    [header, chunks.to_vec(), data, chunk(*b"IEND", &[])].concat()
}

/// A palette of four colours, the first one transparent, 5 x 2 pixels.
pub(crate) fn indexed() -> Vec<u8> {
    let palette = chunk(*b"PLTE", &[255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
    let chunks = [chunk(*b"gAMA", &[0, 0, 0xB1, 0x8F]), palette, chunk(*b"tRNS", &[0, 128])].concat();
    whole(header(5, 2, 2, 3, 0), &chunks, &[0, 0b0001_1011, 0b1100_0000, 0, 0b1110_0100, 0])
}

pub(crate) fn iccp(name: &str, profile: &[u8]) -> Vec<u8> {
    iccp_packed(name, &compress_to_vec_zlib(profile, 6))
}

pub(crate) fn iccp_packed(name: &str, packed: &[u8]) -> Vec<u8> {
    chunk(*b"iCCP", &[name.as_bytes(), &[0, 0], packed].concat())
}

/// The kinds of a file's chunks, in order.
pub(crate) fn kinds(file: &[u8]) -> Vec<String> {
    let mut kinds = Vec::new();
    let mut at = 8;
    while at < file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        kinds.push(String::from_utf8(file[at + 4..at + 8].to_vec()).unwrap());
        at += length + 12;
    }
    kinds
}
