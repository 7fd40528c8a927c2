//! Pictures that are uploaded and decoded, drawn here and the same in every run.

use anyhow::{Context, Result};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The sides of a phone's picture of 12 megapixels.
const PHOTO: (u16, u16) = (4032, 3024);

/// A JPEG of so many bytes and a little. It is of noise: nothing compresses worse, so a small picture is a large file.
pub(crate) fn noise(bytes: usize) -> Result<Vec<u8>> {
    let mut side = 512;
    loop {
        let jpeg = noise_of(side)?;
        if jpeg.len() >= bytes {
            return Ok(jpeg);
        }
        side += 32;
    }
}

fn noise_of(side: u32) -> Result<Vec<u8>> {
    let mut random = Xorshift::default();
    let pixels: Vec<u8> = (0..side * side * 3).map(|_| random.byte()).collect();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90)
        .write_image(&pixels, side, side, ExtendedColorType::Rgb8)
        .context("the picture of noise")?;
    Ok(jpeg)
}

/// A JPEG as a phone makes one: 12 megapixels, colours at half the size, some megabytes. It shows a card with lines of
/// writing on a table that grows darker, under the noise of a sensor.
pub(crate) fn photo() -> Result<Vec<u8>> {
    let (width, height) = PHOTO;
    let mut random = Xorshift::default();
    let mut pixels = Vec::with_capacity(3 * usize::from(width) * usize::from(height));
    for y in 0..height {
        for x in 0..width {
            let noise = random.byte() % 13;
            pixels.extend(scene(x, y).map(|value| value.saturating_add(noise)));
        }
    }
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 92);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&pixels, width, height, ColorType::Rgb).context("the photo")?;
    Ok(jpeg)
}

fn scene(x: u16, y: u16) -> [u8; 3] {
    let is_card = (500..3500).contains(&x) && (600..2500).contains(&y);
    let is_line = y % 90 < 40 && x % 700 > 80;
    let is_stroke = (x / 9 + y / 13).is_multiple_of(3);
    match (is_card, is_line && is_stroke) {
        (true, true) => [40, 42, 60],
        (true, false) => [206, 214, 200],
        (false, _) => [150 - (y / 40) as u8, 110 - (y / 50) as u8, 60 + (x / 120) as u8],
    }
}

/// Xorshift (Marsaglia 2003), always from the same seed: every run measures the same bytes.
struct Xorshift(u32);

impl Default for Xorshift {
    fn default() -> Self {
        Self(0x9E37_79B9)
    }
}

impl Xorshift {
    fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as u8
    }
}
