//! An identity card of the invented Republic of Utopia: front and back.

use super::canvas::{Canvas, Colour};
use super::face::{self, Look};
use super::font::Text;
use super::paper::{FAINT, INK, TABLE, field, sheet, specimen, waves};
use super::shape::{Block, Both, Ellipse, Without};
use super::{Holder, mrz};

/// The card on its table; an ID-1 card is 85.6 mm by 54 mm.
const CARD: Block = Block { left: 50.0, top: 50.0, width: 1200.0, height: 757.0, corner: 38.0 };
const GROUND: [Colour; 2] = [[226, 238, 246], [206, 228, 222]];
const WAVES: [Colour; 2] = [[150, 186, 214], [158, 204, 178]];
const BAND: Colour = [30, 66, 112];

fn blank() -> Canvas {
    let mut canvas = Canvas::new(1300, 857, TABLE);
    sheet(&mut canvas, CARD, GROUND);
    waves(&mut canvas, Block { top: 50.0, ..CARD }, WAVES);
    canvas
}

/// The side with the face.
pub(super) fn front(holder: &Holder, look: &Look) -> Canvas {
    let mut canvas = blank();
    canvas.fill(&Both(CARD, Block { height: 118.0, corner: 0.0, ..CARD }), BAND);
    Text::new("REPUBLIC OF UTOPIA", [96.0, 74.0], 5.4, [244, 246, 250]).draw(&mut canvas);
    Text::new("IDENTITY CARD", [96.0, 130.0], 2.8, [186, 206, 232]).draw(&mut canvas);
    emblem(&mut canvas, [1160.0, 109.0], [236, 196, 92]);
    face::draw(&mut canvas, look, [100.0, 214.0], 330.0);
    fields(&mut canvas, holder);
    Text::new(&holder.number, [1010.0, 752.0], 3.8, [150, 30, 46]).draw(&mut canvas);
    Text::new("NOT A REAL DOCUMENT", [100.0, 758.0], 2.4, FAINT).draw(&mut canvas);
    specimen(&mut canvas, CARD);
    canvas
}

fn fields(canvas: &mut Canvas, holder: &Holder) {
    let [born, expires] = [holder.born, holder.expires].map(super::printed);
    let sex = holder.sex.to_string();
    let rows = [
        ("SURNAME", holder.surname.as_str()),
        ("GIVEN NAMES", &holder.given),
        ("DATE OF BIRTH", &born),
        ("NATIONALITY", "UTOPIAN"),
        ("DATE OF EXPIRY", &expires),
    ];
    let mut y = 216.0;
    for (label, value) in rows {
        field(canvas, [490.0, y], label, value);
        y += 88.0;
    }
    field(canvas, [920.0, 392.0], "SEX", &sex);
}

/// A star in a ring.
fn emblem(canvas: &mut Canvas, centre: [f32; 2], colour: Colour) {
    let ring = |size: f32| Ellipse { centre, radii: [size, size] };
    canvas.fill(&Without(ring(40.0), ring(34.0)), colour);
    for [wide, high] in [[29.0, 5.0], [5.0, 29.0], [15.0, 15.0]] {
        canvas.fill(&Ellipse { centre, radii: [wide, high] }, colour);
    }
}

/// The side with the machine-readable lines.
pub(super) fn back(holder: &Holder) -> Canvas {
    let mut canvas = blank();
    canvas.fill(&Block { top: 96.0, height: 92.0, corner: 0.0, ..CARD }, [52, 48, 50]);
    field(&mut canvas, [100.0, 228.0], "PLACE OF BIRTH", "AMAUROT");
    field(&mut canvas, [100.0, 316.0], "AUTHORITY", "OFFICE OF SAMPLES");
    field(&mut canvas, [100.0, 404.0], "RESIDENCE", "1 EXAMPLE STREET, AMAUROT");
    emblem(&mut canvas, [1130.0, 268.0], [120, 148, 178]);
    bars(&mut canvas, &holder.number);
    let zone = Block { top: 545.0, height: 262.0, corner: 0.0, ..CARD };
    canvas.fill(&Both(CARD, zone), [240, 243, 244]);
    let mut y = 580.0;
    for line in mrz::card(holder) {
        Text::new(&line, [102.0, y], 6.1, INK).draw(&mut canvas);
        y += 72.0;
    }
    specimen(&mut canvas, CARD);
    canvas
}

/// Bars that follow from the number; no scanner reads them.
fn bars(canvas: &mut Canvas, number: &str) {
    let mut left = 850.0;
    for byte in number.bytes().chain(number.bytes().rev()) {
        for wide in [byte & 3, byte >> 2 & 3] {
            let width = f32::from(wide) * 2.0 + 3.0;
            canvas.fill(&Block { left, top: 372.0, width, height: 110.0, corner: 0.0 }, INK);
            left += width + 4.0;
        }
    }
}
