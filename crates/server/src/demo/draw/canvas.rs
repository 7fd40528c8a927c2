//! A picture to draw on, with soft edges.

use std::ops::Range;

use image::{Rgb, RgbImage};

use super::shape::Shape;

/// Red, green and blue.
pub(super) type Colour = [u8; 3];

/// A picture to draw on; coordinates are pixels, from the top left corner.
pub(crate) struct Canvas {
    image: RgbImage,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32, colour: Colour) -> Self {
        Self { image: RgbImage::from_pixel(width, height, Rgb(colour)) }
    }

    /// Lays a colour over a pixel, from 0 (nothing) to 1 (only the new colour).
    pub(super) fn blend(&mut self, x: u32, y: u32, colour: Colour, cover: f32) {
        if cover <= 0.0 || x >= self.image.width() || y >= self.image.height() {
            return;
        }
        let pixel = self.image.get_pixel_mut(x, y);
        pixel.0 = if cover >= 1.0 { colour } else { between(pixel.0, colour, cover) };
    }

    pub(super) fn fill(&mut self, shape: &impl Shape, colour: Colour) {
        self.tint(shape, colour, 1.0);
    }

    /// Fills a shape with a colour that lets some of what is below through.
    pub(super) fn tint(&mut self, shape: &impl Shape, colour: Colour, strength: f32) {
        self.each_run(shape, |canvas, run, y, cover| {
            for x in run {
                canvas.blend(x, y, colour, cover * strength);
            }
        });
    }

    /// Fills a shape with a colour that becomes another from its top to its bottom.
    pub(super) fn fade(&mut self, shape: &impl Shape, top: Colour, bottom: Colour) {
        let [_, start, _, end] = shape.bounds();
        let height = (end - start).max(1.0);
        self.each_run(shape, |canvas, run, y, cover| {
            let colour = between(top, bottom, ((y as f32 - start) / height).clamp(0.0, 1.0));
            for x in run {
                canvas.blend(x, y, colour, cover);
            }
        });
    }

    /// Calls `paint` for each run of pixels in a row that a shape covers alike. A point that is far from the edge has
    /// neighbours that are on the same side, so most points are never asked for.
    fn each_run(&mut self, shape: &impl Shape, mut paint: impl FnMut(&mut Self, Range<u32>, u32, f32)) {
        let (columns, rows) = self.within(shape.bounds());
        for y in rows {
            let mut x = columns.start;
            while x < columns.end {
                let distance = shape.distance(x as f32 + 0.5, y as f32 + 0.5);
                // Half of it, because the distance is not exact.
                let end = (x + ((distance.abs() / 2.0) as u32).max(1)).min(columns.end);
                if distance < 0.5 {
                    paint(self, x..end, y, (0.5 - distance).min(1.0));
                }
                x = end;
            }
        }
    }

    /// The columns and rows that are within left, top, right and bottom.
    pub(super) fn within(&self, bounds: [f32; 4]) -> (Range<u32>, Range<u32>) {
        let [left, top, right, bottom] = bounds;
        let range =
            |from: f32, to: f32, size: u32| (from.floor().max(0.0) as u32)..(to.ceil() as u32).min(size);
        (range(left, right, self.image.width()), range(top, bottom, self.image.height()))
    }

    pub(super) fn into_image(self) -> RgbImage {
        self.image
    }
}

/// The colour between two, from 0 (the first) to 1 (the second).
pub(super) fn between(first: Colour, second: Colour, part: f32) -> Colour {
    let part = (part * 256.0) as i32;
    let mix = |old: u8, new: u8| {
        let (old, new) = (i32::from(old), i32::from(new));
        (old + ((new - old) * part + 128) / 256) as u8
    };
    [mix(first[0], second[0]), mix(first[1], second[1]), mix(first[2], second[2])]
}

#[cfg(test)]
mod tests {
    use super::super::shape::{Block, Both, Ellipse, Line, Without};
    use super::*;

    /// Asks for every pixel on its own, as `each_run` avoids.
    fn plainly(shape: &impl Shape) -> RgbImage {
        let mut canvas = Canvas::new(120, 90, [255; 3]);
        for (x, y) in (0..90).flat_map(|y| (0..120).map(move |x| (x, y))) {
            let cover = 0.5 - shape.distance(x as f32 + 0.5, y as f32 + 0.5);
            canvas.blend(x, y, [0; 3], cover.min(1.0));
        }
        canvas.into_image()
    }

    fn in_runs(shape: &impl Shape) -> RgbImage {
        let mut canvas = Canvas::new(120, 90, [255; 3]);
        canvas.fill(shape, [0; 3]);
        canvas.into_image()
    }

    #[test]
    fn runs_miss_no_pixel() {
        let oval = |x: f32, y: f32, wide: f32, high: f32| Ellipse { centre: [x, y], radii: [wide, high] };
        let block = Block { left: 20.5, top: 10.0, width: 70.0, height: 60.0, corner: 12.0 };
        let line = Line { from: [10.0, 80.0], to: [110.0, 12.0], width: 7.0 };
        for flat in [oval(60.0, 45.0, 50.0, 6.0), oval(60.0, 45.0, 5.0, 40.0), oval(0.0, 0.0, 70.0, 70.0)] {
            assert!(plainly(&flat) == in_runs(&flat));
            assert!(plainly(&Without(block, flat)) == in_runs(&Without(block, flat)));
            assert!(plainly(&Both(flat, line)) == in_runs(&Both(flat, line)));
        }
        assert!(plainly(&block) == in_runs(&block) && plainly(&line) == in_runs(&line));
        assert!(in_runs(&block).pixels().filter(|pixel| pixel.0 == [0; 3]).count() > 3_900);
    }
}
