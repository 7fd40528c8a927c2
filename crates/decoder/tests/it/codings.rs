//! The ways in which a picture may be coded: each comes out upright and in its colours.

use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proofdesk_decoder::Kind;
use proofdesk_intake::{Limits, MediaType, Receiver};

use crate::bombs::pictures::{webp_clear, webp_lossy};
use crate::bombs::{chunk, png, zlib};
use crate::formats::{assert_upright, decoded, near};
use crate::samples;

/// The view of a file, on the way that every file takes.
fn view(media_type: MediaType, bytes: &[u8]) -> RgbImage {
    let mut receiver = Receiver::new(Limits::default());
    let mut kept = Vec::new();
    receiver.push(bytes, &mut kept).expect("it is taken");
    receiver.finish().expect("it is taken");
    decoded(media_type, &kept).expect("a picture").picture(Kind::View, 1)
}

fn jpeg(picture: &DynamicImage, number: u8, progressive: bool, sampling: SamplingFactor) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_progressive(progressive);
    encoder.set_sampling_factor(sampling);
    let exif = [b"Exif\0\0", &samples::exif(number)[..]].concat();
    encoder.add_app_segment(1, exif).expect("a segment");
    let (rgb, gray) = (picture.to_rgb8(), picture.to_luma8());
    let (pixels, color) = match picture {
        DynamicImage::ImageLuma8(_) => (gray.as_raw(), ColorType::Luma),
        _ => (rgb.as_raw(), ColorType::Rgb),
    };
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    encoder.encode(pixels, width, height, color).expect("a JPEG");
    bytes
}

#[test]
fn jpeg_in_every_sampling_and_orientation_is_upright() {
    use SamplingFactor as S;
    let samplings = [S::F_1_1, S::F_2_1, S::F_1_2, S::F_2_2, S::F_4_1, S::F_4_2, S::F_1_4, S::F_2_4];
    for (place, sampling) in samplings.into_iter().enumerate() {
        for (progressive, number) in [(true, 1 + place as u8), (false, 8 - place as u8)] {
            // Not a whole number of blocks.
            let file = jpeg(&samples::stored(number, 333, 251), number, progressive, sampling);
            let what = format!("{sampling:?}, progressive: {progressive}, orientation {number}");
            assert_eq!(file.windows(2).any(|window| window == [0xff, 0xc2]), progressive, "{what}");
            let seen = view(MediaType::Jpeg, &file);
            assert_eq!(seen.dimensions(), (333, 251), "{what}");
            assert_upright(&seen, &what);
        }
    }
}

#[test]
fn progressive_jpeg_in_every_orientation_is_upright_also_where_it_is_made_smaller() {
    for number in 1..=8 {
        let file = jpeg(&samples::stored(number, 2_400, 1_800), number, true, SamplingFactor::F_2_2);
        let seen = view(MediaType::Jpeg, &file);
        assert_eq!(seen.dimensions(), (2_000, 1_500), "{number}");
        assert_upright(&seen, &format!("progressive, orientation {number}"));
    }
}

#[test]
fn grey_stays_grey() {
    for progressive in [false, true] {
        let gray = DynamicImage::ImageLuma8(samples::drawn(320, 240).to_luma8());
        let seen = view(MediaType::Jpeg, &jpeg(&gray, 1, progressive, SamplingFactor::F_1_1));
        for (pixel, drawn) in seen.pixels().zip(gray.to_luma8().pixels()) {
            assert!(pixel.0.iter().all(|value| value.abs_diff(drawn.0[0]) < 40), "{pixel:?}, {drawn:?}");
        }
    }
}

#[test]
fn inks_have_their_colours() {
    let colours = [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
        [255, 255, 0],
        [255, 255, 255],
        [0, 0, 0],
        [128, 128, 128],
        [200, 120, 40],
    ];
    for (color, progressive) in
        [ColorType::Cmyk, ColorType::CmykAsYcck].map(|color| [(color, false), (color, true)]).concat()
    {
        for [r, g, b] in colours {
            // Adobe's inverted inks: without black, they are the light itself; and black alone for what is grey.
            let inks = if r == g && g == b { [255, 255, 255, r] } else { [r, g, b, 255] };
            let inverted = inks.map(|ink| 255 - ink);
            let mut bytes = Vec::new();
            let mut encoder = Encoder::new(&mut bytes, 95);
            encoder.set_progressive(progressive);
            encoder.encode(&inverted.repeat(64 * 64), 64, 64, color).expect("a JPEG");
            let seen = view(MediaType::Jpeg, &bytes);
            assert!(near(&seen, 32, 32, [r, g, b]), "{color:?}: {r} {g} {b}: {:?}", seen.get_pixel(32, 32));
        }
    }
}

