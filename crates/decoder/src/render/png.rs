//! PNG (W3C, third edition): decoded row by row.

use std::io::Cursor;

use png::{ColorType, Decoder, Limits, Transformations};

use super::orientation::Orientation;
use super::shrink::{Shrink, on_white};
use super::{Raster, Trouble};

/// The memory for rows and chunks, in bytes: a row of 12,000 pixels has 96 KB.
const MEMORY: usize = 16 * 1024 * 1024;

/// Where the pixels of each pass of Adam7 lie: first column, first row, columns apart, rows apart.
const PASSES: [(u32, u32, u32, u32); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

/// Decodes a picture, upright.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Trouble> {
    let gone = |_| Trouble::undecodable();
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MEMORY });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(gone)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let exif = reader.info().exif_metadata.as_deref();
    let orientation = exif.and_then(proofdesk_intake::orientation).unwrap_or(1);
    let color = reader.output_color_type().0;
    let mut shrink = Shrink::new(width, height);
    for (first, y, apart) in places(width, height, reader.info().interlaced) {
        let row = reader.next_row().map_err(gone)?.ok_or_else(Trouble::undecodable)?;
        for (pixel, column) in row.data().chunks_exact(color.samples()).zip(0..) {
            shrink.put(first + column * apart, y, opaque(color, pixel));
        }
    }
    Ok(shrink.finish()?.into_fitted(crate::VIEW_SIDE).upright(Orientation::from_exif(orientation)))
}

/// Where the rows lie, in the order in which they come: the first column, the row, and how far apart pixels are.
fn places(width: u32, height: u32, interlaced: bool) -> impl Iterator<Item = (u32, u32, u32)> {
    let passes: &[(u32, u32, u32, u32)] = if interlaced { &PASSES } else { &[(0, 0, 1, 1)] };
    let there = passes.iter().filter(move |(x, _, _, _)| *x < width);
    there.flat_map(move |(x, y, apart, rows)| {
        (*y..height).step_by(*rows as usize).map(move |y| (*x, y, *apart))
    })
}

fn opaque(color: ColorType, pixel: &[u8]) -> [u8; 3] {
    match color {
        ColorType::Grayscale | ColorType::Indexed => [pixel[0]; 3],
        ColorType::GrayscaleAlpha => on_white([pixel[0]; 3], pixel[1]),
        ColorType::Rgb => [pixel[0], pixel[1], pixel[2]],
        ColorType::Rgba => on_white([pixel[0], pixel[1], pixel[2]], pixel[3]),
    }
}
