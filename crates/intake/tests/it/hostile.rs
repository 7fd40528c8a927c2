//! Files made to hurt: each is refused, or passes quickly without growing.

use crate::samples::{self, bombs, jpeg, pdf, pixels, png};
use crate::{refusal, take};

#[test]
fn every_prefix_is_refused() {
    for file in samples::all() {
        let is_pdf = file.starts_with(b"%PDF");
        for length in 0..file.len() {
            // A PDF may lack the line end behind its end mark.
            let is_whole = is_pdf && file[..length].ends_with(b"%%EOF");
            assert_eq!(take(&file[..length]).is_ok(), is_whole, "{length} of {} bytes", file.len());
        }
    }
}

#[test]
fn flipped_bits_never_panic_and_what_is_taken_is_clean() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let (mut cases, mut accepted) = (0, 0);
    for file in samples::all() {
        for _ in 0..2_500 {
            let mut bad = file.clone();
            // Half of the flips go into the first bytes, where the structure is.
            for _ in 0..=random(6) {
                let at = if random(2) == 0 { random(bad.len()) } else { random(bad.len().min(200)) };
                bad[at] ^= 1 << random(8);
            }
            cases += 1;
            if let Ok(taken) = take(&bad) {
                accepted += 1;
                assert!(taken.kept.len() <= bad.len() + 64);
                assert_eq!(take(&taken.kept).unwrap().kept, taken.kept);
            }
        }
    }
    assert!(cases >= 25_000 && accepted > 100, "{accepted} of {cases} taken");
}

#[test]
fn headers_that_claim_too_much() {
    let huge = png::whole(png::header(30_000, 30_000, 1, 0, 0), &[], &[0; 4_000]);
    assert_eq!(refusal(&huge), "is 30000 x 30000 pixels; a side of at most 12000 is taken");
    let claim = png::header(0x7FFF_FFFF, 0x7FFF_FFFF, 16, 6, 0);
    assert_eq!(refusal(&claim), "is 2147483647 x 2147483647 pixels; a side of at most 12000 is taken");
    assert!(refusal(&png::header(u32::MAX, 1, 8, 6, 0)).contains("a side of at most 12000"));
    let frame = jpeg::segment(0xC2, &[8, 0xFF, 0xDC, 0xFF, 0xDC, 1, 1, 0x11, 0]);
    let claim = [vec![0xFF, 0xD8], frame].concat();
    assert_eq!(refusal(&claim), "is 65500 x 65500 pixels; a side of at most 12000 is taken");
    assert!(refusal(b"GIF89a\xFF\xFF\xFF\xFF\x80\0\0\0\0\0\xFF\xFF\xFF,").starts_with("is a GIF image"));
    let interlaced = png::header(8_000, 8_000, 16, 6, 1);
    assert_eq!(refusal(&interlaced), "is 8000 x 8000 pixels; at most 50,000,000 pixels are taken");
}

#[test]
fn packed_bombs_in_a_png() {
    let profile = png::with(&png::iccp_packed("x", &bombs::zlib(1_000_000)));
    assert_eq!(refusal(&profile), "contains a colour profile of more than 1 MiB, which is not taken");
    let long = png::with(&png::iccp_packed("x", &vec![0; 1024 * 1024]));
    assert_eq!(refusal(&long), "contains a colour profile of more than 1 MiB, which is not taken");
    let text = png::chunk(*b"zTXt", &[b"x\0\0", bombs::zlib(1_000_000).as_slice()].concat());
    assert_eq!(take(&png::with(&text)).unwrap().kept, png::plain());
    let exif = png::with(&png::chunk(*b"eXIf", &vec![0; 2_000_000]));
    assert_eq!(take(&exif).unwrap().kept, png::plain());
}

#[test]
fn too_many_chunks_and_segments() {
    let texts = |count| png::with(&png::chunk(*b"tEXt", b"k\0v").repeat(count));
    assert_eq!(take(&texts(10_000)).unwrap().kept, png::plain());
    assert!(refusal(&texts(10_001)).contains("more than 10000 chunks that aren't its picture"));
    assert!(refusal(&texts(200_000)).contains("more than 10000 chunks"));
    let empty = png::chunk(*b"IDAT", &[]).repeat(60_000);
    assert!(refusal(&[png::header(5, 5, 8, 0, 0), empty].concat()).contains("more than 50000 chunks"));
    let comments = jpeg::with(&jpeg::segment(0xFE, b"").repeat(20_000));
    assert_eq!(refusal(&comments), "is damaged: the JPEG has more than 10000 segments");
}

#[test]
fn progressive_scans_are_counted() {
    let at = jpeg::progressive(200, 99);
    assert_eq!(pixels(&take(&at).unwrap().kept), pixels(&at));
    assert_eq!(refusal(&jpeg::progressive(200, 100)), "is a JPEG of more than 100 scans, which is not taken");
    assert!(refusal(&jpeg::progressive(200, 20_000)).contains("more than 100 scans"));
    assert!(refusal(&jpeg::progressive(8_000, 90)).contains("at most 50,000,000 pixels"));
}

