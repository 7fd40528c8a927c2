//! How large a file may be, in each sense of large.

use crate::Refusal;

/// The limits a file is held to. All are inclusive: the limit itself is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as received.
    pub bytes: u64,
    /// Pixels of a picture: width times height.
    pub pixels: u64,
    /// Pixels of a picture's longer side.
    pub side: u32,
    /// Pages of a PDF.
    pub pages: u32,
}

impl Default for Limits {
    /// 20 MiB, 50 million pixels, 12,000 pixels a side, 20 pages.
    fn default() -> Self {
        Self { bytes: 20 * 1024 * 1024, pixels: 50_000_000, side: 12_000, pages: 20 }
    }
}

impl Limits {
    /// Judges an announced length (`Content-Length`) before a byte is read.
    pub fn check_length(&self, bytes: u64) -> Result<(), Refusal> {
        if bytes > self.bytes {
            return Err(Refusal::TooLarge { bytes, limit: self.bytes });
        }
        Ok(())
    }

    /// Judges the size that a picture's header claims, before anything is decoded.
    pub(crate) fn check_dimensions(&self, width: u32, height: u32) -> Result<(), Refusal> {
        if width == 0 || height == 0 {
            return Err(Refusal::Damaged("its header gives a picture without pixels"));
        }
        if width.max(height) > self.side {
            return Err(Refusal::SideTooLong { width, height, limit: self.side });
        }
        if u64::from(width) * u64::from(height) > self.pixels {
            return Err(Refusal::TooManyPixels { width, height, limit: self.pixels });
        }
        Ok(())
    }

    /// Judges the number of pages.
    pub(crate) fn check_pages(&self, pages: u32) -> Result<(), Refusal> {
        if pages > self.pages {
            return Err(Refusal::TooManyPages { pages, limit: self.pages });
        }
        Ok(())
    }
}
