//! Drawn files: what customers hand in, without any customer.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

fn drawn(seed: u8, format: ImageFormat) -> Vec<u8> {
    let paint = |x: u32, y: u32| Rgb([(x * 3) as u8 ^ seed, (y * 5) as u8, (x + y) as u8 ^ seed]);
    let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(64, 48, paint));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("the picture is written");
    bytes.into_inner()
}

/// A JPEG of 64 by 48 pixels; another seed paints another one.
pub(crate) fn jpeg(seed: u8) -> Vec<u8> {
    drawn(seed, ImageFormat::Jpeg)
}

/// A PNG of 64 by 48 pixels.
pub(crate) fn png(seed: u8) -> Vec<u8> {
    drawn(seed, ImageFormat::Png)
}

/// A PNG that can't be packed: some 480 kB.
pub(crate) fn noise() -> Vec<u8> {
    let paint = |x: u32, y: u32| {
        let mixed = (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
        Rgb([(mixed >> 8) as u8, (mixed >> 16) as u8, (mixed >> 24) as u8])
    };
    let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(400, 400, paint));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).expect("the picture is written");
    bytes.into_inner()
}

/// A lossless WebP of 64 by 48 pixels.
pub(crate) fn webp(seed: u8) -> Vec<u8> {
    drawn(seed, ImageFormat::WebP)
}

/// A GIF of one pixel, which the desk doesn't take (`GIF89a`, written by hand).
pub(crate) fn gif() -> Vec<u8> {
    let head = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00";
    let image = b"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";
    [head.as_slice(), image].concat()
}

/// A PDF of one page with a line of text (ISO 32000-1, written by hand).
pub(crate) fn pdf(text: &str) -> Vec<u8> {
    let content = format!("BT /F1 24 Tf 72 700 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut starts = Vec::new();
    for (place, object) in objects.iter().enumerate() {
        starts.push(format!("{:010} 00000 n \n", file.len()));
        file.extend(format!("{} 0 obj\n{object}\nendobj\n", place + 1).into_bytes());
    }
    let (table, count) = (file.len(), objects.len() + 1);
    file.extend(format!("xref\n0 {count}\n0000000000 65535 f \n{}", starts.concat()).into_bytes());
    file.extend(format!("trailer\n<< /Size {count} /Root 1 0 R >>\n").into_bytes());
    file.extend(format!("startxref\n{table}\n%%EOF\n").into_bytes());
    file
}
