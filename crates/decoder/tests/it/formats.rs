//! What is made of each format: upright, of the right size, and nothing but pixels.

use image::{DynamicImage, ImageFormat, RgbImage};
use proofdesk_decoder::{DecodeError, Kind, Pool};
use proofdesk_intake::MediaType;

use crate::child::{Decoded, decode, options};
use crate::samples;

pub(crate) fn decoded(media_type: MediaType, bytes: &[u8]) -> Result<Decoded, DecodeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { decode(&Pool::new(options()), media_type, bytes).await })
}

pub(crate) fn near(picture: &RgbImage, x: u32, y: u32, colour: [u8; 3]) -> bool {
    picture.get_pixel(x, y).0.iter().zip(colour).all(|(is, wanted)| is.abs_diff(wanted) < 40)
}

/// The red corner is at the top left and the blue one at the bottom right, and nowhere else.
pub(crate) fn assert_upright(picture: &RgbImage, what: &str) {
    let (right, bottom) = (picture.width() - 8, picture.height() - 8);
    assert!(near(picture, 8, 8, [230, 10, 10]), "{what}: top left is {:?}", picture.get_pixel(8, 8));
    assert!(near(picture, right, bottom, [10, 10, 230]), "{what}: bottom right");
    assert!(!near(picture, right, 8, [230, 10, 10]) && !near(picture, 8, bottom, [230, 10, 10]), "{what}");
}

#[test]
fn every_orientation_stands_upright() {
    for number in 1..=8 {
        let jpeg = samples::marked_jpeg(number, &samples::stored(number, 800, 600));
        let made = decoded(MediaType::Jpeg, &jpeg).expect("a picture");
        for kind in [Kind::View, Kind::Thumbnail] {
            let picture = made.picture(kind, 1);
            assert!(picture.width() > picture.height(), "{number}");
            assert_upright(&picture, &format!("{number}, {kind:?}"));
        }
    }
}

#[test]
fn renditions_have_the_size_they_should_and_no_more_than_there_is() {
    for (width, height, view, thumbnail) in [
        (4000, 3000, (2000, 1500), (512, 384)),
        (3001, 1500, (2000, 1000), (512, 256)),
        (300, 2400, (250, 2000), (64, 512)),
        (64, 48, (64, 48), (64, 48)),
    ] {
        for (media_type, format) in [(MediaType::Jpeg, ImageFormat::Jpeg), (MediaType::Png, ImageFormat::Png)]
        {
            let bytes = samples::written(&samples::drawn(width, height), format);
            let made = decoded(media_type, &bytes).expect("a picture");
            assert_eq!(made.picture(Kind::View, 1).dimensions(), view, "{format:?}");
            assert_eq!(made.picture(Kind::Thumbnail, 1).dimensions(), thumbnail, "{format:?}");
        }
    }
}

#[test]
fn png_in_every_depth_and_webp_are_decoded() {
    let drawn = samples::drawn(400, 300);
    let depths = [
        DynamicImage::ImageLuma8(drawn.to_luma8()),
        DynamicImage::ImageLumaA16(drawn.to_luma_alpha16()),
        DynamicImage::ImageRgb16(drawn.to_rgb16()),
        DynamicImage::ImageRgba8(drawn.to_rgba8()),
    ];
    for picture in &depths {
        let made = decoded(MediaType::Png, &samples::written(picture, ImageFormat::Png)).expect("a picture");
        assert_eq!(made.picture(Kind::View, 1).dimensions(), (400, 300));
    }
    let made = decoded(MediaType::WebP, &samples::written(&drawn, ImageFormat::WebP)).expect("a picture");
    assert_upright(&made.picture(Kind::View, 1), "WebP");
    assert_eq!((made.found.width, made.found.height), (Some(400), Some(300)));
    assert!(!made.cleaned.is_empty());
}

#[test]
fn what_is_clear_is_white() {
    let clear = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(64, 64, image::Rgba([9, 9, 9, 0])));
    for (media_type, format) in [(MediaType::Png, ImageFormat::Png), (MediaType::WebP, ImageFormat::WebP)] {
        let made = decoded(media_type, &samples::written(&clear, format)).expect("a picture");
        assert!(near(&made.picture(Kind::View, 1), 32, 32, [255, 255, 255]), "{format:?}");
    }
}

#[test]
fn nothing_but_pixels_comes_through() {
    let jpeg = samples::marked_jpeg(1, &samples::drawn(800, 600));
    assert!(holds(&jpeg, samples::MARK), "the sample has it");
    let made = decoded(MediaType::Jpeg, &jpeg).expect("a picture");
    for (kind, _, bytes) in &made.made {
        for mark in [samples::MARK, b"Exif", b"ICC_PROFILE", b"http", b"xmp", b"\xff\xfe"] {
            assert!(!holds(bytes, mark), "{kind:?} holds {}", String::from_utf8_lossy(mark));
        }
    }
}

fn holds(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

#[test]
fn every_page_of_a_pdf_is_drawn() {
    let made = decoded(MediaType::Pdf, &samples::pdf(3)).expect("pages");
    assert_eq!(made.found.pages, Some(3));
    let listed: Vec<_> = made.made.iter().map(|(kind, page, _)| (*kind, *page)).collect();
    assert_eq!(listed, [(Kind::View, 1), (Kind::Thumbnail, 1), (Kind::View, 2), (Kind::View, 3)]);
    let page = made.picture(Kind::View, 3);
    assert_eq!(page.dimensions(), (1500, 2000));
    assert!(near(&page, 100, 100, [255, 0, 0]) && near(&page, 1400, 1900, [255, 255, 255]));
    assert_eq!(made.measures, None);
}

#[test]
fn heic_is_decoded() {
    let drawn = samples::drawn(640, 480).to_rgba8();
    let (width, height) = drawn.dimensions();
    let options = heifer::EncodeOptions::default();
    let heic = heifer::encode_rgba8(width, height, &drawn, &options).expect("a HEIC");
    let made = decoded(MediaType::Heic, &heic).expect("a picture");
    assert_upright(&made.picture(Kind::View, 1), "HEIC");
}

#[test]
fn what_is_no_picture_is_refused_with_words_of_our_own() {
    for (media_type, bytes) in [
        (MediaType::Jpeg, b"\xff\xd8\xff\xe0 quoted secret".to_vec()),
        (MediaType::Png, samples::written(&samples::drawn(64, 64), ImageFormat::Png)[..60].to_vec()),
        (MediaType::Pdf, b"%PDF-1.4\nquoted secret".to_vec()),
    ] {
        let Err(DecodeError::Refused(text)) = decoded(media_type, &bytes) else { panic!("{media_type:?}") };
        assert!(!text.contains("quoted"), "{text}");
    }
}
