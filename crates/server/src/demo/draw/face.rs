//! Friendly faces, drawn: one for each look.

use super::canvas::{Canvas, Colour, between};
use super::shape::{Block, Both, Ellipse, Line, Without};

/// What a drawn person looks like.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) skin: Colour,
    pub(crate) hair: Colour,
    pub(crate) cut: Cut,
    pub(crate) eyes: Colour,
    pub(crate) clothes: Colour,
    pub(crate) glasses: bool,
    pub(crate) beard: bool,
}

/// How somebody's hair is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    Short,
    Long,
    Curly,
    Bun,
    Bald,
}

/// Where a portrait is drawn: it is 100 units wide and 125 high.
#[derive(Clone, Copy)]
struct Frame {
    corner: [f32; 2],
    unit: f32,
}

impl Frame {
    fn at(self, x: f32, y: f32) -> [f32; 2] {
        [self.corner[0] + x * self.unit, self.corner[1] + y * self.unit]
    }

    fn oval(self, x: f32, y: f32, wide: f32, high: f32) -> Ellipse {
        Ellipse { centre: self.at(x, y), radii: [wide * self.unit, high * self.unit] }
    }

    fn line(self, from: [f32; 2], to: [f32; 2], width: f32) -> Line {
        Line { from: self.at(from[0], from[1]), to: self.at(to[0], to[1]), width: width * self.unit }
    }

    fn block(self, x: f32, y: f32, wide: f32, high: f32, corner: f32) -> Block {
        let [left, top] = self.at(x, y);
        let [width, height, corner] = [wide, high, corner].map(|length| length * self.unit);
        Block { left, top, width, height, corner }
    }

    fn all(self) -> Block {
        self.block(0.0, 0.0, 100.0, 125.0, 0.0)
    }
}

const WHITE: Colour = [252, 252, 250];
const DARK: Colour = [40, 32, 34];

/// Draws a portrait with its top left corner here, `width` pixels wide and a quarter more high.
pub(super) fn draw(canvas: &mut Canvas, look: &Look, corner: [f32; 2], width: f32) {
    let frame = Frame { corner, unit: width / 100.0 };
    canvas.fade(&frame.all(), [226, 232, 238], [196, 206, 216]);
    hair_behind(canvas, look, frame);
    body(canvas, look, frame);
    head(canvas, look, frame);
    if look.beard {
        beard(canvas, look, frame);
    }
    eyes(canvas, look, frame);
    nose_and_mouth(canvas, look, frame);
    hair(canvas, look, frame);
    if look.glasses {
        glasses(canvas, frame);
    }
}

fn shade(colour: Colour, part: f32) -> Colour {
    between(colour, [60, 30, 30], part)
}

fn hair_behind(canvas: &mut Canvas, look: &Look, frame: Frame) {
    let dark = shade(look.hair, 0.25);
    match look.cut {
        Cut::Long => {
            canvas.fill(&frame.oval(50.0, 48.0, 31.0, 33.0), dark);
            canvas.fill(&frame.block(19.5, 45.0, 61.0, 52.0, 14.0), dark);
        }
        Cut::Bun => canvas.fill(&frame.oval(50.0, 15.0, 11.0, 10.0), dark),
        Cut::Curly => {
            for [x, y, size] in [[25.0, 46.0, 9.0], [75.0, 46.0, 9.0], [24.0, 56.0, 8.0], [76.0, 56.0, 8.0]] {
                canvas.fill(&frame.oval(x, y, size, size), dark);
            }
        }
        Cut::Short | Cut::Bald => {}
    }
}

fn body(canvas: &mut Canvas, look: &Look, frame: Frame) {
    let shoulders = Both(frame.oval(50.0, 131.0, 44.0, 36.0), frame.all());
    canvas.fill(&shoulders, look.clothes);
    let neck = frame.line([50.0, 78.0], [50.0, 96.0], 21.0);
    let collar = Both(frame.oval(50.0, 99.0, 16.0, 12.0), frame.all());
    canvas.fill(&collar, shade(look.clothes, 0.3));
    canvas.fill(&frame.oval(50.0, 97.5, 13.0, 9.5), shade(look.skin, 0.06));
    canvas.fill(&neck, shade(look.skin, 0.06));
    canvas.tint(&Both(neck, frame.oval(50.0, 66.0, 24.0, 25.0)), shade(look.skin, 0.6), 0.35);
}

fn head(canvas: &mut Canvas, look: &Look, frame: Frame) {
    for side in [-1.0, 1.0] {
        canvas.fill(&frame.oval(50.0 + 24.5 * side, 58.0, 4.6, 7.0), shade(look.skin, 0.08));
        canvas.tint(&frame.oval(50.0 + 25.0 * side, 58.0, 2.2, 4.2), shade(look.skin, 0.5), 0.3);
    }
    canvas.fill(&frame.oval(50.0, 50.0, 25.0, 28.0), look.skin);
    canvas.fill(&frame.oval(50.0, 61.0, 22.6, 25.0), look.skin);
    for side in [-1.0, 1.0] {
        for size in [6.2, 4.6, 3.0] {
            canvas.tint(&frame.oval(50.0 + 13.5 * side, 66.5, size, size * 0.7), [230, 96, 88], 0.07);
        }
    }
}

