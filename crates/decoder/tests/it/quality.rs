//! Where the limits of quality lie: on drawn cards, sharp and degraded.

use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use proofdesk_decoder::Pool;
use proofdesk_decoder::quality::{Flaw, Measures, flaws};
use proofdesk_intake::MediaType;

use crate::child::{decode, options};
use crate::samples;

/// A card with lines of small marks, as text is seen, on a plain table.
fn card(paper: u8, ink: u8, table: u8) -> GrayImage {
    GrayImage::from_fn(1600, 1200, |x, y| {
        let on_card = (300..1300).contains(&x) && (300..900).contains(&y);
        let in_line = (400..1200).contains(&x) && (400..800).contains(&y) && (y / 12) % 3 == 0;
        let mark = (x / 5 + (y / 12) * 7) % 3 == 0 && (x / 40 + y / 36) % 5 != 0;
        Luma([if on_card && in_line && mark {
            ink
        } else if on_card {
            paper
        } else {
            table
        }])
    })
}

fn noisy(picture: &GrayImage, most: i32) -> GrayImage {
    let mut state = 1_u32;
    let mut noisy = picture.clone();
    for pixel in noisy.pixels_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 16) as i32 % (2 * most + 1) - most;
        pixel.0[0] = (i32::from(pixel.0[0]) + noise).clamp(0, 255) as u8;
    }
    noisy
}

/// The samples, and what has to be found in each.
fn cases() -> Vec<(String, GrayImage, Vec<Flaw>)> {
    let good = card(210, 40, 120);
    let mut cases = vec![
        ("sharp".to_owned(), good.clone(), vec![]),
        ("sharp, noise of 10".to_owned(), noisy(&good, 10), vec![]),
        ("white page, sharp".to_owned(), card(255, 20, 255), vec![]),
        ("low contrast, sharp".to_owned(), card(170, 90, 120), vec![]),
        ("dim, sharp".to_owned(), card(110, 20, 60), vec![]),
        ("dark".to_owned(), card(40, 10, 20), vec![Flaw::Dark]),
        ("dark, noise of 10".to_owned(), noisy(&card(40, 10, 20), 10), vec![Flaw::Dark]),
        ("blown out".to_owned(), card(255, 248, 255), vec![Flaw::Overexposed]),
    ];
    for (radius, found) in [(1.0, vec![]), (6.0, vec![Flaw::Blurred]), (10.0, vec![Flaw::Blurred])] {
        cases.push((format!("blurred, radius {radius}"), image::imageops::blur(&good, radius), found));
    }
    let noisy_blur = noisy(&image::imageops::blur(&good, 8.0), 6);
    cases.push(("blurred, radius 8, noise of 6".to_owned(), noisy_blur, vec![Flaw::Blurred]));
    cases
}

fn measured(pool: &Pool, runtime: &tokio::runtime::Runtime, picture: GrayImage) -> Measures {
    let jpeg = samples::written(&DynamicImage::ImageLuma8(picture), ImageFormat::Jpeg);
    let made = runtime.block_on(decode(pool, MediaType::Jpeg, &jpeg)).expect("a picture");
    made.measures.expect("measures")
}

/// The table in `docs/files.md` is what this prints: `cargo nextest run -p proofdesk-decoder quality --no-capture`.
#[test]
#[expect(clippy::print_stdout, reason = "the table is for the documentation")]
fn degraded_cards_are_told_from_good_ones() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let pool = runtime.block_on(async { Pool::new(options()) });
    let mut wrong = Vec::new();
    for (name, picture, expected) in cases() {
        let size = picture.dimensions();
        let m = measured(&pool, &runtime, picture);
        let found = flaws(m, size, false);
        println!("| {name} | {} | {} | {} | {} | {found:?} |", m.mean, m.dark, m.bright, m.sharpness);
        if found != expected {
            wrong.push((name, m, found, expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sizes_are_judged_at_their_edge() {
    let good = Measures { mean: 128, dark: 0, bright: 0, sharpness: 5_000 };
    assert_eq!(flaws(good, (600, 900), false), []);
    assert_eq!(flaws(good, (900, 599), false), [Flaw::Small]);
    assert_eq!(flaws(good, (400, 400), true), []);
    assert_eq!(flaws(good, (399, 400), true), [Flaw::Small]);
}
