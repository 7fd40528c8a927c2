//! The image header chunk, IHDR (PNG, 11.2.1).

use crate::{Limits, Refusal};

/// How pixels are stored (PNG, table 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Grey,
    Rgb,
    Indexed,
    GreyAlpha,
    Rgba,
}

impl Colour {
    pub(super) fn channels(self) -> u32 {
        match self {
            Self::Grey | Self::Indexed => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// What the header says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) depth: u8,
    pub(super) colour: Colour,
}

impl Header {
    /// Reads the header and holds it to the limits, before any of the picture arrives.
    pub(super) fn read(data: &[u8], limits: &Limits) -> Result<Self, Refusal> {
        const BAD: Refusal = Refusal::Damaged("the PNG's header doesn't add up");
        let &[w3, w2, w1, w0, h3, h2, h1, h0, depth, colour, compression, filter, interlace] = data else {
            return Err(BAD);
        };
        let colour = match (colour, depth) {
            (0, 1 | 2 | 4 | 8 | 16) => Colour::Grey,
            (2, 8 | 16) => Colour::Rgb,
            (3, 1 | 2 | 4 | 8) => Colour::Indexed,
            (4, 8 | 16) => Colour::GreyAlpha,
            (6, 8 | 16) => Colour::Rgba,
            _ => return Err(BAD),
        };
        if compression != 0 || filter != 0 || interlace > 1 {
            return Err(BAD);
        }
        let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
        limits.check_dimensions(width, height)?;
        Ok(Self { width, height, depth, colour })
    }

    /// The most bytes that the compressed picture can honestly take: incompressible rows, and an eighth and 128 KiB for
    /// what Deflate and interlacing add. More than that is not picture.
    pub(super) fn most_data(&self) -> u64 {
        let bits = u64::from(self.width) * u64::from(self.colour.channels()) * u64::from(self.depth);
        let raw = (bits.div_ceil(8) + 1) * u64::from(self.height);
        raw + raw / 8 + 128 * 1024
    }
}
