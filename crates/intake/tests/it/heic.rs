//! HEIC: whose size counts, and what is refused.

use crate::samples::heic::{boxed, file, ftyp, full, grid, meta, single};
use crate::{refusal, take};

#[test]
fn the_primary_pictures_size_counts_and_the_file_is_kept() {
    for (sample, size) in [(single(4032, 3024), (4032, 3024)), (grid(4032, 3024), (4032, 3024))] {
        let taken = take(&sample).unwrap();
        assert_eq!(taken.size, Some(size));
        assert_eq!(taken.kept, sample);
    }
}

#[test]
fn every_size_in_the_file_is_held_to_the_limits() {
    let tile = file(&meta(&[b"grid", b"hvc1"], &[(20_000, 512), (1024, 768)], &[(1, 2), (2, 1)]));
    assert_eq!(refusal(&tile), "is 20000 x 512 pixels; a side of at most 12000 is taken");
}

#[test]
fn the_description_has_to_add_up() {
    let boxes = "is damaged: the boxes of the HEIC don't add up";
    let one =
        |items: &[&[u8; 4]], owners: &[(u16, u8)]| refusal(&file(&meta(items, &[(8, 8), (9, 9)], owners)));
    let good = meta(&[b"hvc1"], &[(8, 8)], &[(1, 1)]);
    let start = ftyp(*b"heic", &[b"mif1"]);
    let data = boxed(*b"mdat", b"x");
    for (found, text) in [
        (one(&[b"hvc1"], &[]), "is damaged: the HEIC doesn't state its picture's size"),
        (one(&[b"hvc1"], &[(1, 9)]), "is damaged: the HEIC doesn't state its picture's size"),
        (one(&[b"hvc1"], &[(1, 1), (1, 2)]), "is damaged: the HEIC states two sizes of its picture"),
        (one(&[], &[(1, 1)]), boxes),
        (
            one(&[b"av01"], &[(1, 1)]),
            "is a HEIC whose main picture is neither HEVC nor a grid of it, which is not taken",
        ),
        (
            refusal(&[start.clone(), data.clone()].concat()),
            "ends early: the HEIC has no description of its picture",
        ),
        (refusal(&[start.clone(), good.clone()].concat()), "ends early: the HEIC has no picture data"),
        (refusal(&[start.clone(), good.clone(), good.clone(), data.clone()].concat()), boxes),
        (
            refusal(&[start.clone(), good.clone(), data.clone(), boxed(*b"moov", b"")].concat()),
            "is a HEIC with moving pictures, which is not taken",
        ),
        (
            refusal(&[start.clone(), good.clone(), data.clone(), b"trailing ZIP".to_vec()].concat()),
            "ends early: a box of the HEIC is longer than the file",
        ),
        (refusal(&[start.clone(), good.clone(), data.clone(), boxed(*b"PK\x03\x04", b"")].concat()), boxes),
        (refusal(&[start.clone(), full(*b"meta", 0, b"\0\0\0\x02pitm"), data.clone()].concat()), boxes),
    ] {
        assert_eq!(found, text);
    }
    let endless = [start, good, boxed(*b"free", b"").repeat(3_000), data].concat();
    assert_eq!(refusal(&endless), "is damaged: the HEIC has too many boxes");
}

#[test]
fn items_are_counted() {
    let many: Vec<&[u8; 4]> = vec![b"hvc1"; 2_001];
    assert_eq!(refusal(&file(&meta(&many, &[(8, 8)], &[(1, 1)]))), "is damaged: the HEIC has too many items");
}

#[test]
fn long_and_open_ended_boxes_are_read() {
    let mut long = [&1_u32.to_be_bytes()[..], b"mdat", &24_u64.to_be_bytes(), &[7; 8]].concat();
    let start = [ftyp(*b"heic", &[b"mif1"]), meta(&[b"hvc1"], &[(8, 8)], &[(1, 1)])].concat();
    assert!(take(&[start.clone(), long.clone()].concat()).is_ok());
    long[8] = 0xFF;
    assert!(refusal(&[start.clone(), long.clone()].concat()).contains("longer than the file"));
    long[8..16].copy_from_slice(&15_u64.to_be_bytes());
    assert!(refusal(&[start.clone(), long].concat()).contains("don't add up"));
    let open = [&[0; 4][..], b"mdat", &[7; 50]].concat();
    assert!(take(&[start, open].concat()).is_ok());
}
