//! What the papers of the demonstration have in common: their ground, their fields and the word SPECIMEN.

use super::canvas::{Canvas, Colour, between};
use super::font::Text;
use super::shape::{Block, Without};

pub(super) const INK: Colour = [28, 36, 58];
pub(super) const FAINT: Colour = [104, 116, 140];
pub(super) const TABLE: Colour = [214, 210, 202];

/// A sheet with round corners and a shadow, its ground running from one colour to another.
pub(super) fn sheet(canvas: &mut Canvas, sheet: Block, colours: [Colour; 2]) {
    for spread in [10.0, 7.0, 4.0] {
        let shadow = Block {
            left: sheet.left - spread,
            top: sheet.top - spread + 6.0,
            width: sheet.width + 2.0 * spread,
            height: sheet.height + 2.0 * spread,
            corner: sheet.corner + spread,
        };
        canvas.tint(&Without(shadow, sheet), [70, 64, 58], 0.10);
    }
    canvas.fade(&sheet, colours[0], colours[1]);
}

/// Fine waves across a block, as printers of such papers use them.
pub(super) fn waves(canvas: &mut Canvas, block: Block, colours: [Colour; 2]) {
    const LINES: usize = 13;
    for column in 0..block.width as u32 {
        let along = column as f32;
        let colour = between(colours[0], colours[1], along / block.width);
        for line in 0..LINES {
            let part = line as f32 / LINES as f32;
            let swing = (along / 95.0 + part * 9.0).sin() * 46.0 + (along / 37.0 - part * 5.0).sin() * 13.0;
            let y = block.top + block.height * (part + 0.04) + swing;
            if y > block.top + 2.0 && y < block.top + block.height - 3.0 {
                dab(canvas, block.left + along, y, colour);
            }
        }
    }
}

/// A soft dot two pixels high.
fn dab(canvas: &mut Canvas, x: f32, y: f32, colour: Colour) {
    let row = y.floor();
    let lower = y - row;
    canvas.blend(x as u32, row as u32, colour, 0.45 * (1.0 - lower));
    canvas.blend(x as u32, row as u32 + 1, colour, 0.45);
    canvas.blend(x as u32, row as u32 + 2, colour, 0.45 * lower);
}

/// A small label and a value below it.
pub(super) fn field(canvas: &mut Canvas, at: [f32; 2], label: &str, value: &str) {
    Text::new(label, at, 2.0, FAINT).draw(canvas);
    Text::new(value, [at[0], at[1] + 22.0], 3.6, INK).draw(canvas);
}

/// The word SPECIMEN across a sheet.
pub(super) fn specimen(canvas: &mut Canvas, sheet: Block) {
    let dot = sheet.width / 68.0;
    let mut text = Text::new("SPECIMEN", [0.0, 0.0], dot, [176, 28, 44]);
    text.turn = -0.32;
    text.strength = 0.34;
    let [half_width, half_height] = text.size().map(|length| length / 2.0);
    let (sin, cos) = text.turn.sin_cos();
    let middle = [sheet.left + sheet.width / 2.0, sheet.top + sheet.height / 2.0];
    text.at[0] = middle[0] - half_width * cos + half_height * sin;
    text.at[1] = middle[1] - half_width * sin - half_height * cos;
    text.draw(canvas);
}
