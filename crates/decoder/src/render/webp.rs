//! WebP (RFC 9649).

use std::io::Cursor;

use image_webp::WebPDecoder;

use super::orientation::Orientation;
use super::shrink::{Shrink, on_white};
use super::{Raster, Trouble};

/// Decodes a picture, upright.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Trouble> {
    let gone = |_| Trouble::undecodable();
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(gone)?;
    let exif = decoder.exif_metadata().ok().flatten();
    let orientation = exif.as_deref().and_then(proofdesk_intake::orientation).unwrap_or(1);
    let (width, height) = decoder.dimensions();
    let size = decoder.output_buffer_size().ok_or_else(Trouble::undecodable)?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(gone)?;
    let mut shrink = Shrink::new(width, height);
    let depth = if decoder.has_alpha() { 4 } else { 3 };
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    for ((x, y), pixel) in places.zip(pixels.chunks_exact(depth)) {
        let opacity = pixel.get(3).copied().unwrap_or(u8::MAX);
        shrink.put(x, y, on_white([pixel[0], pixel[1], pixel[2]], opacity));
    }
    drop(pixels);
    Ok(shrink.finish()?.into_fitted(crate::VIEW_SIDE).upright(Orientation::from_exif(orientation)))
}
