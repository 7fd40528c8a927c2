//! Where the limits of quality lie: on drawn cards, sharp and degraded.

use image::{DynamicImage, GrayImage, Luma};
use proofdesk_decoder::Pool;
use proofdesk_decoder::quality::{Flaw, Measures, flaws};
use proofdesk_intake::MediaType;

use crate::child::{decode, options};

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

/// Moved to the side while the picture was taken: each pixel is the mean of so many.
fn moved(picture: &GrayImage, pixels: u32) -> GrayImage {
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let right = (x + pixels).min(picture.width());
        let sum: u32 = (x..right).map(|x| u32::from(picture.get_pixel(x, y).0[0])).sum();
        Luma([(sum / (right - x)) as u8])
    })
}

/// Taken with so many stops more light, or less (IEC 61966-2-1, by its approximate exponent).
fn exposed(picture: &GrayImage, stops: i32) -> GrayImage {
    let light = |value: u8| (f64::from(value) / 255.0).powf(2.2) * 2_f64.powi(stops);
    let table: Vec<u8> =
        (0..=255).map(|value| (light(value).min(1.0).powf(1.0 / 2.2) * 255.0).round() as u8).collect();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        Luma([table[usize::from(picture.get_pixel(x, y).0[0])]])
    })
}

/// Held askew by so many degrees; four samples for each pixel.
fn askew(picture: &GrayImage, degrees: f64) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let middle = (f64::from(picture.width()) / 2.0, f64::from(picture.height()) / 2.0);
    let sample = |x: f64, y: f64| {
        let (x, y) = (x - middle.0, y - middle.1);
        let at = (x * cos + y * sin + middle.0, y * cos - x * sin + middle.1);
        let inside = at.0 >= 0.0 && at.1 >= 0.0;
        let there = inside.then(|| picture.get_pixel_checked(at.0 as u32, at.1 as u32)).flatten();
        there.map_or(120, |pixel| u32::from(pixel.0[0]))
    };
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let four = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
        Luma([(four.iter().map(|(right, down)| sample(x + right, y + down)).sum::<u32>() / 4) as u8])
    })
}

/// A picture, the quality at which it is written, and what has to be found in it.
struct Case(String, GrayImage, u8, Vec<Flaw>);

/// The quality at which phones write.
const PHONE: u8 = 90;

fn plain_cases() -> Vec<Case> {
    let good = card(210, 40, 120);
    let case = |name: &str, picture, found| Case(name.to_owned(), picture, PHONE, found);
    vec![
        case("sharp", good.clone(), vec![]),
        case("noise of 10", noisy(&good, 10), vec![]),
        case("noise of 25", noisy(&good, 25), vec![]),
        case("askew by 7 degrees", askew(&good, 7.0), vec![]),
        case("white page", card(255, 20, 255), vec![]),
        case("low contrast", card(170, 90, 120), vec![]),
        case("dim", card(110, 20, 60), vec![]),
        case("dark", card(40, 10, 20), vec![Flaw::Dark]),
        case("dark, noise of 10", noisy(&card(40, 10, 20), 10), vec![Flaw::Dark]),
        case("blown out", card(255, 248, 255), vec![Flaw::Overexposed]),
        case("nothing but white", card(255, 255, 255), vec![Flaw::Overexposed]),
        case("nothing but grey", card(120, 120, 120), vec![Flaw::Blurred]),
    ]
}

/// The samples, and what has to be found in each.
fn cases() -> Vec<Case> {
    let good = card(210, 40, 120);
    let mut cases = plain_cases();
    let mut add = |name: String, picture, quality, flaw: Option<Flaw>| {
        cases.push(Case(name, picture, quality, flaw.into_iter().collect()));
    };
    for (radius, flaw) in BLURS {
        add(format!("blurred, radius {radius:.1}"), image::imageops::blur(&good, radius), PHONE, flaw);
    }
    let blur = image::imageops::blur(&good, 8.0);
    add("blurred, radius 8.0, noise of 6".to_owned(), noisy(&blur, 6), PHONE, Some(Flaw::Blurred));
    // Along the movement, edges stay as they are: the measure doesn't find what moved to one side only.
    for pixels in [3, 8, 15, 30] {
        add(format!("moved by {pixels} pixels"), moved(&good, pixels), PHONE, None);
    }
    for quality in [20, 35, 50, 75, 95] {
        add(format!("written at quality {quality}"), good.clone(), quality, None);
    }
    let page = card(235, 60, 220);
    for stops in [-4, -3, -2, -1, 1, 2, 3, 4] {
        let dark = (stops == -4).then_some(Flaw::Dark);
        add(format!("{stops:+} stops of light"), exposed(&good, stops), PHONE, dark);
        let bright = (stops == 4).then_some(Flaw::Overexposed);
        add(format!("bright page, {stops:+} stops"), exposed(&page, stops), PHONE, bright);
    }
    for (width, height, flaw) in [(1200, 900, None), (800, 600, None), (640, 480, Some(Flaw::Small))] {
        let small = image::imageops::resize(&good, width, height, image::imageops::FilterType::Triangle);
        add(format!("{width} x {height}"), small, PHONE, flaw);
    }
    cases
}

