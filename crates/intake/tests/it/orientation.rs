//! The orientation is the one thing of EXIF that stays, as an independent reader sees it.

use std::io::Cursor;

use exif::{In, Reader, Tag};

use crate::samples::tiff::{self, Order, Part};
use crate::samples::{jpeg, png, webp};
use crate::take;

/// All fields of the EXIF block, and the orientation.
fn read(file: &[u8]) -> Option<(usize, u32)> {
    let exif = Reader::new().read_from_container(&mut Cursor::new(file)).ok()?;
    let orientation = exif.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0)?;
    Some((exif.fields().count(), orientation))
}

fn files(order: Order, orientation: Option<u16>, part: Part) -> [Vec<u8>; 4] {
    let block = tiff::block(order, orientation, part);
    let prefixed = [b"Exif\0\0", block.as_slice()].concat();
    [
        jpeg::with(&jpeg::segment(0xE1, &prefixed)),
        png::with(&png::chunk(*b"eXIf", &block)),
        png::with_at_end(&png::chunk(*b"eXIf", &block)),
        webp::extended(&[], &[(*b"EXIF", block)]),
    ]
}

#[test]
fn the_orientation_survives_alone() {
    for order in [Order::Little, Order::Big] {
        for orientation in 2..=8 {
            for file in files(order, Some(orientation), Part::Gps) {
                assert!(read(&file).unwrap().0 > 1, "the sample has more fields");
                let kept = take(&file).unwrap().kept;
                assert_eq!(read(&kept), Some((1, orientation.into())), "{order:?}");
            }
        }
    }
}

#[test]
fn an_upright_or_senseless_orientation_leaves_no_exif() {
    for orientation in [None, Some(0), Some(1), Some(9), Some(0xFFFF)] {
        for file in files(Order::Little, orientation, Part::Make) {
            let kept = take(&file).unwrap().kept;
            assert!(Reader::new().read_from_container(&mut Cursor::new(kept)).is_err(), "{orientation:?}");
        }
    }
}

#[test]
fn the_first_exif_of_a_jpeg_counts() {
    let exif = |orientation| {
        let block = tiff::block(Order::Big, Some(orientation), Part::Nothing);
        jpeg::segment(0xE1, &[b"Exif\0\0", block.as_slice()].concat())
    };
    let kept = |first, second| take(&jpeg::with(&[exif(first), exif(second)].concat())).unwrap().kept;
    assert_eq!(kept(6, 3), jpeg_with_own_exif(6));
    assert!(read(&kept(1, 3)).is_none());
}

fn jpeg_with_own_exif(orientation: u16) -> Vec<u8> {
    let block = tiff::block(Order::Big, Some(orientation), Part::Nothing);
    let segment = jpeg::segment(0xE1, &[b"Exif\0\0", block.as_slice()].concat());
    take(&jpeg::with(&segment)).unwrap().kept
}

#[test]
fn webp_flags_follow_what_is_kept() {
    let with_orientation = webp::extended(&[], &[(*b"EXIF", tiff::block(Order::Big, Some(8), Part::Make))]);
    let without = webp::extended(&[], &[(*b"XMP ", b"<x/>".to_vec())]);
    assert_eq!(take(&with_orientation).unwrap().kept[20], 0x18);
    assert_eq!(take(&without).unwrap().kept[20], 0x10);
}

#[test]
fn exif_with_its_jpeg_header_is_read_in_webp() {
    let block = [b"Exif\0\0", tiff::block(Order::Big, Some(5), Part::Make).as_slice()].concat();
    let kept = take(&webp::extended(&[], &[(*b"EXIF", block)])).unwrap().kept;
    assert_eq!(read(&kept), Some((1, 5)));
}

#[test]
fn impossible_directories_are_no_orientation() {
    let good = tiff::block(Order::Big, Some(6), Part::Nothing);
    for (at, byte) in [(0, b'X'), (3, 0), (4, 0xFF), (7, 0xFF), (9, 0), (13, 9), (17, 2)] {
        let mut block = good.clone();
        block[at] = byte;
        let kept = take(&png::with(&png::chunk(*b"eXIf", &block))).unwrap().kept;
        assert!(read(&kept).is_none(), "byte {at}");
    }
}
