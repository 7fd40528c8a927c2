//! Everything that a file can say beside its picture: nothing of it is in a rendition, and of a file that is cleaned, nothing
//! in what is kept. What each format's cleaner drops, one kind at a time, is shown by the tests of the intake.

use image::ImageFormat;
use proofdesk_decoder::{DecodeError, Pool};
use proofdesk_intake::{Limits, MediaType, Receiver};

use crate::bombs::chunk;
use crate::child::{Decoded, decode, options};
use crate::heif::{File, Item, boxed};
use crate::samples;

/// Gives each marker a text of its own.
#[derive(Default)]
struct Marks(Vec<String>);

impl Marks {
    /// What a marker of a kind looks like.
    fn mark(&mut self, kind: &str) -> Vec<u8> {
        let text = format!("secret-{:03}-of-{}", self.0.len(), kind.replace(['/', ' ', '\0'], "-"));
        self.0.push(text.clone());
        text.into_bytes()
    }

    /// The kinds whose marker is in these bytes.
    fn found(&self, bytes: &[u8]) -> Vec<&String> {
        self.0.iter().filter(|mark| holds(bytes, mark.as_bytes())).collect()
    }
}

fn holds(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

/// A TIFF block with texts in the main directory, in those of the camera and the place, and in the thumbnail's.
fn tiff(marks: &mut Marks) -> Vec<u8> {
    const MAIN: [(u16, &str); 8] = [
        (0x010e, "ImageDescription"),
        (0x010f, "Make"),
        (0x0110, "Model"),
        (0x0131, "Software"),
        (0x0132, "DateTime"),
        (0x013b, "Artist"),
        (0x8298, "Copyright"),
        (0x9c9b, "XPTitle"),
    ];
    const CAMERA: [(u16, &str); 8] = [
        (0x9003, "DateTimeOriginal"),
        (0x927c, "MakerNote"),
        (0x9286, "UserComment"),
        (0xa420, "ImageUniqueID"),
        (0xa430, "CameraOwnerName"),
        (0xa431, "BodySerialNumber"),
        (0xa434, "LensModel"),
        (0xa005, "Interoperability"),
    ];
    const PLACE: [(u16, &str); 4] =
        [(2, "GPSLatitude"), (4, "GPSLongitude"), (27, "GPSProcessingMethod"), (29, "GPSDateStamp")];
    const THUMBNAIL: [(u16, &str); 1] = [(0x0201, "thumbnail")];
    let mut block = b"MM\0*\0\0\0\x08".to_vec();
    for (number, fields) in [&MAIN[..], &CAMERA, &PLACE, &THUMBNAIL].into_iter().enumerate() {
        let texts: Vec<Vec<u8>> = fields.iter().map(|(_, kind)| marks.mark(kind)).collect();
        block.extend((fields.len() as u16).to_be_bytes());
        let mut at = block.len() + 12 * fields.len() + 4;
        for ((tag, _), text) in fields.iter().zip(&texts) {
            block.extend([tag.to_be_bytes(), 2_u16.to_be_bytes()].concat());
            block.extend([(text.len() as u32).to_be_bytes(), (at as u32).to_be_bytes()].concat());
            at += text.len();
        }
        // Where the next directory begins.
        block.extend((if number < 3 { at as u32 } else { 0 }).to_be_bytes());
        block.extend(texts.concat());
    }
    block
}

fn segment(code: u8, payload: &[u8]) -> Vec<u8> {
    [&[0xff, code][..], &(payload.len() as u16 + 2).to_be_bytes(), payload].concat()
}

/// What application segments start with, by their code.
const SEGMENTS: [(u8, &str); 25] = [
    (0xe0, "JFXX\0\x10"),
    (0xe0, "AVI1"),
    (0xe1, "http://ns.adobe.com/xap/1.0/\0"),
    (0xe1, "http://ns.adobe.com/xmp/extension/\0"),
    (0xe1, "Exif\0\0broken"),
    (0xe2, "MPF\0II*\0"),
    (0xe2, "FPXR\0"),
    (0xe2, "ICC_PROFILE\0\x01\x01"),
    (0xe3, "Meta\0\0"),
    (0xe3, "JPS"),
    (0xe4, "NIKON"),
    (0xe5, "RMETA\0"),
    (0xe6, "GoPro\0"),
    (0xe7, "Qualcomm"),
    (0xe8, "SPIFF\0"),
    (0xe9, "Media Jukebox\0"),
    (0xea, "PhotoStudio"),
    (0xeb, "JP\0\x01\0\0\0\x01jumb c2pa"),
    (0xec, "Ducky\0"),
    (0xed, "Photoshop 3.0\x008BIM\x04\x04\0\0"),
    (0xed, "Photoshop 3.0\x008BIM\x04\x0c\0\0"),
    (0xee, "Adobe\0\x64\0\0\0\0\x01"),
    (0xef, "Q"),
    (0xf0, "reserved"),
    (0xfe, "comment"),
];

fn jpeg(marks: &mut Marks) -> Vec<u8> {
    let plain = samples::jpeg(160, 120);
    let mut file = plain[..2].to_vec();
    file.extend(segment(0xe1, &[b"Exif\0\0", &tiff(marks)[..]].concat()));
    for (code, start) in SEGMENTS {
        file.extend(segment(code, &[start.as_bytes(), &marks.mark(start)].concat()));
    }
    file.extend_from_slice(&plain[2..]);
    for kind in ["a second picture", "Samsung's trailer", "a video"] {
        file.extend(marks.mark(kind));
    }
    file
}

fn png(marks: &mut Marks) -> Vec<u8> {
    const CHUNKS: [&[u8; 4]; 14] = [
        b"tEXt", b"zTXt", b"iTXt", b"tIME", b"pHYs", b"sPLT", b"oFFs", b"sCAL", b"pCAL", b"caBX", b"iDOT",
        b"vpAg", b"prVt", b"gIFx",
    ];
    let plain = samples::written(&samples::drawn(160, 120), ImageFormat::Png);
    // Behind the header, and behind the picture.
    let (head, rest) = plain.split_at(33);
    let (body, end) = rest.split_at(rest.len() - 12);
    let mut told = |place: &str| {
        let one = |kind: &&[u8; 4]| {
            let name = format!("{} {place}", String::from_utf8_lossy(*kind));
            chunk(*kind, &[b"key\0", &marks.mark(&name)[..]].concat())
        };
        CHUNKS.iter().map(one).collect::<Vec<_>>().concat()
    };
    let (before, behind) = (told("before"), told("behind"));
    let exif = chunk(b"eXIf", &tiff(marks));
    let trailer = marks.mark("behind the end");
    [head, &before, &exif, body, &behind, end, &trailer].concat()
}

fn webp(marks: &mut Marks) -> Vec<u8> {
    let plain = samples::written(&samples::drawn(160, 120), ImageFormat::WebP);
    let chunk = |kind: &[u8], data: &[u8]| {
        let padded = [data, &[0][..data.len() % 2]].concat();
        [kind, &(data.len() as u32).to_le_bytes(), &padded].concat()
    };
    let sides = [160, 120].map(|side: u32| (side - 1).to_le_bytes()[..3].to_vec()).concat();
    let mut chunks = chunk(b"VP8X", &[&[0x2c, 0, 0, 0][..], &sides].concat());
    chunks.extend(chunk(b"ICCP", &marks.mark("WebP profile")));
    chunks.extend_from_slice(&plain[12..]);
    chunks.extend(chunk(b"EXIF", &tiff(marks)));
    for kind in [b"XMP ", b"C2PA", b"JUNK", b"exif"] {
        chunks.extend(chunk(kind, &marks.mark(&format!("WebP {}", String::from_utf8_lossy(kind)))));
    }
    let trailer = marks.mark("WebP trailer");
    [b"RIFF", &(chunks.len() as u32 + 4).to_le_bytes()[..], b"WEBP", &chunks, &trailer].concat()
}

fn heic(marks: &mut Marks) -> Vec<u8> {
    let profile = [b"prof", &marks.mark("HEIC profile")[..]].concat();
    let words = [&[0; 4][..], &marks.mark("HEIC description"), b"\0\0\0"].concat();
    let picture = Item::picture(&samples::drawn(160, 120).to_rgb8());
    let picture = picture.with(boxed(b"colr", &profile)).with(boxed(b"udes", &words));
    let exif = Item::of(b"Exif", [&[0; 4][..], &tiff(marks)].concat());
    let mime = |marks: &mut Marks, kind: &str| Item {
        about: [kind.as_bytes(), b"\0"].concat(),
        ..Item::of(b"mime", marks.mark(&format!("HEIC {kind}")))
    };
    let (xmp, json) = (mime(marks, "application/rdf+xml"), mime(marks, "application/json"));
    let uri = Item::of(b"uri ", marks.mark("HEIC uri item"));
    let mut file = File { items: vec![picture], references: vec![] };
    for item in [exif, xmp, json, uri] {
        file = file.beside(b"cdsc", item);
    }
    let mut bytes = file.bytes();
    for kind in [b"uuid", b"free", b"skip"] {
        let name = format!("HEIC {}", String::from_utf8_lossy(kind));
        bytes.extend(boxed(kind, &[&[7; 16][..], &marks.mark(&name)].concat()));
    }
    bytes
}

#[expect(clippy::too_many_lines, reason = "one long list of objects")]
fn pdf(marks: &mut Marks) -> Vec<u8> {
    const INFO: [&str; 9] = [
        "Title",
        "Author",
        "Subject",
        "Keywords",
        "Creator",
        "Producer",
        "Company",
        "CreationDate",
        "Trapped",
    ];
    let mut text = |kind: &str| String::from_utf8_lossy(&marks.mark(kind)).into_owned();
    let info: String = INFO.iter().map(|key| format!("/{key}({})", text(key))).collect();
    let objects = [
        format!(
            "/Type/Catalog/Pages 2 0 R/Metadata 5 0 R/Lang({})/PieceInfo<</A({})>>",
            text("Lang"),
            text("PieceInfo")
        ),
        "/Type/Pages/Kids[3 0 R]/Count 1".to_owned(),
        format!(
            "/Type/Page/Parent 2 0 R/MediaBox[0 0 60 80]/Contents 4 0 R/Resources<<>>/Annots[6 0 R 7 0 R]/LastModified({})",
            text("LastModified")
        ),
        String::new(),
        String::new(),
        format!(
            "/Type/Annot/Subtype/Text/Rect[0 0 9 9]/F 2/Contents({})/T({})",
            text("annotation"),
            text("annotator")
        ),
        format!(
            "/Type/Annot/Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/A<</S/URI/URI(https://x.example/{})>>",
            text("link")
        ),
        info,
    ];
    let hidden = format!(
        "/Span<</ActualText({})/Alt({})>> BDC 1 0 0 rg 0 40 30 40 re f EMC",
        text("ActualText"),
        text("Alt")
    );
    let metadata = text("PDF XMP");
    let mut file = format!("%PDF-1.7\n%{}\n", text("PDF comment")).into_bytes();
    for (number, object) in (1..).zip(&objects) {
        let stream =
            |kind: &str, data: &str| format!("<<{kind}/Length {}>>stream\n{data}\nendstream", data.len());
        let body = match number {
            4 => stream("", &hidden),
            5 => stream("/Type/Metadata/Subtype/XML", &metadata),
            _ => format!("<<{object}>>"),
        };
        file.extend(format!("{number} 0 obj\n{body}\nendobj\n").into_bytes());
    }
    // Without a table: readers go through the file for its objects.
    file.extend(
        format!(
            "trailer\n<</Size 9/Root 1 0 R/Info 8 0 R/ID[({0})({0})]>>\nstartxref\n0\n%%EOF\n",
            text("ID")
        )
        .into_bytes(),
    );
    file
}

/// What is kept of a file after the cleaner's look as it streams by.
fn cleaned(bytes: &[u8]) -> (MediaType, Vec<u8>) {
    let mut receiver = Receiver::new(Limits::default());
    let mut kept = Vec::new();
    receiver.push(bytes, &mut kept).expect("it is taken");
    (receiver.finish().expect("it is taken").media_type, kept)
}

fn sent(media_type: MediaType, bytes: &[u8]) -> Result<Decoded, DecodeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { decode(&Pool::new(options()), media_type, bytes).await })
}

