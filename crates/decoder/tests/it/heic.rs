//! HEIC as phones make it: a picture of tiles, turned by properties, with other pictures and metadata beside it.

use image::{Rgb, RgbImage, imageops};
use proofdesk_decoder::{DecodeError, Kind};
use proofdesk_intake::{Limits, MediaType, second_look};

use crate::formats::decoded;
use crate::heif::{File, Item, aperture, auxiliary, layout, mirror, size, turn};
use crate::samples;

/// A colour that no picture here has: whatever shows it shows what it must not.
const NEVER: [u8; 3] = [255, 0, 255];

/// The file's view, on the way that every file takes.
fn view(file: &File) -> RgbImage {
    let bytes = file.bytes();
    second_look(MediaType::Heic, &bytes, Limits::default()).expect("it is taken");
    decoded(MediaType::Heic, &bytes).expect("a picture").picture(Kind::View, 1)
}

/// How far two pictures are apart in the mean, and where they are farthest.
fn assert_same(seen: &RgbImage, wanted: &RgbImage, what: &str) {
    assert_eq!(seen.dimensions(), wanted.dimensions(), "{what}");
    let apart = |(a, b): (&u8, &u8)| u64::from(a.abs_diff(*b));
    let all: u64 = seen.iter().zip(wanted.iter()).map(apart).sum();
    let mean = all / wanted.as_raw().len() as u64;
    assert!(mean < 8, "{what}: {mean} apart");
    let never = seen.pixels().filter(|pixel| pixel.0.iter().zip(NEVER).all(|(a, b)| a.abs_diff(b) < 60));
    assert_eq!(never.count(), 0, "{what}: something is seen that must not be");
}

/// A picture in which each square of 64 pixels has a colour of its own.
fn squares(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (column, row) = (x / 64, y / 64);
        Rgb([
            (40 + column * 97 % 160) as u8,
            (60 + row * 61 % 180) as u8,
            (20 + (column + row) * 37 % 90) as u8,
        ])
    })
}

#[test]
fn each_tile_is_in_its_place_and_what_hangs_over_is_cut_off() {
    for (width, height, side) in
        [(256, 192, 64), (300, 200, 128), (128, 64, 64), (65, 129, 64), (640, 64, 64)]
    {
        let drawn = squares(width, height);
        let file = File::of_tiles(&drawn, side, NEVER);
        assert_same(&view(&file), &drawn, &format!("{width} x {height} in tiles of {side}"));
    }
}

#[test]
fn a_phones_photo_is_made_of_tiles() {
    let drawn = samples::drawn(1200, 900).to_rgb8();
    assert_same(&view(&File::of_tiles(&drawn, 512, NEVER)), &drawn, "tiles of 512");
    // Larger than a view: made smaller while the tiles come.
    let large = samples::drawn(4032, 3024).to_rgb8();
    let seen = view(&File::of_tiles(&large, 512, NEVER));
    let wanted = imageops::resize(&large, 2000, 1500, imageops::FilterType::Triangle);
    assert_same(&seen, &wanted, "of 12 million pixels");
}

/// What a property makes of a picture.
#[derive(Clone, Copy, Debug)]
enum Change {
    Turn(u8),
    Mirror(u8),
}

impl Change {
    fn property(self) -> Vec<u8> {
        match self {
            Self::Turn(quarters) => turn(quarters),
            Self::Mirror(axis) => mirror(axis),
        }
    }

    fn of(self, picture: &RgbImage) -> RgbImage {
        match self {
            Self::Turn(1) => imageops::rotate270(picture),
            Self::Turn(2) => imageops::rotate180(picture),
            Self::Turn(3) => imageops::rotate90(picture),
            Self::Turn(_) => picture.clone(),
            Self::Mirror(0) => imageops::flip_vertical(picture),
            Self::Mirror(_) => imageops::flip_horizontal(picture),
        }
    }
}

/// Every turn, alone and with each mirror before or behind it.
fn changes() -> Vec<Vec<Change>> {
    let mut all = vec![vec![Change::Mirror(0)], vec![Change::Mirror(1)]];
    for turn in (0..4).map(Change::Turn) {
        all.push(vec![turn]);
        for mirror in [0, 1].map(Change::Mirror) {
            all.extend([vec![turn, mirror], vec![mirror, turn]]);
        }
    }
    all
}

/// An Exif item that says that the picture has to be turned: what counts are the properties.
fn exif(number: u8) -> Item {
    Item::of(b"Exif", [&[0; 4][..], &samples::exif(number)].concat())
}

#[test]
fn turns_and_mirrors_hold_in_their_order_and_exif_does_not() {
    let drawn = squares(300, 200);
    let (tiles, whole) =
        (File::of_tiles(&drawn, 128, NEVER), File { items: vec![Item::picture(&drawn)], references: vec![] });
    for changes in changes() {
        let wanted = changes.iter().fold(drawn.clone(), |picture, change| change.of(&picture));
        for plain in [&tiles, &whole] {
            let mut file = plain.clone();
            file.items[0].properties.extend(changes.iter().map(|change| change.property()));
            let file = file.beside(b"cdsc", exif(6));
            assert_same(&view(&file), &wanted, &format!("{changes:?}, {} items", file.items.len()));
        }
    }
}

