//! Capital letters, digits and signs of 5 by 7 dots, drawn at any size and angle with their corners smoothed.

use super::canvas::{Canvas, Colour};

/// Dots from the left edge of a letter to the left edge of the next.
const ADVANCE: f32 = 6.0;
const ROWS: f32 = 7.0;
/// How much of a dot's neighbourhood has to be dark: below a half, so that dots which touch at a corner join.
const EDGE: f32 = 0.42;

/// Each letter with its rows from the top; the lowest five bits are the dots, the rightmost last.
const GLYPHS: [(char, [u8; 7]); 47] = [
    ('A', [0x0E, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11]),
    ('B', [0x1E, 0x11, 0x11, 0x1E, 0x11, 0x11, 0x1E]),
    ('C', [0x0E, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0E]),
    ('D', [0x1E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1E]),
    ('E', [0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F]),
    ('F', [0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x10]),
    ('G', [0x0E, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0E]),
    ('H', [0x11, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11]),
    ('I', [0x0E, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E]),
    ('J', [0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0C]),
    ('K', [0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11]),
    ('L', [0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1F]),
    ('M', [0x11, 0x1B, 0x15, 0x15, 0x11, 0x11, 0x11]),
    ('N', [0x11, 0x11, 0x19, 0x15, 0x13, 0x11, 0x11]),
    ('O', [0x0E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E]),
    ('P', [0x1E, 0x11, 0x11, 0x1E, 0x10, 0x10, 0x10]),
    ('Q', [0x0E, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0D]),
    ('R', [0x1E, 0x11, 0x11, 0x1E, 0x14, 0x12, 0x11]),
    ('S', [0x0F, 0x10, 0x10, 0x0E, 0x01, 0x01, 0x1E]),
    ('T', [0x1F, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04]),
    ('U', [0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E]),
    ('V', [0x11, 0x11, 0x11, 0x11, 0x11, 0x0A, 0x04]),
    ('W', [0x11, 0x11, 0x11, 0x15, 0x15, 0x1B, 0x11]),
    ('X', [0x11, 0x11, 0x0A, 0x04, 0x0A, 0x11, 0x11]),
    ('Y', [0x11, 0x11, 0x0A, 0x04, 0x04, 0x04, 0x04]),
    ('Z', [0x1F, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1F]),
    ('0', [0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E]),
    ('1', [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E]),
    ('2', [0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F]),
    ('3', [0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E]),
    ('4', [0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02]),
    ('5', [0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E]),
    ('6', [0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E]),
    ('7', [0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08]),
    ('8', [0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E]),
    ('9', [0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C]),
    ('<', [0x02, 0x04, 0x08, 0x10, 0x08, 0x04, 0x02]),
    ('.', [0x00, 0x00, 0x00, 0x00, 0x00, 0x0C, 0x0C]),
    (',', [0x00, 0x00, 0x00, 0x00, 0x0C, 0x04, 0x08]),
    ('-', [0x00, 0x00, 0x00, 0x0E, 0x00, 0x00, 0x00]),
    ('/', [0x00, 0x01, 0x02, 0x04, 0x08, 0x10, 0x00]),
    (':', [0x00, 0x0C, 0x0C, 0x00, 0x0C, 0x0C, 0x00]),
    ('\'', [0x0C, 0x04, 0x08, 0x00, 0x00, 0x00, 0x00]),
    ('(', [0x02, 0x04, 0x08, 0x08, 0x08, 0x04, 0x02]),
    (')', [0x08, 0x04, 0x02, 0x02, 0x02, 0x04, 0x08]),
    ('&', [0x0C, 0x12, 0x14, 0x08, 0x15, 0x12, 0x0D]),
    (' ', [0; 7]),
];

/// One line of text.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) words: &'a str,
    /// The top left corner of the first letter.
    pub(super) at: [f32; 2],
    /// The size of a dot, in pixels.
    pub(super) dot: f32,
    /// How far it is turned around its first corner, in radians, clockwise.
    pub(super) turn: f32,
    pub(super) colour: Colour,
    /// From 0, not to be seen, to 1.
    pub(super) strength: f32,
}

impl<'a> Text<'a> {
    pub(super) fn new(words: &'a str, at: [f32; 2], dot: f32, colour: Colour) -> Self {
        Self { words, at, dot, turn: 0.0, colour, strength: 1.0 }
    }

    /// How wide and how high it is before it is turned.
    pub(super) fn size(&self) -> [f32; 2] {
        [(self.words.chars().count() as f32 * ADVANCE - 1.0) * self.dot, ROWS * self.dot]
    }

