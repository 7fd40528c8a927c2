//! PNG: what is let through and what is refused.

use crate::samples::png::{chunk, header, iccp, kinds, whole};
use crate::samples::{pixels, png, profile};
use crate::{contains, refusal, take};

#[test]
fn a_plain_file_keeps_its_bytes() {
    for file in [png::plain(), png::indexed()] {
        assert_eq!(take(&file).unwrap().kept, file);
    }
    assert_eq!(take(&png::plain()).unwrap().size, Some((23, 19)));
}

#[test]
fn what_decides_the_colours_stays() {
    let colours = [
        chunk(*b"cICP", &[1, 13, 0, 1]),
        chunk(*b"gAMA", &45_455_u32.to_be_bytes()),
        chunk(*b"cHRM", &[1; 32]),
        chunk(*b"sRGB", &[0]),
        chunk(*b"sBIT", &[8; 4]),
    ];
    let kept = take(&png::with(&colours.concat())).unwrap().kept;
    assert!(contains(&kept, &colours.concat()));
    let file = png::with(&iccp("monitor of somebody", &profile(600)));
    let kept = take(&file).unwrap().kept;
    assert_eq!(kinds(&kept), ["IHDR", "iCCP", "IDAT", "IEND"]);
    assert!(!contains(&kept, b"monitor"));
    assert_eq!(pixels(&kept), pixels(&file));
}

#[test]
fn colour_chunks_count_once_and_in_their_place() {
    let gamma = chunk(*b"gAMA", &45_455_u32.to_be_bytes());
    assert_eq!(take(&png::with(&gamma.repeat(2))).unwrap().kept, png::with(&gamma));
    assert_eq!(take(&png::with_at_end(&gamma)).unwrap().kept, png::plain());
    assert_eq!(take(&png::with(&chunk(*b"gAMA", &[0; 5]))).unwrap().kept, png::plain());
    assert_eq!(take(&png::with(&chunk(*b"sBIT", &[8; 3]))).unwrap().kept, png::plain());
}

#[test]
fn headers_follow_the_table() {
    let allowed = |depth, colour| match colour {
        0 => [1, 2, 4, 8, 16].contains(&depth),
        2 | 4 | 6 => [8, 16].contains(&depth),
        3 => [1, 2, 4, 8].contains(&depth),
        _ => false,
    };
    for colour in 0..=8 {
        for depth in 0..=17 {
            let text = refusal(&header(5, 5, depth, colour, 0));
            let expected = if allowed(depth, colour) {
                "ends early: the PNG has no end chunk"
            } else {
                "is damaged: the PNG's header doesn't add up"
            };
            assert_eq!(text, expected, "colour {colour}, depth {depth}");
        }
    }
    assert_eq!(refusal(&header(5, 5, 8, 0, 2)), "is damaged: the PNG's header doesn't add up");
}

#[test]
fn the_order_of_chunks_is_held_to() {
    let plain = png::plain();
    let data = chunk(*b"IDAT", &[]);
    let grey = |chunks: &[u8]| refusal(&whole(header(5, 2, 8, 0, 0), chunks, &[0; 12]));
    let indexed = |chunks: &[u8]| refusal(&whole(header(5, 2, 2, 3, 0), chunks, &[0; 6]));
    let palette = |entries: usize| chunk(*b"PLTE", &vec![1; 3 * entries]);
    let start = &plain[..8];
    for (text, found) in [
        ("the PNG does not start with its header", refusal(&[start, &chunk(*b"tEXt", b"a\0b")].concat())),
        ("the PNG does not start with its header", refusal(&[start, &chunk(*b"IHDR", &[0; 14])].concat())),
        ("the PNG has two headers", refusal(&png::with(&plain[8..33]))),
        (
            "the PNG has picture data in two places",
            refusal(&png::with_at_end(&[chunk(*b"tEXt", b"a\0b"), data].concat())),
        ),
        ("the PNG has an unknown critical chunk", refusal(&png::with(&chunk(*b"CgBI", &[0; 4])))),
        ("the PNG has an unknown critical chunk", refusal(&png::with(&chunk(*b"IEND", &[0; 4])))),
        ("the PNG has no palette before its picture", indexed(&[])),
        ("the PNG's palette doesn't add up", indexed(&palette(5))),
        ("the PNG's palette doesn't add up", indexed(&palette(4).repeat(2))),
        ("the PNG's palette doesn't add up", indexed(&chunk(*b"PLTE", &[1; 4]))),
        ("the PNG's palette doesn't add up", grey(&palette(4))),
        ("the PNG's transparency doesn't add up", indexed(&[palette(4), chunk(*b"tRNS", &[0; 5])].concat())),
        ("the PNG's transparency doesn't add up", indexed(&[chunk(*b"tRNS", &[0]), palette(4)].concat())),
        ("the PNG's transparency doesn't add up", grey(&chunk(*b"tRNS", &[0; 3]))),
        ("the PNG's transparency doesn't add up", refusal(&png::with_at_end(&chunk(*b"tRNS", &[0, 0])))),
        ("a chunk of the PNG has an impossible length or kind", refusal(&png::with(&chunk(*b"t xt", b"")))),
        (
            "a chunk of the PNG has an impossible length or kind",
            refusal(&png::with(&[0x80, 0, 0, 0, b't', b'E', b'X', b't'])),
        ),
    ] {
        assert_eq!(found, format!("is damaged: {text}"));
    }
    let empty = [header(5, 5, 8, 0, 0), chunk(*b"IEND", &[])].concat();
    assert_eq!(refusal(&empty), "ends early: the PNG has no picture data");
}

#[test]
fn checksums_of_what_is_kept_are_checked() {
    let file = png::with(&chunk(*b"gAMA", &[0, 0, 0xB1, 0x8F]));
    let wrong = |at: usize| {
        let mut file = file.clone();
        file[at] ^= 1;
        take(&file).map_err(|refusal| refusal.to_string()).map(|_| ())
    };
    let checksum = Err("is damaged: a checksum of the PNG is wrong".to_owned());
    // The header's checksum, gamma's value, the picture's last byte, its checksum, the end's checksum.
    for at in [29, 8 + 25 + 8, file.len() - 17, file.len() - 13, file.len() - 1] {
        assert_eq!(wrong(at), checksum, "byte {at}");
    }
    let mut dropped = png::with(&chunk(*b"tEXt", b"a\0b"));
    dropped[8 + 25 + 8] ^= 1;
    assert_eq!(take(&dropped).unwrap().kept, png::plain(), "what is dropped need not be right");
}

#[test]
fn an_animation_is_kept_as_its_default_image() {
    let control = [&[0, 0, 0, 2][..], &[0; 4]].concat();
    let file = png::with(&[chunk(*b"acTL", &control), chunk(*b"fcTL", &[0; 26])].concat());
    assert_eq!(take(&file).unwrap().kept, png::plain());
}