/// The segments of a JPEG up to its picture.
fn segments(jpeg: &[u8]) -> Vec<(u8, usize)> {
    let (mut all, mut at) = (Vec::new(), 2);
    while at + 4 <= jpeg.len() {
        let (code, length) = (jpeg[at + 1], usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]])));
        assert_eq!(jpeg[at], 0xff, "a segment at {at}");
        all.push((code, length));
        if code == 0xda {
            break;
        }
        at += 2 + length;
    }
    all
}

/// A rendition has its size, its tables and its picture, and a `JFIF` that says nothing; and it ends with its picture.
fn assert_bare(rendition: &[u8], what: &str) {
    for (code, length) in segments(rendition) {
        let known = matches!(code, 0xc0 | 0xc4 | 0xda | 0xdb) || (code, length) == (0xe0, 16);
        assert!(known, "{what}: a segment {code:02x} of {length} bytes");
    }
    let end = rendition.windows(2).position(|window| window == [0xff, 0xd9]);
    assert_eq!(end, Some(rendition.len() - 2), "{what}: something is behind the picture");
}

#[test]
fn no_marker_is_in_a_rendition_or_in_a_cleaned_file() {
    let mut kinds = std::collections::BTreeSet::new();
    for make in [jpeg, png, webp, heic, pdf] {
        let mut marks = Marks::default();
        let file = make(&mut marks);
        assert_eq!(marks.found(&file).len(), marks.0.len(), "the file has them all");
        let (media_type, kept) = cleaned(&file);
        // Also past the cleaner, as if it had a hole.
        let (uncleaned, made) = (sent(media_type, &file), sent(media_type, &kept).expect("a picture"));
        let stays_as_it_came = matches!(media_type, MediaType::Heic | MediaType::Pdf);
        let kept = if media_type == MediaType::WebP { &made.cleaned } else { &kept };
        if !stays_as_it_came {
            assert_eq!(marks.found(kept), Vec::<&String>::new(), "{media_type:?}: what is kept");
            let pixels = |bytes: &[u8]| image::load_from_memory(bytes).expect("a picture").to_rgba8();
            assert!(pixels(kept) == pixels(&file), "{media_type:?}: a pixel has changed");
        }
        for (kind, page, bytes) in uncleaned.iter().chain([&made]).flat_map(|decoded| &decoded.made) {
            let what = format!("{media_type:?}, {kind:?} of page {page}");
            assert_eq!(marks.found(bytes), Vec::<&String>::new(), "{what}");
            assert_bare(bytes, &what);
        }
        kinds.extend(marks.0.iter().map(|mark| (format!("{media_type:?}"), mark[14..].to_owned())));
    }
    assert!(kinds.len() >= 100, "{} kinds", kinds.len());
}
