//! What a file is, is decided by its content.

use proofdesk_intake::MediaType::{self, Heic, Jpeg, Pdf, Png, WebP};

use crate::samples::{self, heic};
use crate::{refusal, take};

const TAKEN: &str = "; JPEG, PNG, WebP, HEIC and PDF are taken";

#[test]
fn each_accepted_type_is_told_by_content() {
    let found: Vec<_> = samples::all().iter().map(|file| take(file).unwrap().media_type).collect();
    assert_eq!(found, [Jpeg, Jpeg, Png, Png, WebP, WebP, Heic, Heic, Pdf, Pdf]);
    assert_eq!(Heic.mime(), "image/heic");
    assert_eq!(Jpeg.extension(), "jpg");
}

#[test]
fn what_is_refused_is_named() {
    let padded = |start: &[u8]| [start, &[0; 600]].concat();
    let cases: [(&[u8], &str); 20] = [
        (b"GIF89a\xFF\xFF\xFF\xFF\0\0\0,", "is a GIF image"),
        (b"II*\0\x08\0\0\0", "is a TIFF image"),
        (b"MM\0*\0\0\0\x08", "is a TIFF image"),
        (b"BM\0\0\0\0\0\0\0\0", "is a BMP image"),
        (b"PK\x03\x04\x14\0\0\0", "is a ZIP archive"),
        (b"\x1F\x8B\x08\0\0\0", "is a gzip archive"),
        (b"{\\rtf1 hello}", "is an RTF document"),
        (b"8BPS\0\x01\0\0", "is a Photoshop image"),
        (b"MZ\x90\0\x03\0\0\0", "is a program"),
        (b"ID3\x03\0\0\0\0", "is a sound recording"),
        (b"RIFF\x24\0\0\0AVI LIST", "is a video"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\">", "is an SVG image"),
        (b"<?xml version=\"1.0\"?><!-- x --><svg>", "is an SVG image"),
        (b"\xEF\xBB\xBF  <?xml version=\"1.0\"?><a/>", "is an XML or HTML file"),
        (b"<!DOCTYPE html><title>x</title>", "is an HTML page"),
        (b"\n\t<HTML><body>", "is an HTML page"),
        (b"<script>alert(1)</script>", "is an HTML page"),
        (b"hello, world", "is not of a known type"),
        (b"%PDF-9.9 ", "is a PDF of an unknown version, which is not taken"),
        (b" %PDF-1.7", "is not of a known type"),
    ];
    for (start, text) in cases {
        let expected = if text.ends_with("not taken") { text.to_owned() } else { format!("{text}{TAKEN}") };
        assert_eq!(refusal(start), expected, "short {start:?}");
        assert_eq!(refusal(&padded(start)), expected, "long {start:?}");
    }
    assert_eq!(refusal(b""), "is an empty file");
}

#[test]
fn iso_media_files_are_told_by_their_brands() {
    let file =
        |major: [u8; 4], compatible: &[&[u8; 4]]| [heic::ftyp(major, compatible), vec![0; 40]].concat();
    assert!(refusal(&file(*b"avif", &[b"mif1", b"miaf"])).starts_with("is an AVIF image;"));
    assert!(refusal(&file(*b"mif1", &[b"avif", b"heic"])).starts_with("is an AVIF image;"));
    assert!(refusal(&file(*b"mif1", &[b"miaf"])).starts_with("is a HEIF image without HEVC;"));
    assert_eq!(refusal(&file(*b"msf1", &[b"hevc"])), "is a HEIC image sequence, which is not taken");
    assert!(refusal(&file(*b"isom", &[b"mp41"])).starts_with("is a video;"));
    assert!(refusal(&file(*b"mif1", &[b"mif1"; 200])).starts_with("is an ISO media file"));
    let meta = heic::meta(&[b"hvc1"], &[(8, 8)], &[(1, 1)]);
    let by_compatible =
        [heic::ftyp(*b"mif1", &[b"mif1", b"heic"]), meta, heic::boxed(*b"mdat", b"x")].concat();
    assert_eq!(take(&by_compatible).unwrap().media_type, MediaType::Heic);
}

#[test]
fn the_signature_alone_is_not_a_file() {
    for (start, text) in [
        (&b"\xFF\xD8\xFF"[..], "ends early: the JPEG has no end marker"),
        (b"\xFF\xD8", "is not of a known type"),
        (b"\x89PNG\r\n\x1a\n", "ends early: the PNG has no end chunk"),
        (b"RIFF\0\0\0\0WEBP", "is damaged: the chunks of the WebP don't add up"),
        (b"%PDF-1.7", "ends early: the PDF doesn't end with its end mark"),
    ] {
        assert!(refusal(start).starts_with(text), "{}", refusal(start));
    }
}
