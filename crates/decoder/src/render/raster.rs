//! A picture in memory: eight bits each of red, green and blue.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use super::Trouble;
use super::orientation::Orientation;

/// A picture in memory, row by row, three bytes each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raster {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgb: Vec<u8>,
}

impl Raster {
    /// A picture of these bytes, if there are as many as it needs.
    pub(crate) fn new(width: u32, height: u32, rgb: Vec<u8>) -> Result<Self, Trouble> {
        let fits = width > 0 && height > 0 && rgb.len() as u64 == 3 * u64::from(width) * u64::from(height);
        if fits { Ok(Self { width, height, rgb }) } else { Err(Trouble::undecodable()) }
    }

    /// The picture with a long side of at most so many pixels; never larger than it is.
    pub(crate) fn fitted(&self, side: u32) -> Self {
        let (width, height) = fit(self.width, self.height, side);
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let resized = self.resized(width, height);
        resized.unwrap_or_else(|| self.clone())
    }

    /// The same, of a picture that nobody needs any more: where it has the size already, without a second one in memory.
    pub(crate) fn into_fitted(self, side: u32) -> Self {
        if fit(self.width, self.height, side) == (self.width, self.height) { self } else { self.fitted(side) }
    }

    fn resized(&self, width: u32, height: u32) -> Option<Self> {
        let source: TypedImageRef<'_, U8x3> =
            TypedImageRef::from_buffer(self.width, self.height, &self.rgb).ok()?;
        let mut rgb = vec![0; 3 * (width * height) as usize];
        let mut target: TypedImage<'_, U8x3> = TypedImage::from_buffer(width, height, &mut rgb).ok()?;
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
        Resizer::new().resize_typed(&source, &mut target, &options).ok()?;
        Some(Self { width, height, rgb })
    }

    /// The part of the picture from one corner to the other, which it doesn't include; `None` if that isn't inside.
    pub(crate) fn cut(&self, (left, top): (u32, u32), (right, bottom): (u32, u32)) -> Option<Self> {
        let inside = left < right && right <= self.width && top < bottom && bottom <= self.height;
        let stride = 3 * self.width as usize;
        let columns = 3 * left as usize..3 * right as usize;
        let rows = self.rgb.chunks_exact(stride).take(bottom as usize).skip(top as usize);
        inside.then(|| Self {
            width: right - left,
            height: bottom - top,
            rgb: rows.flat_map(|row| &row[columns.clone()]).copied().collect(),
        })
    }

    /// The picture turned and mirrored as it is to be looked at.
    pub(crate) fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::UPRIGHT {
            return self;
        }
        let (width, height) = orientation.size(self.width, self.height);
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = orientation.source(x, y, self.width, self.height);
                let at = 3 * (from_y as usize * self.width as usize + from_x as usize);
                rgb.extend_from_slice(&self.rgb[at..at + 3]);
            }
        }
        Self { width, height, rgb }
    }

    /// How bright each pixel is (ITU-R BT.601).
    pub(crate) fn brightness(&self) -> Vec<u8> {
        let weigh = |p: &[u8]| (77 * u32::from(p[0]) + 150 * u32::from(p[1]) + 29 * u32::from(p[2])) >> 8;
        self.rgb.chunks_exact(3).map(|pixel| weigh(pixel) as u8).collect()
    }
}

/// The size with a long side of at most so many pixels.
pub(crate) fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let long = width.max(height);
    if long <= side {
        return (width, height);
    }
    let scaled = |length: u32| {
        let rounded = (u64::from(length) * u64::from(side) + u64::from(long) / 2) / u64::from(long);
        (rounded as u32).max(1)
    };
    (scaled(width), scaled(height))
}