    pub(super) fn draw(&self, canvas: &mut Canvas) {
        let dots = Dots::of(self.words);
        let (sin, cos) = self.turn.sin_cos();
        let (columns, rows) = canvas.within(self.bounds());
        for y in rows {
            for x in columns.clone() {
                let [dx, dy] = [x as f32 + 0.5 - self.at[0], y as f32 + 0.5 - self.at[1]];
                let column = (dx * cos + dy * sin) / self.dot;
                let row = (dy * cos - dx * sin) / self.dot;
                let cover = ((dots.darkness(column, row) - EDGE) * self.dot + 0.5).min(1.0);
                canvas.blend(x, y, self.colour, cover * self.strength);
            }
        }
    }

    fn bounds(&self) -> [f32; 4] {
        let (sin, cos) = self.turn.sin_cos();
        let [width, height] = self.size();
        let corners = [[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]];
        let turned = corners.map(|[x, y]| [x * cos - y * sin, x * sin + y * cos]);
        let least = |axis: usize| turned.iter().map(|corner| corner[axis]).fold(f32::INFINITY, f32::min);
        let most = |axis: usize| turned.iter().map(|corner| corner[axis]).fold(f32::NEG_INFINITY, f32::max);
        let [x, y] = self.at;
        [x + least(0) - self.dot, y + least(1) - self.dot, x + most(0) + self.dot, y + most(1) + self.dot]
    }
}

/// The dots of a line of text, 1 for dark, with a light dot more on each side.
struct Dots {
    wide: usize,
    dots: Vec<f32>,
}

impl Dots {
    const HIGH: usize = ROWS as usize + 2;

    fn of(text: &str) -> Self {
        let wide = text.chars().count() * ADVANCE as usize + 2;
        let mut dots = vec![0.0; wide * Self::HIGH];
        for (place, letter) in text.chars().enumerate() {
            for (row, bits) in glyph(letter).into_iter().enumerate() {
                for column in (0..5).filter(|column| bits >> (4 - column) & 1 == 1) {
                    dots[(row + 1) * wide + place * ADVANCE as usize + column + 1] = 1.0;
                }
            }
        }
        Self { wide, dots }
    }

    /// How dark it is at a point: the mean of the four dots around it, by their nearness.
    fn darkness(&self, column: f32, row: f32) -> f32 {
        let (column, row) = (column + 0.5, row + 0.5);
        let (left, top) = (column as usize, row as usize);
        if column < 0.0 || row < 0.0 || left + 1 >= self.wide || top + 1 >= Self::HIGH {
            return 0.0;
        }
        let (right_part, lower_part) = (column - left as f32, row - top as f32);
        let at = top * self.wide + left;
        let mean = |at: usize| self.dots[at] * (1.0 - right_part) + self.dots[at + 1] * right_part;
        mean(at) * (1.0 - lower_part) + mean(at + self.wide) * lower_part
    }
}

/// The dots of a letter; of what has none here, those of a full stop.
fn glyph(letter: char) -> [u8; 7] {
    let upper = letter.to_ascii_uppercase();
    let found = GLYPHS.iter().find(|(own, _)| *own == upper);
    found.or_else(|| GLYPHS.iter().find(|(own, _)| *own == '.')).map_or([0; 7], |(_, rows)| *rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(words: &str, turn: f32) -> usize {
        let mut canvas = Canvas::new(200, 200, [255; 3]);
        let mut text = Text::new(words, [60.0, 60.0], 4.0, [0; 3]);
        text.turn = turn;
        text.draw(&mut canvas);
        canvas.into_image().pixels().filter(|pixel| pixel.0 != [255; 3]).count()
    }

    #[test]
    fn each_sign_is_there_once_and_looks_like_no_other() {
        for (place, (sign, rows)) in GLYPHS.iter().enumerate() {
            assert!(GLYPHS[..place].iter().all(|(other, dots)| other != sign && dots != rows), "{sign}");
            assert!(rows.iter().all(|row| *row < 32), "{sign} is too wide");
            assert_eq!(drawn(&sign.to_string(), 0.0) == 0, *sign == ' ', "{sign}");
        }
        let needed = ('A'..='Z').chain('0'..='9').chain("<.,-/ ".chars());
        assert!(needed.into_iter().all(|sign| GLYPHS.iter().any(|(own, _)| *own == sign)));
    }

    #[test]
    fn turned_text_is_as_dark() {
        let (straight, turned) = (drawn("HE", 0.0), drawn("HE", -0.5));
        assert!(straight > 300 && straight.abs_diff(turned) < straight / 4, "{straight} and {turned}");
    }
}
