//! JPEG: what is let through and what is refused.

use crate::samples::{MARKER, jpeg, pixels, profile};
use crate::{contains, refusal, take};

#[test]
fn a_plain_file_keeps_its_bytes() {
    let file = jpeg::plain();
    let taken = take(&file).unwrap();
    assert_eq!(taken.size, Some((37, 29)));
    // But for the density in the JFIF header.
    assert_eq!(taken.kept[20..], file[20..]);
    assert_eq!(taken.kept[..20], *b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
}

#[test]
fn a_colour_profile_stays_in_all_its_parts() {
    for part in [700, 300, 129] {
        let icc = jpeg::icc(&profile(700), part);
        let kept = take(&jpeg::with(&icc)).unwrap().kept;
        assert!(contains(&kept, &icc), "parts of {part}");
    }
}

#[test]
fn a_colour_profile_out_of_order_goes() {
    let parts = jpeg::icc(&profile(700), 350);
    let (first, second) = parts.split_at(parts.len() / 2);
    for wrong in [second.to_vec(), [second, first].concat()] {
        let kept = take(&jpeg::with(&wrong)).unwrap().kept;
        assert!(!contains(&kept, b"ICC_PROFILE"));
    }
    let twice = [first, first, second].concat();
    let kept = take(&jpeg::with(&twice)).unwrap().kept;
    assert_eq!(
        kept.windows(12).filter(|window| window == b"ICC_PROFILE\0").count(),
        1,
        "only the first part is left"
    );
}

#[test]
fn adobes_colour_transform_stays() {
    for transform in 0..=2 {
        let file = jpeg::with(&jpeg::segment(0xEE, &[b"Adobe\0\x65\x80\0\0\0", &[transform][..]].concat()));
        let kept = take(&file).unwrap().kept;
        assert!(contains(&kept, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat()));
        assert_eq!(pixels(&kept), pixels(&file));
    }
    let adobe = |transform| jpeg::segment(0xEE, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat());
    assert_eq!(refusal(&jpeg::with(&adobe(3))), "is damaged: the JPEG names an unknown colour transform");
    let two = [adobe(1), adobe(0)].concat();
    assert_eq!(refusal(&jpeg::with(&two)), "is damaged: the JPEG names two colour transforms");
}

#[test]
fn metadata_between_scans_goes() {
    let file = jpeg::progressive(64, 3);
    let scan = file.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let exif = jpeg::segment(0xE1, &[b"Exif\0\0MM", MARKER].concat());
    let icc = jpeg::icc(&[profile(200), MARKER.to_vec()].concat(), 300);
    let between = [&file[..scan], &exif, &icc, &jpeg::segment(0xFE, MARKER), &file[scan..]].concat();
    assert_eq!(take(&between).unwrap().kept, file);
}

#[test]
fn restart_markers_and_stuffed_bytes_pass() {
    let file = jpeg::progressive(64, 1);
    let scan = jpeg::find(&file, 0xDA) + 10;
    let data = [0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56, 0xFF, 0xD7];
    let with_data = [&file[..scan], &data, &file[scan..]].concat();
    assert_eq!(take(&with_data).unwrap().kept, with_data);
}

#[test]
fn variants_that_decoders_disagree_on_are_refused() {
    let plain = jpeg::plain();
    let frame = jpeg::find(&plain, 0xC0);
    for (code, variant) in [
        (0xC3, "a lossless JPEG"),
        (0xC5, "a hierarchical JPEG"),
        (0xC7, "a hierarchical JPEG"),
        (0xC9, "a JPEG with arithmetic coding"),
        (0xCB, "a JPEG with arithmetic coding"),
        (0xCC, "a JPEG with arithmetic coding"),
        (0xCF, "a JPEG with arithmetic coding"),
        (0xDE, "a hierarchical JPEG"),
        (0xDC, "a JPEG that states its height after the picture"),
    ] {
        let mut file = plain.clone();
        file[frame + 1] = code;
        assert_eq!(refusal(&file), format!("is {variant}, which is not taken"), "{code:X}");
    }
    let with = |at: usize, byte: u8| {
        let mut file = plain.clone();
        file[frame + at] = byte;
        refusal(&file)
    };
    assert_eq!(with(4, 12), "is a JPEG with other than 8 bits for each sample, which is not taken");
    assert_eq!(with(6, 0), "is a JPEG that states its height after the picture, which is not taken");
}

#[test]
fn frame_headers_have_to_add_up() {
    let plain = jpeg::plain();
    let frame = jpeg::find(&plain, 0xC0);
    // Number of components, sampling factors, quantisation table, a component twice.
    for (at, byte) in [(9, 0), (9, 2), (9, 4), (11, 0x01), (11, 0x15), (12, 4), (13, 1)] {
        let mut file = plain.clone();
        file[frame + at] = byte;
        assert_eq!(refusal(&file), "is damaged: the JPEG's frame header doesn't add up", "{at} {byte}");
    }
}

#[test]
fn the_order_of_things_is_held_to() {
    let plain = jpeg::plain();
    let (frame, scan) = (jpeg::find(&plain, 0xC0), jpeg::find(&plain, 0xDA));
    let frame_segment = &plain[frame..frame + 19];
    for (file, text) in [
        (jpeg::with_before(0xDA, frame_segment), "is damaged: the JPEG has two frames"),
        ([&plain[..frame], &plain[scan..]].concat(), "is damaged: the JPEG has a scan before its frame"),
        ([&plain[..scan], &[0xFF, 0xD9]].concat(), "ends early: the JPEG has no picture data"),
        (plain[..plain.len() - 2].to_vec(), "ends early: the JPEG has no end marker"),
        (jpeg::with(&[0xFF, 0xD8]), "is damaged: a marker of the JPEG is not where it has to be"),
        (jpeg::with(&[0xFF, 0xD0]), "is damaged: a marker of the JPEG is not where it has to be"),
        (jpeg::with(&[0xFF, 0x00]), "is damaged: a marker of the JPEG is not where it has to be"),
        (jpeg::with_before(0xDA, b"garbage"), "is damaged: a marker of the JPEG is not where it has to be"),
        (jpeg::with(&[0xFF, 0xE5, 0, 1]), "is damaged: a segment of the JPEG has an impossible length"),
    ] {
        assert_eq!(refusal(&file), text);
    }
    let scan_again = &plain[scan..scan + 14];
    let end = plain.len() - 2;
    let scans = [&plain[..end], &scan_again.repeat(3), &plain[end..]].concat();
    assert_eq!(refusal(&scans), "is damaged: the JPEG has more scans than components");
}

#[test]
fn tables_are_tables_and_nothing_else() {
    let huffman = [&[0, 2][..], &[0; 15], &[1, 2]].concat();
    let quantisation = [&[1][..], &[9; 64]].concat();
    let wide = [&[0x11][..], &[9; 128]].concat();
    let good = [
        jpeg::segment(0xC4, &huffman.repeat(3)),
        jpeg::segment(0xDB, &[quantisation.clone(), wide].concat()),
        jpeg::segment(0xDD, &[0, 4]),
    ];
    assert!(contains(&take(&jpeg::with(&good.concat())).unwrap().kept, &good.concat()));
    let hidden = [huffman.as_slice(), MARKER].concat();
    assert_eq!(
        refusal(&jpeg::with(&jpeg::segment(0xC4, &hidden))),
        "is damaged: a Huffman table of the JPEG doesn't add up"
    );
    let hidden = [quantisation.as_slice(), MARKER].concat();
    let text = "is damaged: a quantisation table of the JPEG doesn't add up";
    assert_eq!(refusal(&jpeg::with(&jpeg::segment(0xDB, &hidden))), text);
    let text = "is damaged: the restart interval of the JPEG doesn't add up";
    assert_eq!(refusal(&jpeg::with(&jpeg::segment(0xDD, MARKER))), text);
}
