//! A picture made smaller by a whole factor while its pixels come, in any order: what is decoded is never whole in memory.

use super::Trouble;
use super::raster::Raster;
use crate::piece::Kind;

/// Sums up blocks of pixels.
pub(crate) struct Shrink {
    width: u32,
    height: u32,
    factor: u32,
    /// Sums of each block, three for each. A factor is at most 12,000 / 2,000, so 16 bits hold them.
    sums: Vec<u16>,
    /// The pixels themselves, where the factor is one.
    plain: Vec<u8>,
}

impl Shrink {
    /// For a picture of this size: as small as can be, with a long side of no less than a view's.
    pub(crate) fn new(width: u32, height: u32) -> Self {
        let factor = (width.max(height) / Kind::View.side()).clamp(1, 16);
        let cells = 3 * (width.div_ceil(factor) as usize) * (height.div_ceil(factor) as usize);
        let (sums, plain) =
            if factor == 1 { (Vec::new(), vec![255; cells]) } else { (vec![0; cells], Vec::new()) };
        Self { width, height, factor, sums, plain }
    }

    /// By how much the picture is made smaller.
    pub(crate) const fn factor(&self) -> u32 {
        self.factor
    }

    /// Takes a pixel. One outside the picture is nothing.
    pub(crate) fn put(&mut self, x: u32, y: u32, pixel: [u8; 3]) {
        if x >= self.width || y >= self.height {
            return;
        }
        let columns = self.width.div_ceil(self.factor) as usize;
        let at = 3 * ((y / self.factor) as usize * columns + (x / self.factor) as usize);
        if self.factor == 1 {
            self.plain[at..at + 3].copy_from_slice(&pixel);
            return;
        }
        for (sum, value) in self.sums[at..at + 3].iter_mut().zip(pixel) {
            *sum = sum.saturating_add(u16::from(value));
        }
    }

    /// The smaller picture. Every pixel must have been put once.
    pub(crate) fn finish(self) -> Result<Raster, Trouble> {
        let (columns, rows) = (self.width.div_ceil(self.factor), self.height.div_ceil(self.factor));
        if self.factor == 1 {
            return Raster::new(columns, rows, self.plain);
        }
        let mut rgb = self.plain;
        rgb.reserve_exact(self.sums.len());
        let part = |place: u32, whole: u32| self.factor.min(whole - place * self.factor);
        for (block, sums) in self.sums.chunks_exact(3).enumerate() {
            let (column, row) = (block as u32 % columns, block as u32 / columns);
            let count = part(column, self.width) * part(row, self.height);
            rgb.extend(sums.iter().map(|sum| (u32::from(*sum) / count) as u8));
        }
        Raster::new(columns, rows, rgb)
    }
}

/// A colour with an opacity, on white.
pub(crate) fn on_white([r, g, b]: [u8; 3], opacity: u8) -> [u8; 3] {
    let over = |value: u8| {
        let (value, opacity) = (u32::from(value), u32::from(opacity));
        ((value * opacity + 255 * (255 - opacity) + 127) / 255) as u8
    };
    [over(r), over(g), over(b)]
}
