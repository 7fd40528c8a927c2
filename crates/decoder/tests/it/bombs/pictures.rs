//! WebP and HEIC that claim much.

use image::RgbImage;

use crate::heif::{File, Item, size};

/// Bits, the lowest first, as VP8L has them.
#[derive(Default)]
struct Bits(Vec<u8>, usize);

impl Bits {
    fn put(&mut self, value: u32, count: usize) {
        for place in 0..count {
            if self.1.is_multiple_of(8) {
                self.0.push(0);
            }
            self.0[self.1 / 8] |= ((value >> place & 1) as u8) << (self.1 % 8);
            self.1 += 1;
        }
    }
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let padded = [data, &[0][..data.len() % 2]].concat();
    [&kind[..], &(data.len() as u32).to_le_bytes(), &padded].concat()
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let all = chunks.concat();
    [b"RIFF", &(all.len() as u32 + 4).to_le_bytes()[..], b"WEBP", &all].concat()
}

/// A lossless WebP of one colour: five codes of one symbol each, and not a bit for a pixel (RFC 9649, 3.7.2).
pub(crate) fn webp_of_nothing(side: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x2f, 8);
    bits.put(side - 1, 14);
    bits.put(side - 1, 14);
    // Without opacity; version 0; no transform, no cache of colours, no codes of regions.
    bits.put(0, 1 + 3 + 3);
    for _ in 0..5 {
        bits.put(0b0001, 4);
    }
    bits.put(0, 32);
    riff(&[chunk(b"VP8L", &bits.0)])
}

/// A lossy picture of one grey: all its bits are zero, which is the likeliest of everything (RFC 6386).
pub(crate) fn vp8_of_nothing(width: u16, height: u16) -> Vec<u8> {
    let blocks = usize::from(width.div_ceil(16)) * usize::from(height.div_ceil(16));
    let modes = (blocks + 64).min(0x7_ffff);
    // A key frame that is shown, and the length of its first part.
    let tag = 1 << 4 | (modes as u32) << 5;
    let mut data = tag.to_le_bytes()[..3].to_vec();
    data.extend([0x9d, 0x01, 0x2a]);
    data.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
    data.extend(vec![0; modes + 8 * blocks + 64]);
    data
}

pub(crate) fn webp_lossy(width: u16, height: u16) -> Vec<u8> {
    riff(&[chunk(b"VP8 ", &vp8_of_nothing(width, height))])
}

/// A lossy picture with an opacity for each pixel, as plain bytes.
pub(crate) fn webp_clear(width: u16, height: u16, opacity: &[u8]) -> Vec<u8> {
    let sides = [width, height].map(|side| u32::from(side - 1).to_le_bytes()[..3].to_vec());
    let head = chunk(b"VP8X", &[vec![0x10, 0, 0, 0], sides.concat()].concat());
    let alpha = chunk(b"ALPH", &[&[0][..], opacity].concat());
    riff(&[head, alpha, chunk(b"VP8 ", &vp8_of_nothing(width, height))])
}

/// A picture of tiles that are all the same bytes.
fn same_tiles(rows: u16, columns: u16, side: u32) -> Vec<u8> {
    let (width, height) = (u32::from(columns) * side, u32::from(rows) * side);
    let tile = Item::picture(&RgbImage::from_pixel(side, side, image::Rgb([90; 3])));
    let count = rows * columns;
    File {
        items: vec![Item::grid(rows, columns, width, height), tile],
        references: vec![(*b"dimg", 1, vec![2; usize::from(count)])],
    }
    .bytes()
}

/// One picture of so many pixels, of nothing, that states another size.
fn large_of(side: u32, stated: u32) -> Vec<u8> {
    let mut item = Item::large(side, side);
    item.properties[1] = size(stated, stated);
    File { items: vec![item], references: vec![] }.bytes()
}

/// All of them, by name.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("WebP, lossless, 7,000 x 7,000 of nothing", webp_of_nothing(7_000)),
        ("WebP, lossless, 5,000 x 5,000 of nothing", webp_of_nothing(5_000)),
        ("WebP, lossless, 16,384 x 16,384 of nothing", webp_of_nothing(16_384)),
        ("WebP, lossy, 7,000 x 7,000 of nothing", webp_lossy(7_000, 7_000)),
        ("WebP, lossy, 4,000 x 4,000 of nothing", webp_lossy(4_000, 4_000)),
        ("WebP, 3,000 x 3,000 and clear", webp_clear(3_000, 3_000, &vec![0; 9_000_000])),
        ("HEIC of 192 tiles, all the same", same_tiles(8, 23, 512)),
        ("HEIC of 8,000 tiles, all the same", same_tiles(80, 100, 64)),
        ("HEIC of one picture of 4,096 x 4,096", large_of(4_096, 4_096)),
        ("HEIC whose picture is larger than it states", large_of(4_096, 64)),
    ]
}
