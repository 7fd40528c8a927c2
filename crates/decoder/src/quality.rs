//! How good a picture is, by four figures; and what is said of one that a reviewer can hardly use.

use proofdesk_intake::MediaType;

/// What was measured of a picture, on its brightness at a long side of 1,000 pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures {
    /// Mean brightness, 0 to 255.
    pub mean: u32,
    /// Pixels darker than 20 of 255, in a thousand.
    pub dark: u32,
    /// Pixels brighter than 250 of 255, in a thousand.
    pub bright: u32,
    /// How sharp the sharpest places are: the mean square of the Laplacian in the tenth of all blocks of 32 pixels in which
    /// it is largest. Taken there and not everywhere, because most of a good photo of a card is a plain table.
    pub sharpness: u32,
}

/// The shorter side that a document needs, in pixels as handed in.
pub const DOCUMENT_SIDE: u32 = 600;
/// The shorter side that a face needs, in pixels as handed in.
pub const FACE_SIDE: u32 = 400;
/// A picture that is darker in the mean is too dark.
const DARK_MEAN: u32 = 45;
/// Of a picture that is blown out, so much is white (in a thousand): a white page alone has less sharp edges, see below.
const BRIGHT_SHARE: u32 = 600;
/// ... and so bright is its mean.
const BRIGHT_MEAN: u32 = 225;
/// A picture without sharper places is blurred.
const SHARP: u32 = 220;
/// A blown-out picture has no sharper places than this: what is left of text on white paper has.
const FADED: u32 = 1_500;

/// What is wrong with a picture. Never a reason to refuse it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// Too few pixels to read.
    Small,
    /// Too little light.
    Dark,
    /// Too much light: details are gone.
    Overexposed,
    /// Out of focus, or moved.
    Blurred,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Small, Self::Dark, Self::Overexposed, Self::Blurred];

    /// Its code on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Small => "Small",
            Self::Dark => "Dark",
            Self::Overexposed => "Overexposed",
            Self::Blurred => "Blurred",
        }
    }

    /// The flaw with a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flaw| flaw.code() == code)
    }
}

/// What is wrong with a picture of this size; `face` for a photo of a face.
pub fn flaws(measures: Measures, (width, height): (u32, u32), face: bool) -> Vec<Flaw> {
    let side = if face { FACE_SIDE } else { DOCUMENT_SIDE };
    let dark = measures.mean < DARK_MEAN;
    let bright =
        measures.bright >= BRIGHT_SHARE && measures.mean >= BRIGHT_MEAN && measures.sharpness < FADED;
    // Without light nothing is sharp; more light is what to ask for then.
    let blurred = measures.sharpness < SHARP && !dark && !bright;
    let found = [
        (width.min(height) < side, Flaw::Small),
        (dark, Flaw::Dark),
        (bright, Flaw::Overexposed),
        (blurred, Flaw::Blurred),
    ];
    found.into_iter().filter_map(|(is, flaw)| is.then_some(flaw)).collect()
}

/// What a customer is told of a flaw.
pub fn message(flaw: Flaw, face: bool) -> String {
    let side = if face { FACE_SIDE } else { DOCUMENT_SIDE };
    match flaw {
        Flaw::Small => format!("has a short side of less than {side} pixels"),
        Flaw::Dark => "is too dark".to_owned(),
        Flaw::Overexposed => "is too bright: details are gone".to_owned(),
        Flaw::Blurred => "is blurred".to_owned(),
    }
}

/// Whether pictures of a type are measured: a PDF's pages are drawn, and as sharp as can be.
pub fn is_measured(media_type: MediaType) -> bool {
    media_type != MediaType::Pdf
}

/// The side of a block in which sharpness is measured.
const BLOCK: usize = 32;

impl Measures {
    /// Measures a picture of brightness, row by row.
    pub fn of(gray: &[u8], width: usize, height: usize) -> Self {
        let count = gray.len().max(1) as u64;
        let share = |of: &dyn Fn(u8) -> bool| {
            (gray.iter().filter(|value| of(**value)).count() as u64 * 1000 / count) as u32
        };
        let sum: u64 = gray.iter().map(|value| u64::from(*value)).sum();
        Self {
            mean: (sum / count) as u32,
            dark: share(&|value| value < 20),
            bright: share(&|value| value > 250),
            sharpness: sharpness(gray, width, height),
        }
    }

    pub(crate) fn to_words(self) -> [[u8; 4]; 4] {
        [self.mean, self.dark, self.bright, self.sharpness].map(u32::to_le_bytes)
    }

    pub(crate) fn from_words(words: [u8; 16]) -> Self {
        let word = |at: usize| u32::from_le_bytes([words[at], words[at + 1], words[at + 2], words[at + 3]]);
        Self { mean: word(0), dark: word(4), bright: word(8), sharpness: word(12) }
    }
}

fn sharpness(gray: &[u8], width: usize, height: usize) -> u32 {
    let (columns, rows) = (width / BLOCK, height / BLOCK);
    if columns == 0 || rows == 0 {
        return energy(gray, width, (0, 0), (width, height)) as u32;
    }
    let mut blocks: Vec<u64> = (0..rows * columns)
        .map(|block| {
            let at = (block % columns * BLOCK, block / columns * BLOCK);
            energy(gray, width, at, (BLOCK, BLOCK))
        })
        .collect();
    blocks.sort_unstable_by(|a, b| b.cmp(a));
    let best = &blocks[..blocks.len().div_ceil(10)];
    (best.iter().sum::<u64>() / best.len() as u64) as u32
}

/// The mean square of the Laplacian within a block, its outermost pixels left out. Each value is the mean of two by two
/// pixels, so that a camera's noise counts less than an edge.
fn energy(gray: &[u8], width: usize, (left, top): (usize, usize), (wide, high): (usize, usize)) -> u64 {
    let at = |x: usize, y: usize| {
        let first = y * width + x;
        let sum: i64 = [first, first + 1, first + width, first + width + 1]
            .map(|place| i64::from(gray.get(place).copied().unwrap_or_default()))
            .iter()
            .sum();
        sum / 4
    };
    let (mut sum, mut count) = (0_u64, 0_u64);
    for y in top + 2..(top + high).saturating_sub(3) {
        for x in left + 2..(left + wide).saturating_sub(3) {
            let laplacian = at(x - 2, y) + at(x + 2, y) + at(x, y - 2) + at(x, y + 2) - 4 * at(x, y);
            sum += laplacian.unsigned_abs().pow(2);
            count += 1;
        }
    }
    sum / count.max(1)
}
