//! JPEG (ITU-T T.81): decoded at a half, a quarter or an eighth where that is enough, and written.

use std::io::Cursor;

use jpeg_decoder::{Decoder, PixelFormat};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::orientation::Orientation;
use super::{Raster, Trouble};
use crate::piece::Kind;

/// The quality of a rendition, of 100: text on a document stays sharp, and a page has some 300 KB.
const QUALITY: u8 = 85;

/// Decodes a picture to no less than a view's size where it has it, upright.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Trouble> {
    let gone = |_| Trouble::undecodable();
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.read_info().map_err(gone)?;
    let info = decoder.info().ok_or_else(Trouble::undecodable)?;
    let (wide, high) = (u32::from(info.width), u32::from(info.height));
    // The decoder takes a size that one of both sides may go below: ask for that of the view, in the picture's own shape.
    let (width, height) = super::raster::fit(wide, high, Kind::View.side());
    decoder.scale(width as u16, height as u16).map_err(gone)?;
    let pixels = decoder.decode().map_err(gone)?;
    let info = decoder.info().ok_or_else(Trouble::undecodable)?;
    let rgb = match info.pixel_format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => pixels.iter().flat_map(|value| [*value; 3]).collect(),
        PixelFormat::CMYK32 => pixels.chunks_exact(4).flat_map(ink).collect(),
        PixelFormat::L16 => return Err(Trouble::undecodable()),
    };
    let orientation = decoder.exif_data().and_then(proofdesk_intake::orientation).unwrap_or(1);
    let raster = Raster::new(u32::from(info.width), u32::from(info.height), rgb)?;
    Ok(raster.into_fitted(Kind::View.side()).upright(Orientation::from_exif(orientation)))
}

/// Ink to light, as the decoder gives it: 255 is all of an ink.
fn ink(pixel: &[u8]) -> [u8; 3] {
    let paper = 255 - u32::from(pixel[3]);
    let light = |value: u8| (((255 - u32::from(value)) * paper + 127) / 255) as u8;
    [light(pixel[0]), light(pixel[1]), light(pixel[2])]
}

/// Writes a picture as JPEG, with nothing in it but the picture.
pub(crate) fn encode(raster: &Raster) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let done = encoder.encode(&raster.rgb, raster.width as u16, raster.height as u16, ColorType::Rgb);
    done.map(|()| bytes).map_err(|_| Trouble::undecodable())
}
