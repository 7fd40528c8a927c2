//! JPEG files.

use image::DynamicImage;
use image::codecs::jpeg::JpegEncoder;

use super::drawing;

pub(crate) fn plain() -> Vec<u8> {
    of_size(37, 29)
}

pub(crate) fn of_size(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let picture = DynamicImage::ImageRgba8(drawing(width, height)).to_rgb8();
    JpegEncoder::new_with_quality(&mut file, 90).encode_image(&picture).expect("encodes");
    file
}

pub(crate) fn segment(code: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() + 2) as u16;
    [&[0xFF, code], length.to_be_bytes().as_slice(), content].concat()
}

/// A plain JPEG with `segments` right behind its start.
pub(crate) fn with(segments: &[u8]) -> Vec<u8> {
    let file = plain();
    [&file[..2], segments, &file[2..]].concat()
}

/// Where the first marker of this code stands.
pub(crate) fn find(file: &[u8], code: u8) -> usize {
    file.windows(2).position(|pair| pair == [0xFF, code]).expect("the marker is there")
}

/// A plain JPEG with `segments` before the first marker of this code.
pub(crate) fn with_before(code: u8, segments: &[u8]) -> Vec<u8> {
    let file = plain();
    let at = find(&file, code);
    [&file[..at], segments, &file[at..]].concat()
}

/// A colour profile in parts.
pub(crate) fn icc(profile: &[u8], part: usize) -> Vec<u8> {
    let parts = profile.len().div_ceil(part) as u8;
    let segment = |(i, data): (usize, &[u8])| {
        segment(0xE2, &[b"ICC_PROFILE\0", [i as u8 + 1, parts].as_slice(), data].concat())
    };
    profile.chunks(part).enumerate().flat_map(segment).collect()
}

/// A progressive grey JPEG: one DC scan, and `scans` AC scans that say "nothing" in 15 bits for 32,767 blocks.
pub(crate) fn progressive(side: u16, scans: usize) -> Vec<u8> {
    let [high, low] = side.to_be_bytes();
    let mut file = vec![0xFF, 0xD8];
    file.extend(segment(0xDB, &[&[0][..], &[1; 64]].concat()));
    file.extend(segment(0xC2, &[8, high, low, high, low, 1, 1, 0x11, 0]));
    file.extend(segment(0xC4, &[&[0, 1][..], &[0; 15], &[0]].concat()));
    file.extend(segment(0xC4, &[&[0x10, 1][..], &[0; 15], &[0xE0]].concat()));
    let blocks = usize::from(side).div_ceil(8).pow(2);
    file.extend(segment(0xDA, &[1, 1, 0, 0, 0, 0]));
    file.extend(vec![0; blocks / 8]);
    let mut bits = String::new();
    let mut left = blocks;
    while left > 0 {
        let run = left.clamp(16_384, 32_767);
        bits += &format!("0{:014b}", run - 16_384);
        left = left.saturating_sub(run);
    }
    bits += &"1".repeat(bits.len().next_multiple_of(8) - bits.len());
    let scan = segment(0xDA, &[1, 1, 0, 1, 63, 0]);
    let data: Vec<u8> = bits.as_bytes().chunks(8).flat_map(byte).collect();
    for _ in 0..scans {
        file.extend_from_slice(&scan);
        file.extend_from_slice(&data);
    }
    file.extend([0xFF, 0xD9]);
    file
}

fn byte(bits: &[u8]) -> Vec<u8> {
    let byte = bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0'));
    if byte == 0xFF { vec![0xFF, 0] } else { vec![byte] }
}