#[test]
fn what_was_cut_away_is_not_seen() {
    let drawn = squares(320, 256);
    let mut framed = RgbImage::from_pixel(448, 384, Rgb(NEVER));
    imageops::replace(&mut framed, &drawn, 64, 96);
    let crop = aperture((320, 256), (64 - (448 - 320) / 2, 96 - (384 - 256) / 2));
    for mut file in [
        File::of_tiles(&framed, 128, NEVER),
        File { items: vec![Item::picture(&framed)], references: vec![] },
    ] {
        file.items[0].properties.extend([crop.clone(), turn(1)]);
        assert_same(&view(&file), &imageops::rotate270(&drawn), "cut and turned");
    }
}

#[test]
fn pictures_beside_the_picture_are_not_seen() {
    let drawn = squares(256, 192);
    let other = || Item::picture(&RgbImage::from_pixel(128, 128, Rgb(NEVER)));
    for plain in
        [File::of_tiles(&drawn, 64, NEVER), File { items: vec![Item::picture(&drawn)], references: vec![] }]
    {
        let file = plain
            .beside(b"thmb", other())
            .beside(b"auxl", other().with(auxiliary("urn:mpeg:hevc:2015:auxid:2")))
            .beside(b"auxl", other().with(auxiliary("urn:com:apple:photo:2020:aux:hdrgainmap")))
            .beside(b"cdsc", exif(3));
        assert_same(&view(&file), &drawn, "with a thumbnail, a depth map and a gain map");
    }
}

#[test]
fn what_is_clear_in_a_heic_is_white() {
    let clear = [0, 0, 255, 0].repeat(64 * 64);
    let heic = heifer::encode_rgba8(64, 64, &clear, &heifer::EncodeOptions::default()).expect("a HEIC");
    let seen = decoded(MediaType::Heic, &heic).expect("a picture").picture(Kind::View, 1);
    assert!(seen.get_pixel(32, 32).0.iter().all(|value| *value > 245), "{:?}", seen.get_pixel(32, 32));
}

/// A picture of four tiles of 64 pixels that was changed.
fn spoilt(spoil: impl FnOnce(&mut File)) -> File {
    let mut file = File::of_tiles(&squares(128, 128), 64, NEVER);
    spoil(&mut file);
    file
}

/// Grids that don't add up, or that claim more than there is.
fn hostile() -> Vec<(&'static str, File)> {
    let grid = |file: &mut File, rows, columns, width, height| {
        file.items[0].data = layout(rows, columns, width, height);
        file.items[0].properties = vec![size(width, height)];
    };
    let many = |file: &mut File| file.references[0].2 = vec![2; 255 * 257];
    let inflated = |file: &mut File| {
        // Of black, which is some bytes for a million pixels.
        file.items[1] = Item::picture(&RgbImage::new(512, 512));
        file.items[1].properties[1] = size(64, 64);
    };
    let nested = |file: &mut File| {
        file.items.push(Item::grid(2, 2, 128, 128));
        file.references.push((*b"dimg", 6, vec![2, 3, 4, 5]));
        file.references[0].2 = vec![6; 4];
    };
    vec![
        ("fewer tiles than rows and columns", spoilt(|file| grid(file, 3, 2, 128, 192))),
        ("more tiles than rows and columns", spoilt(|file| grid(file, 1, 2, 128, 64))),
        ("no tiles", spoilt(|file| file.references.clear())),
        ("tiles that aren't there", spoilt(|file| file.references[0].2 = vec![2, 3, 4, 99])),
        ("65,535 tiles, a pixel of each", spoilt(|file| (grid(file, 255, 257, 257, 255), many(file)).1)),
        ("65,535 tiles, most of them beyond", spoilt(|file| (grid(file, 255, 257, 128, 128), many(file)).1)),
        ("a picture that is larger than its tiles", spoilt(|file| grid(file, 2, 2, 2000, 2000))),
        ("a picture without pixels", spoilt(|file| grid(file, 2, 2, 0, 128))),
        ("a side over the limit", spoilt(|file| grid(file, 2, 2, 12_001, 128))),
        ("more pixels than the limit", spoilt(|file| grid(file, 2, 2, 10_000, 10_000))),
        (
            "a size in the grid over the limit",
            spoilt(|file| {
                file.items[0].data = layout(2, 2, 1 << 31, 1 << 31);
            }),
        ),
        (
            "a size in the grid that isn't the stated one",
            spoilt(|file| {
                file.items[0].data = layout(2, 2, 100, 100);
            }),
        ),
        ("a grid of grids", spoilt(nested)),
        ("a grid of itself", spoilt(|file| file.references[0].2 = vec![1; 4])),
        (
            "tiles of two sizes",
            spoilt(|file| {
                file.items[3] = Item::picture(&squares(128, 64));
            }),
        ),
        ("a grid without its data", spoilt(|file| file.items[0].data.clear())),
        ("a tile without its data", spoilt(|file| file.items[2].data = vec![0, 0, 0, 1, 0x26])),
        ("a tile of metadata", spoilt(|file| file.items[2].kind = *b"Exif")),
        ("tiles that state less than they are", spoilt(inflated)),
    ]
}

/// Each is refused in words, by the look at the boxes or by the child: none ends it.
#[test]
fn grids_that_do_not_add_up_are_refused() {
    for (name, file) in hostile() {
        let bytes = file.bytes();
        if second_look(MediaType::Heic, &bytes, Limits::default()).is_err() {
            continue;
        }
        match decoded(MediaType::Heic, &bytes) {
            Err(DecodeError::Refused(text)) => assert!(text.starts_with("is damaged"), "{name}: {text}"),
            Err(other) => panic!("{name}: {other}"),
            Ok(_) => panic!("{name}: taken"),
        }
    }
}
