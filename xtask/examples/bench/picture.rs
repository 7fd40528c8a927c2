//! A picture of noise: nothing compresses worse, so a small one is a large file.

use anyhow::{Context, Result};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

/// How large the file is at least, in bytes.
const SIZE: usize = 1024 * 1024;

/// A JPEG of [`SIZE`] bytes and a little.
pub(crate) fn noise() -> Result<Vec<u8>> {
    let mut side = 512;
    loop {
        let jpeg = drawn(side)?;
        if jpeg.len() >= SIZE {
            return Ok(jpeg);
        }
        side += 32;
    }
}

fn drawn(side: u32) -> Result<Vec<u8>> {
    // Xorshift (Marsaglia 2003), always from the same seed: every run measures the same bytes.
    let mut state = 0x9E37_79B9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    let pixels: Vec<u8> = (0..side * side * 3).map(|_| next()).collect();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90)
        .write_image(&pixels, side, side, ExtendedColorType::Rgb8)
        .context("the picture of noise")?;
    Ok(jpeg)
}
