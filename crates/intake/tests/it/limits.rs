//! Every limit: at, one under, one over, and from the header alone.

use aws_lc_rs::digest;
use proofdesk_intake::{Limits, MediaType, Receiver, Refusal, second_look};

use crate::samples::{heic, jpeg, pdf, png, webp};
use crate::{refusal, take};

const MIB_20: usize = 20 * 1024 * 1024;

#[test]
fn the_byte_limit_is_exact() {
    for (size, is_taken) in [(MIB_20 - 1, true), (MIB_20, true), (MIB_20 + 1, false)] {
        let mut file = jpeg::plain();
        file.resize(size, 0);
        let taken = take(&file);
        assert_eq!(taken.is_ok(), is_taken, "{size}");
        if let Ok(taken) = taken {
            assert_eq!(taken.sha256, digest::digest(&digest::SHA256, &file).as_ref());
        }
    }
}

#[test]
fn the_byte_limit_holds_while_bytes_come() {
    let mut receiver = Receiver::new(Limits { bytes: 1000, ..Limits::default() });
    let mut kept = Vec::new();
    receiver.push(b"%PDF-1.7", &mut kept).unwrap();
    receiver.push(&[b' '; 992], &mut kept).unwrap();
    let refused = receiver.push(b"x", &mut kept).unwrap_err();
    assert_eq!(refused.to_string(), "is more than 1,000 bytes; at most 1,000 bytes are taken");
    assert_eq!(kept.len(), 1000);
    assert_eq!(receiver.push(b"x", &mut kept), Err(refused.clone()), "a refusal is final");
    assert_eq!(receiver.finish(), Err(refused));
}

#[test]
fn an_announced_length_is_judged_before_a_byte_is_read() {
    let limits = Limits::default();
    assert_eq!(limits.check_length(20_971_520), Ok(()));
    let refused = limits.check_length(24_117_248).unwrap_err();
    assert_eq!(refused.to_string(), "is 24,117,248 bytes; at most 20,971,520 bytes (20 MiB) are taken");
    let look = second_look(MediaType::Pdf, &[0; 11], Limits { bytes: 10, ..limits });
    assert_eq!(look, Err(Refusal::TooLarge { bytes: 11, limit: 10 }));
}

/// Sizes at the edges, and whether they are taken.
const SIZES: [(u32, u32, bool); 9] = [
    (11_999, 1, true),
    (12_000, 1, true),
    (12_001, 1, false),
    (1, 12_000, true),
    (1, 12_001, false),
    (10_000, 4_999, true),
    (10_000, 5_000, true),
    (10_000, 5_001, false),
    (12_000, 4_167, false),
];

#[test]
fn dimensions_are_judged_from_the_header_alone() {
    for (width, height, is_taken) in SIZES {
        let mut receiver = Receiver::new(Limits::default());
        let header = png::header(width, height, 8, 6, 0);
        assert_eq!(receiver.push(&header, &mut Vec::new()).is_ok(), is_taken, "PNG {width} x {height}");

        let frame =
            [&[8][..], &height.to_be_bytes()[2..], &width.to_be_bytes()[2..], &[1, 1, 0x11, 0]].concat();
        let mut receiver = Receiver::new(Limits::default());
        let header = [vec![0xFF, 0xD8], jpeg::segment(0xC0, &frame)].concat();
        assert_eq!(receiver.push(&header, &mut Vec::new()).is_ok(), is_taken, "JPEG {width} x {height}");

        assert_eq!(take(&heic::single(width, height)).is_ok(), is_taken, "HEIC {width} x {height}");
        assert_eq!(take(&heic::grid(width, height)).is_ok(), is_taken, "HEIC grid {width} x {height}");

        let lossy = webp::lossy(width as u16, height as u16);
        assert_eq!(take(&webp::riff(&lossy)).is_ok(), is_taken, "WebP {width} x {height}");
        let extended = [webp::vp8x(0, width, height), lossy].concat();
        assert_eq!(take(&webp::riff(&extended)).is_ok(), is_taken, "extended WebP {width} x {height}");
    }
}

#[test]
fn refusals_say_what_was_found_and_what_is_taken() {
    assert_eq!(
        refusal(&heic::single(14_000, 9_000)),
        "is 14000 x 9000 pixels; a side of at most 12000 is taken"
    );
    assert_eq!(
        refusal(&heic::single(10_000, 5_001)),
        "is 10000 x 5001 pixels; at most 50,000,000 pixels are taken"
    );
    assert_eq!(refusal(&pdf::of_pages(1_021)), "has 1,021 pages; at most 20 are taken");
    let empty = png::header(0, 5, 8, 6, 0);
    assert_eq!(refusal(&empty), "is damaged: its header gives a picture without pixels");
}

#[test]
fn pages_are_counted() {
    for (pages, is_taken) in [(1, true), (19, true), (20, true), (21, false)] {
        let taken = take(&pdf::of_pages(pages));
        assert_eq!(taken.is_ok(), is_taken, "{pages}");
        assert_eq!(taken.ok().and_then(|taken| taken.pages), is_taken.then_some(pages as u32));
    }
}

#[test]
fn other_limits_can_be_set() {
    let limits = Limits { side: 30, ..Limits::default() };
    let mut receiver = Receiver::new(limits);
    let refused = receiver.push(&jpeg::plain(), &mut Vec::new()).unwrap_err();
    assert_eq!(refused, Refusal::SideTooLong { width: 37, height: 29, limit: 30 });
}
