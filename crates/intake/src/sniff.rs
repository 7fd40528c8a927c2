//! What a file is, by its first bytes alone. Names and headers that came with it are never asked.

use crate::{MediaType, Refusal};

/// Bytes that always suffice to decide, and to name what is refused.
pub(crate) const HEAD: usize = 512;

/// Decides from the first bytes. `None`: more are needed. `head` is final when it holds [`HEAD`] bytes or the whole file.
pub(crate) fn sniff(head: &[u8], is_final: bool) -> Option<Result<MediaType, Refusal>> {
    if let Some(media_type) = accepted(head) {
        return Some(media_type);
    }
    is_final.then(|| Err(refuse(head)))
}

fn accepted(head: &[u8]) -> Option<Result<MediaType, Refusal>> {
    if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Some(Ok(MediaType::Jpeg));
    }
    if head.starts_with(&crate::png::SIGNATURE) {
        return Some(Ok(MediaType::Png));
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(Ok(MediaType::WebP));
    }
    if let Some([b'%', b'P', b'D', b'F', b'-', major, b'.', minor]) = head.first_chunk() {
        let known = matches!(major, b'1' | b'2') && minor.is_ascii_digit();
        return Some(if known {
            Ok(MediaType::Pdf)
        } else {
            Err(Refusal::Variant("a PDF of an unknown version"))
        });
    }
    if head.get(4..8) == Some(b"ftyp") { iso_media(head) } else { None }
}

/// The brands of ISO base media files (ISO/IEC 14496-12, 4.3; the HEIC ones from ISO/IEC 23008-12, annex B.4).
fn iso_media(head: &[u8]) -> Option<Result<MediaType, Refusal>> {
    let size = u32::from_be_bytes(*head.first_chunk()?) as usize;
    if !(16..=HEAD).contains(&size) || !size.is_multiple_of(4) {
        return Some(Err(Refusal::WrongType("an ISO media file with an unknown header")));
    }
    let brands = head.get(8..size)?;
    let (major, compatible) = brands.split_at(4);
    let is_still = |brand: &[u8]| matches!(brand, b"heic" | b"heix" | b"heim" | b"heis");
    let found = if is_still(major) {
        Ok(MediaType::Heic)
    } else if matches!(major, b"avif" | b"avis") || compatible.chunks(4).any(|brand| brand == b"avif") {
        Err(Refusal::WrongType("an AVIF image"))
    } else if matches!(major, b"hevc" | b"hevx" | b"msf1") {
        Err(Refusal::Variant("a HEIC image sequence"))
    } else if major == b"mif1" && compatible[4..].chunks(4).any(is_still) {
        Ok(MediaType::Heic)
    } else if major == b"mif1" {
        Err(Refusal::WrongType("a HEIF image without HEVC"))
    } else {
        return None;
    };
    Some(found)
}

fn refuse(head: &[u8]) -> Refusal {
    if head.is_empty() {
        return Refusal::Empty;
    }
    if let Some(name) = markup(head) {
        return Refusal::WrongType(name);
    }
    // `infer` wants more bytes of a TIFF than its signature.
    if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
        return Refusal::WrongType("a TIFF image");
    }
    infer::get(head).and_then(|kind| name(kind.mime_type())).map_or(Refusal::UnknownType, Refusal::WrongType)
}

/// Text that a browser would act on.
fn markup(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start().to_ascii_lowercase();
    let contains = |needle: &[u8]| memchr::memmem::find(&text, needle).is_some();
    if !text.starts_with(b"<") {
        return None;
    }
    if contains(b"<svg") {
        Some("an SVG image")
    } else if contains(b"<html") || contains(b"<!doctype html") || contains(b"<script") {
        Some("an HTML page")
    } else {
        Some("an XML or HTML file")
    }
}

/// The name of a type that [`infer`] recognised.
fn name(mime: &str) -> Option<&'static str> {
    Some(match mime {
        "image/gif" => "a GIF image",
        "image/bmp" => "a BMP image",
        "image/avif" => "an AVIF image",
        "image/jxl" => "a JPEG XL image",
        "image/jp2" => "a JPEG 2000 image",
        "image/vnd.adobe.photoshop" => "a Photoshop image",
        "image/vnd.microsoft.icon" => "an icon",
        "application/zip" => "a ZIP archive",
        "application/rtf" => "an RTF document",
        "application/postscript" => "a PostScript file",
        "application/gzip" => "a gzip archive",
        "application/x-tar" => "a tar archive",
        "application/vnd.rar" | "application/x-7z-compressed" => "an archive",
        "application/vnd.microsoft.portable-executable" | "application/x-executable" => "a program",
        "text/html" => "an HTML page",
        "text/xml" => "an XML or HTML file",
        _ if mime.starts_with("video/") => "a video",
        _ if mime.starts_with("audio/") => "a sound recording",
        _ if mime.starts_with("font/") || mime.starts_with("application/font") => "a font",
        _ if mime.contains("officedocument") || mime.contains("msword") || mime.contains("opendocument") => {
            "an office document"
        }
        _ => return None,
    })
}