#[test]
fn more_picture_data_than_picture() {
    let rows: Vec<u8> = (0..40_000_u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    let file = png::whole(png::header(5, 5, 8, 0, 0), &[], &rows);
    assert_eq!(refusal(&file), "is damaged: the PNG has more picture data than its header has pixels");
}

#[test]
fn a_pdf_is_not_unpacked_but_for_its_objects() {
    let bomb = bombs::zlib(2_000_000);
    let content = pdf::stream("/Filter/FlateDecode", &bomb);
    assert_eq!(take(&pdf::one_page(vec![content])).unwrap().pages, Some(1));
    let objects = pdf::stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &bomb);
    assert!(
        refusal(&pdf::one_page(vec![objects])).starts_with("contains an object stream of more than 4 MiB")
    );
    let table = pdf::stream("/Type/XRef/Size 9/W[1 2 1]/Root 1 0 R/Filter/FlateDecode", &bomb);
    assert_eq!(take(&pdf::one_page(vec![table])).unwrap().pages, Some(1));
    for filter in [
        "/Filter[/FlateDecode/FlateDecode]",
        "/Filter/LZWDecode",
        "/Filter 5 0 R",
        "/Filter/DCTDecode",
        "/Filter/FlateDecode/DecodeParms<</Predictor 12>>",
    ] {
        let objects = pdf::stream(&format!("/Type/ObjStm/N 1/First 4{filter}"), &bomb);
        let text = refusal(&pdf::one_page(vec![objects]));
        assert_eq!(text, "is a PDF with objects in an unusual packing, which is not taken", "{filter}");
    }
}

#[test]
fn object_streams_share_a_budget() {
    let packed = |size| {
        let zeros = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; size], 1);
        pdf::stream("/Type/ObjStm/N 0/First 0/Filter/FlateDecode", &zeros)
    };
    let largest = packed(4 * 1024 * 1024);
    assert_eq!(take(&pdf::one_page(vec![largest.clone(); 8])).unwrap().pages, Some(1));
    let text = "contains an object stream of more than 4 MiB, or 32 MiB of them, which is not taken";
    assert_eq!(refusal(&pdf::one_page(vec![largest; 9])), text);
    assert_eq!(refusal(&pdf::one_page(vec![packed(4 * 1024 * 1024 + 1)])), text);
}

#[test]
fn a_pdf_cannot_make_us_walk_in_circles() {
    let page = pdf::PAGE.as_bytes().to_vec();
    let tail_biter = b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>".to_vec();
    let file = pdf::file(&[pdf::CATALOG.into(), tail_biter, page.clone()], "");
    assert_eq!(refusal(&file), "is damaged: the PDF has no pages");
    let twice = b"<</Type/Pages/Kids[3 0 R 2 0 R 3 0 R]/Count 2>>".to_vec();
    assert_eq!(take(&pdf::file(&[pdf::CATALOG.into(), twice, page.clone()], "")).unwrap().pages, Some(1));
    let objects = [pdf::CATALOG.into(), pdf::PAGES.into(), page];
    assert_eq!(take(&pdf::file(&objects, "/Prev 0")).unwrap().pages, Some(1));
    assert_eq!(take(&pdf::file(&objects, "/Size 2000000000")).unwrap().pages, Some(1));
    let kids: String = (5..20_005).map(|i| format!("{i} 0 R ")).collect();
    let mut objects = vec![pdf::CATALOG.into(), b"<</Type/Pages/Kids 4 0 R>>".to_vec(), pdf::PAGE.into()];
    objects.push(format!("[3 0 R {kids}]").into_bytes());
    objects.extend(vec![b"<</Type/Pages/Kids 4 0 R>>".to_vec(); 20_000]);
    assert_eq!(take(&pdf::file(&objects, "")).unwrap().pages, Some(1), "a shared list is walked once");
    let own_length = b"<</Length 4 0 R>>stream\nabc\nendstream".to_vec();
    assert_eq!(take(&pdf::one_page(vec![own_length])).unwrap().pages, Some(1));
}

#[test]
fn a_pdf_cannot_nest_or_multiply_without_end() {
    let deep = [&b"<</X "[..], &b"[".repeat(100_000), &b"]".repeat(100_000), b">>"].concat();
    assert!(refusal(&pdf::one_page(vec![deep])).ends_with("more than 200 deep"));
    let parentheses = [b"(".repeat(100_000), b")".repeat(100_000)].concat();
    assert_eq!(take(&pdf::one_page(vec![parentheses])).unwrap().pages, Some(1));
    let many = b"1\nendobj\n9 0 obj ".repeat(110_000);
    assert_eq!(refusal(&pdf::one_page(vec![many])), "contains more than 100,000 objects, which is not taken");
    let kids = [&b"<</Type/Pages/Kids["[..], &b"3 0 R ".repeat(110_000), b"]>>"].concat();
    assert!(refusal(&pdf::one_page(vec![kids])).contains("more than 100,000 objects"));
    let crowded = pdf::stream("/Type/ObjStm/N 10001/First 4", b"5 0 <<>>");
    assert!(refusal(&pdf::one_page(vec![crowded])).contains("more than 10,000 objects"));
    let shared: Vec<u8> = [b"5 0 ".repeat(1_000), b"<<>>".to_vec()].concat();
    let overlapping = pdf::stream("/Type/ObjStm/N 1000/First 4000", &shared);
    let file = pdf::one_page(vec![overlapping]);
    assert_eq!(take(&file).unwrap().pages, Some(1), "members that share bytes are read once");
}