/// The picture's data, pass after pass where it is interlaced; each row begins with its filter, none.
fn rows((width, height): (u32, u32), laced: bool, pixel: impl Fn(u32, u32) -> Vec<u8>) -> Vec<u8> {
    const PASSES: [[u32; 4]; 7] =
        [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
    let passes = if laced { &PASSES[..] } else { &[[0, 0, 1, 1]] };
    let mut data = Vec::new();
    for [x, y, right, down] in passes {
        for row in (*y..height).step_by(*down as usize) {
            data.push(0);
            data.extend((*x..width).step_by(*right as usize).flat_map(|column| pixel(column, row)));
        }
    }
    data
}

/// Red at the top left, blue at the bottom right, and clear between: in every colour type that can be, plain and interlaced.
#[test]
fn png_with_clear_pixels_is_white_there_in_every_depth() {
    const SIZE: (u32, u32) = (67, 45);
    const COLOURS: [[u8; 3]; 3] = [[230, 10, 10], [10, 10, 230], [90, 160, 90]];
    // 0: red, 1: blue, 2: clear.
    let place = |x: u32, y: u32| match (x < 16 && y < 16, x >= SIZE.0 - 16 && y >= SIZE.1 - 16) {
        (true, _) => 0_usize,
        (_, true) => 1,
        _ => 2,
    };
    let wide = |colour: [u8; 3]| colour.iter().flat_map(|value| [*value, *value]).collect::<Vec<_>>();
    let palette = [chunk(b"PLTE", &COLOURS.concat()), chunk(b"tRNS", &[255, 255, 0])].concat();
    let key = chunk(b"tRNS", &COLOURS[2].map(|value| [0, value]).concat());
    let wide_key = chunk(b"tRNS", &wide(COLOURS[2]));
    for laced in [false, true] {
        let file = |kind: [u8; 2], before: &[u8], pixel: &dyn Fn(usize) -> Vec<u8>| {
            let data = rows(SIZE, laced, |x, y| pixel(place(x, y)));
            png(SIZE, [kind[0], kind[1], u8::from(laced)], before, &zlib(&data))
        };
        let clear = |place: usize| if place == 2 { 0 } else { 255 };
        let files = [
            ("palette", file([8, 3], &palette, &|place| vec![place as u8])),
            ("8 bits, a clear colour", file([8, 2], &key, &|place| COLOURS[place].to_vec())),
            ("16 bits, a clear colour", file([16, 2], &wide_key, &|place| wide(COLOURS[place]))),
            (
                "8 bits with opacity",
                file([8, 6], &[], &|place| [&COLOURS[place][..], &[clear(place)]].concat()),
            ),
            (
                "16 bits with opacity",
                file([16, 6], &[], &|place| [wide(COLOURS[place]), vec![clear(place); 2]].concat()),
            ),
        ];
        for (name, file) in files {
            let seen = view(MediaType::Png, &file);
            assert_upright(&seen, &format!("{name}, interlaced: {laced}"));
            assert!(
                near(&seen, 33, 22, [255; 3]),
                "{name}, interlaced: {laced}: {:?}",
                seen.get_pixel(33, 22)
            );
        }
    }
}

#[test]
fn lossy_webp_is_decoded_and_white_where_it_is_clear() {
    let plain = view(MediaType::WebP, &webp_lossy(160, 96));
    assert_eq!(plain.dimensions(), (160, 96));
    assert!(near(&plain, 80, 48, [130; 3]), "{:?}", plain.get_pixel(80, 48));
    // Clear at the left.
    let opacity: Vec<u8> = (0..160 * 96).map(|at| if at % 160 < 80 { 0 } else { 255 }).collect();
    let seen = view(MediaType::WebP, &webp_clear(160, 96, &opacity));
    assert!(near(&seen, 40, 48, [255; 3]) && near(&seen, 120, 48, [130; 3]), "{:?}", seen.get_pixel(120, 48));
}
