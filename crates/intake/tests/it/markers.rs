//! Every kind of marker that a file can carry beside its picture: none survives, and no pixel changes.

use crate::samples::png::{chunk, iccp, iccp_packed};
use crate::samples::tiff::{self, Order, Part};
use crate::samples::{self, MARKER, jpeg, pixels, png, profile, second_files, webp};
use crate::{contains, take};
use miniz_oxide::deflate::compress_to_vec_zlib;

type Case = (String, Vec<u8>);

fn case(name: &str, file: Vec<u8>) -> Case {
    (name.to_owned(), file)
}

fn marked(start: &[u8]) -> Vec<u8> {
    [start, MARKER].concat()
}

const PARTS: [Part; 5] = [Part::Make, Part::Gps, Part::MakerNote, Part::UserComment, Part::Thumbnail];

fn jpeg_exif() -> Vec<Case> {
    let mut cases = Vec::new();
    for part in PARTS {
        for order in [Order::Little, Order::Big] {
            let exif = [b"Exif\0\0", tiff::block(order, Some(1), part).as_slice()].concat();
            cases.push(case(&format!("EXIF {part:?} {order:?}"), jpeg::with(&jpeg::segment(0xE1, &exif))));
        }
    }
    let second = [b"Exif\0\0", tiff::block(Order::Big, Some(3), Part::Make).as_slice()].concat();
    let first = [b"Exif\0\0", tiff::block(Order::Big, Some(1), Part::Nothing).as_slice()].concat();
    let both = [jpeg::segment(0xE1, &first), jpeg::segment(0xE1, &second)].concat();
    cases.push(case("second EXIF", jpeg::with(&both)));
    cases
}

/// Application segments by their code and what they start with.
const APPLICATIONS: [(u8, &[u8]); 22] = [
    (0xE0, b"JFXX\0\x10"),
    (0xE0, b"AVI1"),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>"),
    (0xE1, b"http://ns.adobe.com/xmp/extension/\x000123456789ABCDEF0123456789ABCDEF\0\0\0\x20\0\0\0\0"),
    (0xE1, b"Exif\0\0broken"),
    (0xE2, b"MPF\0II*\0\x08\0\0\0"),
    (0xE2, b"FPXR\0"),
    (0xE2, b"ICC_PROFILE\0\x01\x01no profile at all"),
    (0xE3, b"Meta\0\0"),
    (0xE4, b"NIKON"),
    (0xE5, b"RMETA\0"),
    (0xE6, b"GoPro\0"),
    (0xE7, b"Qualcomm"),
    (0xE8, b"SPIFF\0"),
    (0xE9, b"Media Jukebox\0"),
    (0xEA, b"PhotoStudio"),
    (0xEB, b"JP\0\x01c2pa"),
    (0xEC, b"Ducky\0"),
    (0xED, b"Photoshop 3.0\08BIM\x04\x04\0\0"),
    (0xEE, b"Other"),
    (0xEF, b"Q"),
    (0xFE, b"comment "),
];

fn jpeg_segments() -> Vec<Case> {
    let mut cases = Vec::new();
    for (code, start) in APPLICATIONS {
        let segment = jpeg::segment(code, &marked(start));
        let name = format!("{code:X} {}", String::from_utf8_lossy(start));
        cases.push(case(&name, jpeg::with(&segment)));
        cases.push(case(&format!("{name} before the scan"), jpeg::with_before(0xDA, &segment)));
    }
    cases.push(case("reserved segment", jpeg::with(&jpeg::segment(0xF0, MARKER))));
    let thumbnail = marked(b"JFIF\0\x01\x02\x01\0\x48\0\x48\x02\x02");
    let plain = jpeg::plain();
    let jfif = [&plain[..2], &jpeg::segment(0xE0, &thumbnail), &plain[20..]].concat();
    cases.push(case("JFIF thumbnail", jfif));
    let adobe = jpeg::segment(0xEE, &marked(b"Adobe\0\x64\0\0\0\0\x01"));
    cases.push(case("more in Adobe's segment", jpeg::with(&adobe)));
    let padded = [profile(400), MARKER.to_vec()].concat();
    cases.push(case("more behind a profile", jpeg::with(&jpeg::icc(&padded, 300))));
    let two =
        [jpeg::icc(&profile(400), 400), jpeg::icc(&[profile(400), MARKER.to_vec()].concat(), 900)].concat();
    cases.push(case("second profile", jpeg::with(&two)));
    cases
}

/// Things behind the end of a file.
fn trailing(kind: &str, plain: &[u8]) -> Vec<Case> {
    let behind =
        |(name, second): (&str, Vec<u8>)| case(&format!("{kind} and {name}"), [plain, &second].concat());
    let mut cases: Vec<Case> = second_files().into_iter().map(behind).collect();
    let comment = jpeg::with(&jpeg::segment(0xFE, MARKER));
    cases.push(case(&format!("{kind} and a second picture"), [plain, &comment].concat()));
    cases.push(case(&format!("{kind} and a trailer"), [plain, b"SEFT", MARKER].concat()));
    cases
}