const BLURS: [(f32, Option<Flaw>); 9] = [
    (0.5, None),
    (1.0, None),
    (1.5, None),
    (2.0, None),
    (3.0, None),
    (4.0, Some(Flaw::Blurred)),
    (6.0, Some(Flaw::Blurred)),
    (8.0, Some(Flaw::Blurred)),
    (10.0, Some(Flaw::Blurred)),
];

fn measured(
    pool: &Pool,
    runtime: &tokio::runtime::Runtime,
    picture: GrayImage,
    quality: u8,
) -> (Measures, (u32, u32)) {
    let mut jpeg = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality);
    let size = picture.dimensions();
    DynamicImage::ImageLuma8(picture).write_with_encoder(encoder).expect("a JPEG");
    let made = runtime.block_on(decode(pool, MediaType::Jpeg, &jpeg)).expect("a picture");
    (made.measures.expect("measures"), size)
}

/// The page that has the table, and where in it.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/files.md");
const HEAD: &str = "| sample | mean | dark | bright | sharpness | found |\n|---|---|---|---|---|---|\n";

/// The table of the page, as it stands; and with another one in its place.
fn table_of(page: &str) -> (&str, impl Fn(&str) -> String) {
    let (before, rest) = page.split_once(HEAD).expect("the table's head");
    let (table, after) = rest.split_once("\n\n").expect("what follows the table");
    (table, move |rows: &str| format!("{before}{HEAD}{rows}\n\n{after}"))
}

/// The cells of a row: the name, four figures, what was found.
fn cells(row: &str) -> (String, Vec<f64>, String) {
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    let figures = cells[1..5].iter().map(|cell| cell.replace(',', "").parse().expect("a figure"));
    (cells[0].to_owned(), figures.collect(), cells[5].to_owned())
}

/// Whether two rows say the same. Processors round in ways of their own, so figures may differ a little.
fn is_same(row: &str, other: &str) -> bool {
    let ((name, figures, found), (other, others, also)) = (cells(row), cells(other));
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 3.0 + 0.03 * a.abs();
    name == other && found == also && figures.iter().zip(&others).all(near)
}

/// What is found in each sample is what has to be, and the table in `docs/files.md` is what was measured. With
/// `PROOFDESK_WRITE_TABLES=1` the table is written anew.
#[test]
fn degraded_cards_are_told_from_good_ones() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let pool = runtime.block_on(async { Pool::new(options()) });
    let (mut wrong, mut rows) = (Vec::new(), Vec::new());
    for Case(name, picture, quality, expected) in cases() {
        let (m, size) = measured(&pool, &runtime, picture, quality);
        let found = flaws(m, size, false);
        let words = found.iter().map(|flaw| format!("`{}`", flaw.code())).collect::<Vec<_>>().join(", ");
        rows.push(format!("| {name} | {} | {} | {} | {} | {words} |", m.mean, m.dark, m.bright, m.sharpness));
        if found != expected {
            wrong.push((name, m, found, expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", rows.join("\n"));
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let (table, with) = table_of(&page);
    let differs = table.lines().count() != rows.len()
        || table.lines().zip(&rows).any(|(stands, measured)| !is_same(stands, measured));
    if differs && std::env::var_os("PROOFDESK_WRITE_TABLES").is_some() {
        std::fs::write(PAGE, with(&rows.join("\n"))).expect("the page is written");
    } else {
        assert!(!differs, "docs/files.md says otherwise than what was measured:\n{}", rows.join("\n"));
    }
}

#[test]
fn sizes_are_judged_at_their_edge() {
    let good = Measures { mean: 128, dark: 0, bright: 0, sharpness: 5_000 };
    assert_eq!(flaws(good, (600, 900), false), []);
    assert_eq!(flaws(good, (900, 599), false), [Flaw::Small]);
    assert_eq!(flaws(good, (400, 400), true), []);
    assert_eq!(flaws(good, (399, 400), true), [Flaw::Small]);
}
