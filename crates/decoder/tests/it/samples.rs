//! Drawn files.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A picture with a red corner at the top left, a blue one at the bottom right, and stripes.
pub(crate) fn drawn(width: u32, height: u32) -> DynamicImage {
    let corner = width.min(height) / 4;
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        if x < corner && y < corner {
            Rgb([230, 10, 10])
        } else if x >= width - corner && y >= height - corner {
            Rgb([10, 10, 230])
        } else {
            Rgb([if (x / 16) % 2 == 0 { 60 } else { 200 }; 3])
        }
    }))
}

pub(crate) fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("the picture is written");
    bytes.into_inner()
}

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    written(&drawn(width, height), ImageFormat::Jpeg)
}

/// The drawn picture, stored so that a reader has to turn it as the number of EXIF says.
pub(crate) fn stored(number: u8, width: u32, height: u32) -> DynamicImage {
    let mut picture = drawn(width, height);
    // A turn to the right is undone by one to the left; the others undo themselves.
    let inverse = match number {
        6 => 8,
        8 => 6,
        other => other,
    };
    picture.apply_orientation(Orientation::from_exif(inverse).expect("a number of EXIF"));
    picture
}

/// A TIFF block with an orientation (TIFF 6.0), and a text that must not come through.
pub(crate) fn exif(number: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0".to_vec();
    tiff[19] = number;
    tiff.extend_from_slice(MARK);
    tiff
}

/// What must not be found in a rendition.
pub(crate) const MARK: &[u8] = b"GPS-52.5200-13.4050";

/// A JPEG with EXIF, XMP, a colour profile and a comment, each with the mark in it.
pub(crate) fn marked_jpeg(number: u8, picture: &DynamicImage) -> Vec<u8> {
    let plain = written(picture, ImageFormat::Jpeg);
    let segment = |marker: u8, parts: &[&[u8]]| {
        let payload = parts.concat();
        let mut segment = vec![0xff, marker];
        segment.extend((payload.len() as u16 + 2).to_be_bytes());
        segment.extend(payload);
        segment
    };
    let mut bytes = plain[..2].to_vec();
    bytes.extend(segment(0xe1, &[b"Exif\0\0", &exif(number)]));
    bytes.extend(segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", MARK]));
    bytes.extend(segment(0xe2, &[b"ICC_PROFILE\0\x01\x01", MARK]));
    bytes.extend(segment(0xfe, &[MARK]));
    bytes.extend_from_slice(&plain[2..]);
    bytes
}

/// A PDF with so many pages, each with a red square at its top left (ISO 32000-1, written by hand).
pub(crate) fn pdf(pages: usize) -> Vec<u8> {
    let content = "1 0 0 rg 0 650 150 150 re f";
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 4)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 3 0 R /Resources << >> >>";
    objects.extend((0..pages).map(|_| page.to_owned()));
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