fn eyes(canvas: &mut Canvas, look: &Look, frame: Frame) {
    for side in [-1.0, 1.0] {
        let x = 50.0 + 10.5 * side;
        let eye = frame.oval(x, 55.5, 4.8, 3.3);
        canvas.fill(&frame.oval(x, 55.0, 5.1, 3.6), shade(look.skin, 0.55));
        canvas.fill(&eye, WHITE);
        canvas.fill(&Both(frame.oval(x, 55.4, 2.9, 2.9), eye), look.eyes);
        canvas.fill(&Both(frame.oval(x, 55.4, 1.5, 1.5), eye), DARK);
        canvas.fill(&frame.oval(x + 0.9, 54.4, 0.7, 0.7), WHITE);
        let brow = shade(look.hair, 0.35);
        canvas.fill(&frame.line([x - 4.6 * side, 48.6], [x + 0.8 * side, 47.3], 1.9), brow);
        canvas.fill(&frame.line([x + 0.8 * side, 47.3], [x + 5.2 * side, 48.9], 1.5), brow);
    }
}

fn nose_and_mouth(canvas: &mut Canvas, look: &Look, frame: Frame) {
    let shadow = shade(look.skin, 0.32);
    canvas.tint(&frame.line([50.6, 57.0], [51.4, 64.5], 1.6), shadow, 0.35);
    canvas.fill(&Without(frame.oval(50.0, 65.3, 4.0, 2.6), frame.oval(50.0, 64.1, 4.6, 2.5)), shadow);
    let lips = between(shade(look.skin, 0.2), [190, 50, 60], 0.55);
    let smile = Without(frame.oval(50.0, 71.5, 9.4, 7.0), frame.oval(50.0, 68.7, 11.5, 6.2));
    canvas.fill(&smile, lips);
    let teeth = Without(frame.oval(50.0, 71.6, 7.6, 4.6), frame.oval(50.0, 68.8, 10.5, 5.6));
    canvas.fill(&teeth, WHITE);
    if look.beard {
        return;
    }
    canvas.tint(&frame.line([46.5, 82.0], [53.5, 82.0], 1.0), shadow, 0.3);
}

fn beard(canvas: &mut Canvas, look: &Look, frame: Frame) {
    let jaw = Both(frame.oval(50.0, 61.6, 23.2, 26.2), frame.block(20.0, 52.0, 60.0, 50.0, 0.0));
    canvas.fill(&Without(jaw, frame.oval(50.0, 53.0, 22.6, 22.5)), shade(look.hair, 0.12));
    let moustache = Without(frame.oval(50.0, 69.2, 11.0, 3.6), frame.oval(50.0, 72.6, 10.0, 3.4));
    canvas.fill(&moustache, shade(look.hair, 0.12));
}

fn hair(canvas: &mut Canvas, look: &Look, frame: Frame) {
    let crown = frame.oval(50.0, 45.0, 27.0, 26.0);
    let light = between(look.hair, [255, 244, 220], 0.16);
    match look.cut {
        Cut::Bald => {
            canvas.tint(&frame.oval(43.0, 31.0, 8.0, 4.5), WHITE, 0.22);
        }
        Cut::Short => {
            canvas.fill(&Without(crown, frame.oval(53.5, 64.0, 25.0, 25.5)), look.hair);
            canvas.fill(&frame.oval(42.0, 27.5, 19.0, 9.5), look.hair);
            canvas.tint(&frame.oval(40.0, 24.0, 11.0, 2.6), light, 0.8);
        }
        Cut::Long => {
            let crown = frame.oval(50.0, 46.0, 28.5, 28.0);
            canvas.fill(&Without(crown, frame.oval(47.0, 69.0, 24.6, 32.0)), look.hair);
            canvas.fill(&frame.line([25.0, 54.0], [23.5, 90.0], 8.0), look.hair);
            canvas.fill(&frame.line([75.0, 54.0], [76.5, 90.0], 8.0), look.hair);
            canvas.tint(&frame.oval(58.0, 25.0, 13.0, 2.6), light, 0.8);
        }
        Cut::Curly => {
            for (place, x) in [26.0_f32, 33.0, 41.0, 50.0, 59.0, 67.0, 74.0].into_iter().enumerate() {
                let y = 28.0 + (x - 50.0) * (x - 50.0) / 48.0;
                let size = if place % 2 == 0 { 8.6 } else { 9.6 };
                canvas.fill(&frame.oval(x, y, size, size), look.hair);
                canvas.tint(&frame.oval(x - 1.5, y - 3.0, 3.6, 2.0), light, 0.6);
            }
        }
        Cut::Bun => {
            canvas.fill(&Without(crown, frame.oval(50.0, 66.0, 24.4, 29.0)), look.hair);
            canvas.tint(&frame.oval(50.0, 23.5, 12.0, 2.4), light, 0.8);
        }
    }
}

fn glasses(canvas: &mut Canvas, frame: Frame) {
    for side in [-1.0, 1.0] {
        let x = 50.0 + 10.8 * side;
        let outer = frame.block(x - 8.4, 49.6, 16.8, 12.6, 5.4);
        let inner = frame.block(x - 7.3, 50.7, 14.6, 10.4, 4.4);
        canvas.tint(&inner, WHITE, 0.14);
        canvas.fill(&Without(outer, inner), DARK);
        canvas.fill(&frame.line([50.0 + 19.0 * side, 54.0], [50.0 + 25.0 * side, 53.0], 1.1), DARK);
    }
    canvas.fill(&frame.line([47.4, 54.0], [52.6, 54.0], 1.2), DARK);
}