fn png_chunks() -> Vec<Case> {
    let kinds = [
        b"tEXt", b"zTXt", b"iTXt", b"tIME", b"sPLT", b"hIST", b"bKGD", b"pHYs", b"oFFs", b"sCAL", b"pCAL",
        b"sTER", b"gIFx", b"dSIG", b"caBX", b"iDOT", b"vpAg", b"prVt", b"gAMA", b"cHRM", b"sRGB", b"sBIT",
        b"cICP", b"mDCV",
    ];
    let mut cases = Vec::new();
    for kind in kinds {
        let name = String::from_utf8_lossy(kind);
        let chunk = chunk(*kind, &marked(b"key\0"));
        cases.push(case(&format!("{name} before"), png::with(&chunk)));
        cases.push(case(&format!("{name} behind"), png::with_at_end(&chunk)));
    }
    for part in PARTS {
        let exif = chunk(*b"eXIf", &tiff::block(Order::Little, Some(1), part));
        cases.push(case(&format!("eXIf {part:?}"), png::with(&exif)));
    }
    let frame = [&[0, 0, 0, 1][..], MARKER].concat();
    let animation = [chunk(*b"fcTL", &[0; 26]), chunk(*b"fdAT", &frame)].concat();
    cases.push(case("frames of an animation", png::with_at_end(&animation)));
    cases
}

fn png_profiles() -> Vec<Case> {
    let name = String::from_utf8_lossy(MARKER);
    let behind_profile = iccp("x", &[profile(400), MARKER.to_vec()].concat());
    let behind_data = iccp_packed("x", &[compress_to_vec_zlib(&profile(400), 6), MARKER.to_vec()].concat());
    vec![
        case("profile's name", png::with(&iccp(&name, &profile(400)))),
        case("behind a profile", png::with(&behind_profile)),
        case("behind a profile's data", png::with(&behind_data)),
        case("no profile at all", png::with(&iccp_packed("x", MARKER))),
        case("second profile", png::with(&[iccp("x", &profile(400)), iccp(&name, &profile(400))].concat())),
    ]
}

fn webp_chunks() -> Vec<Case> {
    let exif = |part| tiff::block(Order::Little, Some(1), part);
    let mut cases = Vec::new();
    for part in PARTS {
        cases.push(case(&format!("WebP EXIF {part:?}"), webp::extended(&[], &[(*b"EXIF", exif(part))])));
    }
    for kind in [*b"XMP ", *b"JUNK", *b"C2PA", *b"exif", *b"ICCP"] {
        let name = String::from_utf8_lossy(&kind).into_owned();
        cases.push(case(&format!("WebP {name} before"), webp::extended(&[(kind, MARKER.to_vec())], &[])));
        cases.push(case(&format!("WebP {name} behind"), webp::extended(&[], &[(kind, MARKER.to_vec())])));
        let simple = webp::riff(&[webp::picture(), webp::chunk(kind, MARKER)].concat());
        cases.push(case(&format!("simple WebP {name}"), simple));
    }
    let padded = [profile(400), MARKER.to_vec()].concat();
    cases.push(case("WebP behind a profile", webp::extended(&[(*b"ICCP", padded)], &[])));
    cases
}

#[test]
fn what_is_no_colour_profile_goes() {
    let jpeg = jpeg::with(&jpeg::icc(&samples::no_profile(), 400));
    assert_eq!(take(&jpeg).unwrap().kept, take(&jpeg::plain()).unwrap().kept);
    let png = png::with(&iccp("x", &samples::no_profile()));
    assert_eq!(take(&png).unwrap().kept, png::plain());
    let webp = webp::extended(&[(*b"ICCP", samples::no_profile())], &[]);
    assert_eq!(take(&webp).unwrap().kept, webp::extended(&[], &[]));
}

fn all() -> Vec<Case> {
    let mut cases = [jpeg_exif(), jpeg_segments(), png_chunks(), png_profiles(), webp_chunks()].concat();
    cases.extend(trailing("JPEG", &jpeg::plain()));
    cases.extend(trailing("PNG", &png::plain()));
    cases.extend(trailing("WebP", &webp::plain()));
    cases
}

#[test]
fn no_marker_survives_and_no_pixel_changes() {
    let cases = all();
    assert!(cases.len() >= 150, "{}", cases.len());
    for (name, file) in cases {
        let taken = take(&file).unwrap_or_else(|refusal| panic!("{name} {refusal}"));
        // A compressed chunk hides its marker from a search; those have their own test.
        let is_plain = contains(&file, MARKER);
        assert!(is_plain || name.contains("behind a profile"), "{name} has no marker to begin with");
        assert!(!contains(&taken.kept, MARKER), "{name} survives");
        for (second, start) in
            [("ZIP", &b"PK\x03\x04"[..]), ("PDF", b"%PDF"), ("HTML", b"<html"), ("GIF", b"GIF8")]
        {
            assert!(!contains(&taken.kept, start), "{name} still holds a {second}");
        }
        assert_eq!(pixels(&taken.kept), pixels(&file), "{name} changes pixels");
    }
}

#[test]
fn a_marker_packed_behind_a_profile_is_gone() {
    let file = png::with(&iccp("x", &[profile(400), MARKER.to_vec()].concat()));
    let kept = take(&file).unwrap().kept;
    let at = kept.windows(4).position(|window| window == b"iCCP").unwrap();
    let length = u32::from_be_bytes(kept[at - 4..at].try_into().unwrap()) as usize;
    let packed = &kept[at + 4 + 5..at + 4 + length];
    assert_eq!(&kept[at + 4..at + 9], b"icc\0\0");
    assert_eq!(miniz_oxide::inflate::decompress_to_vec_zlib(packed).unwrap(), profile(400));
}

#[test]
fn cleaning_twice_changes_nothing_more() {
    let files = all().into_iter().map(|(_, file)| file).chain(samples::all());
    for file in files {
        let kept = take(&file).unwrap().kept;
        assert_eq!(take(&kept).unwrap().kept, kept);
    }
}
