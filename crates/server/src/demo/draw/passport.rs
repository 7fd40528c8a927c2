//! The page with the photo of a passport of the invented Republic of Utopia.

use super::canvas::Canvas;
use super::face::{self, Look};
use super::font::Text;
use super::paper::{FAINT, INK, TABLE, field, sheet, specimen, waves};
use super::shape::{Block, Both};
use super::{Holder, mrz};

const PAGE: Block = Block { left: 50.0, top: 50.0, width: 1250.0, height: 880.0, corner: 26.0 };

pub(super) fn page(holder: &Holder, look: &Look) -> Canvas {
    let mut canvas = Canvas::new(1350, 980, TABLE);
    sheet(&mut canvas, PAGE, [[246, 234, 226], [232, 226, 240]]);
    waves(&mut canvas, Block { height: 660.0, ..PAGE }, [[222, 176, 170], [176, 168, 214]]);
    Text::new("PASSPORT", [96.0, 92.0], 7.0, [116, 30, 52]).draw(&mut canvas);
    Text::new("REPUBLIC OF UTOPIA", [560.0, 92.0], 4.6, INK).draw(&mut canvas);
    Text::new("NOT A REAL DOCUMENT", [560.0, 134.0], 2.4, FAINT).draw(&mut canvas);
    face::draw(&mut canvas, look, [96.0, 190.0], 380.0);
    fields(&mut canvas, holder);
    let zone = Block { top: 722.0, height: 208.0, corner: 0.0, ..PAGE };
    canvas.fill(&Both(PAGE, zone), [246, 245, 243]);
    let mut y = 762.0;
    for line in mrz::passport(holder) {
        Text::new(&line, [88.0, y], 4.45, INK).draw(&mut canvas);
        y += 78.0;
    }
    specimen(&mut canvas, PAGE);
    canvas
}

fn fields(canvas: &mut Canvas, holder: &Holder) {
    let [born, expires] = [holder.born, holder.expires].map(super::printed);
    let sex = holder.sex.to_string();
    let rows = [
        ("SURNAME", holder.surname.as_str()),
        ("GIVEN NAMES", &holder.given),
        ("NATIONALITY", "UTOPIAN"),
        ("DATE OF BIRTH", &born),
        ("AUTHORITY", "OFFICE OF SAMPLES"),
    ];
    let mut y = 194.0;
    for (label, value) in rows {
        field(canvas, [540.0, y], label, value);
        y += 98.0;
    }
    for (y, label, value) in [(194.0, "TYPE / CODE", "P / UTO"), (292.0, "PASSPORT NO.", &holder.number)] {
        field(canvas, [1000.0, y], label, value);
    }
    for (y, label, value) in [(390.0, "SEX", &sex), (488.0, "DATE OF EXPIRY", &expires)] {
        field(canvas, [1000.0, y], label, value);
    }
}
