//! WebP: what is let through and what is refused.

use crate::samples::webp::{HEIGHT, WIDTH, chunk, extended, lossy, picture, plain, riff, vp8x};
use crate::samples::{pixels, profile};
use crate::{contains, refusal, take};

#[test]
fn a_plain_file_keeps_its_bytes() {
    let taken = take(&plain()).unwrap();
    assert_eq!(taken.kept, plain());
    assert_eq!(taken.size, Some((WIDTH, HEIGHT)));
}

#[test]
fn a_colour_profile_stays() {
    let file = extended(&[(*b"ICCP", profile(301))], &[(*b"XMP ", b"<x/>".to_vec())]);
    let kept = take(&file).unwrap().kept;
    assert_eq!(kept, extended(&[(*b"ICCP", profile(301))], &[]));
    assert_eq!(pixels(&kept), pixels(&file));
}

#[test]
fn a_lossy_picture_keeps_its_alpha() {
    let alpha = chunk(*b"ALPH", &[0; 7]);
    let chunks = [vp8x(0x10, 40, 30), alpha, lossy(40, 30)].concat();
    let file = riff(&[chunks.clone(), chunk(*b"EXIF", b"nothing")].concat());
    let taken = take(&file).unwrap();
    assert_eq!(taken.kept, riff(&chunks));
    assert_eq!(taken.size, Some((40, 30)));
}

#[test]
fn animations_are_refused() {
    let text = "is an animated WebP, which is not taken";
    assert_eq!(refusal(&riff(&[vp8x(0x02, WIDTH, HEIGHT), picture()].concat())), text);
    for kind in [*b"ANIM", *b"ANMF"] {
        assert_eq!(refusal(&extended(&[(kind, vec![0; 24])], &[])), text);
    }
}

#[test]
fn canvas_and_picture_have_to_agree() {
    let text = "is damaged: the WebP's canvas and picture differ in size";
    assert_eq!(refusal(&riff(&[vp8x(0, WIDTH + 1, HEIGHT), picture()].concat())), text);
    let huge = riff(&[vp8x(0, 1 << 24, 1 << 24), lossy(8, 8)].concat());
    assert_eq!(refusal(&huge), "is 16777216 x 16777216 pixels; a side of at most 12000 is taken");
    let huge = riff(&[vp8x(0, 8, 8), lossy(16_383, 16_383)].concat());
    assert_eq!(refusal(&huge), "is 16383 x 16383 pixels; a side of at most 12000 is taken");
}

#[test]
fn chunks_have_to_add_up() {
    let damaged = "is damaged: the chunks of the WebP don't add up";
    let twice = "is damaged: the WebP has two pictures";
    let mut interframe = lossy(8, 8);
    interframe[8] |= 1;
    let mut version = picture();
    version[12] |= 0xE0;
    let alpha = chunk(*b"ALPH", &[0; 4]);
    for (chunks, text) in [
        ([picture(), picture()].concat(), twice),
        ([vp8x(0, WIDTH, HEIGHT), alpha.clone(), picture()].concat(), twice),
        ([alpha, lossy(8, 8)].concat(), damaged),
        ([picture(), vp8x(0, WIDTH, HEIGHT)].concat(), damaged),
        ([chunk(*b"VP8X", &[0; 9]), picture()].concat(), damaged),
        (interframe, damaged),
        (version, damaged),
        (b"VP8L\xFF\xFF\xFF\xFFxx".to_vec(), damaged),
        ([picture(), b"abc".to_vec()].concat(), damaged),
        (chunk(*b"JUNK", b"xx"), "ends early: the WebP has no picture"),
        (
            [picture(), chunk(*b"JUNK", b"").repeat(1_001)].concat(),
            "is damaged: the WebP has more than 1000 chunks",
        ),
    ] {
        assert_eq!(refusal(&riff(&chunks)), text);
    }
    let mut short = plain();
    short[4] = short[4].wrapping_add(2);
    assert_eq!(refusal(&short), "ends early: the WebP states more bytes than came");
}

#[test]
fn reserved_bits_are_cleared() {
    let mut file = extended(&[], &[]);
    file[20] |= 0xC1;
    file[21..24].copy_from_slice(b"abc");
    let kept = take(&file).unwrap().kept;
    assert_eq!(kept, extended(&[], &[]));
    assert!(!contains(&kept, b"abc"));
}
