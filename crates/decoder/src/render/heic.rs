//! HEIC (ISO/IEC 23008-12): decoded tile by tile, so that a large picture is never whole in memory.

mod changes;
mod claims;

use heifer::heifer_isobmff::{HeifFile, ItemId};
use heifer::{Image, decode_item};

use super::shrink::{Shrink, on_white};
use super::{Raster, Trouble};
use claims::Claims;

/// Decodes the primary picture, upright.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Trouble> {
    let gone = |_| Trouble::undecodable();
    let file = HeifFile::parse(bytes).map_err(gone)?;
    let mut claims = Claims::of(&file, bytes.len()).ok_or_else(Trouble::undecodable)?;
    let item = file.item(file.primary_id).map_err(gone)?;
    if item.item_type.0 == *b"grid" {
        return grid(&file, file.primary_id, &mut claims);
    }
    claims.picture(file.primary_id).ok_or_else(Trouble::undecodable)?;
    // Cut, turned and mirrored by the decoder already.
    let image = decode_item(&file, file.primary_id, 0).map_err(|_| Trouble::undecodable())?;
    let mut shrink = Shrink::new(image.width, image.height);
    draw(&mut shrink, &image, 0, 0);
    Ok(shrink.finish()?.fitted(crate::VIEW_SIDE))
}

/// A picture of tiles. Each is a picture of its own; what hangs over at the right and at the bottom is cut off.
fn grid(file: &HeifFile<'_>, id: ItemId, claims: &mut Claims<'_>) -> Result<Raster, Trouble> {
    let grid = claims.grid(id).ok_or_else(Trouble::undecodable)?;
    let (wide, high) = grid.tile;
    let mut shrink = Shrink::new(grid.width, grid.height);
    for (tile, place) in file.referenced_items(id, b"dimg").iter().zip(0_u32..) {
        let image = decode_item(file, *tile, 1).map_err(|_| Trouble::undecodable())?;
        if (image.width, image.height) != grid.tile {
            return Err(Trouble::undecodable());
        }
        draw(&mut shrink, &image, place % grid.columns * wide, place / grid.columns * high);
    }
    let scale = shrink.factor();
    let raster = changes::apply(file, id, shrink.finish()?, (grid.width, grid.height), scale);
    Ok(raster.ok_or_else(Trouble::undecodable)?.fitted(crate::VIEW_SIDE))
}

fn draw(shrink: &mut Shrink, image: &Image, left: u32, top: u32) {
    let down = u32::from(image.bit_depth.saturating_sub(8));
    let places = (0..image.height).flat_map(|y| (0..image.width).map(move |x| (x, y)));
    for ((x, y), pixel) in places.zip(image.data.chunks_exact(4)) {
        let [r, g, b, opacity] = [0, 1, 2, 3].map(|sample: usize| (pixel[sample] >> down) as u8);
        let opacity = if image.has_alpha { opacity } else { u8::MAX };
        shrink.put(left + x, top + y, on_white([r, g, b], opacity));
    }
}
