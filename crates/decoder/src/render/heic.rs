//! HEIC (ISO/IEC 23008-12): decoded tile by tile, so that a large picture is never whole in memory.

use heifer::heifer_isobmff::boxes::Property;
use heifer::heifer_isobmff::{HeifFile, ItemId};
use heifer::{Image, decode_item};

use super::orientation::Orientation;
use super::shrink::{Shrink, on_white};
use super::{Raster, Trouble};

/// Decodes the primary picture, upright.
pub(crate) fn decode(bytes: &[u8]) -> Result<Raster, Trouble> {
    let gone = |_| Trouble::undecodable();
    let file = HeifFile::parse(bytes).map_err(gone)?;
    let item = file.item(file.primary_id).map_err(gone)?;
    if item.item_type.0 != *b"grid" {
        // Turned and mirrored by the decoder already.
        let image = decode_item(&file, file.primary_id, 0).map_err(|_| Trouble::undecodable())?;
        let mut shrink = Shrink::new(image.width, image.height);
        draw(&mut shrink, &image, 0, 0);
        return Ok(shrink.finish()?.fitted(crate::VIEW_SIDE));
    }
    grid(&file, file.primary_id)
}

/// A picture of tiles. Each is a picture of its own; what hangs over at the right and at the bottom is cut off.
fn grid(file: &HeifFile<'_>, id: ItemId) -> Result<Raster, Trouble> {
    let grid = file.grid(id).map_err(|_| Trouble::undecodable())?;
    let tiles = file.referenced_items(id, b"dimg");
    if tiles.is_empty() || tiles.len() != usize::from(grid.rows) * usize::from(grid.columns) {
        return Err(Trouble::undecodable());
    }
    let mut shrink = Shrink::new(grid.output_width, grid.output_height);
    let mut size = None;
    for (tile, place) in tiles.iter().zip(0_u32..) {
        if file.item(*tile).map_err(|_| Trouble::undecodable())?.item_type.0 != *b"hvc1" {
            return Err(Trouble::undecodable());
        }
        let image = decode_item(file, *tile, 1).map_err(|_| Trouble::undecodable())?;
        let (wide, high) = *size.get_or_insert((image.width, image.height));
        if (wide, high) != (image.width, image.height) {
            return Err(Trouble::undecodable());
        }
        let (column, row) = (place % u32::from(grid.columns), place / u32::from(grid.columns));
        draw(&mut shrink, &image, column.saturating_mul(wide), row.saturating_mul(high));
    }
    let mut raster = shrink.finish()?.fitted(crate::VIEW_SIDE);
    for property in file.item_properties(id).map_err(|_| Trouble::undecodable())? {
        raster = match *property {
            Property::Rotation(quarters) => raster.upright(Orientation::turned_left(quarters)),
            Property::Mirror(true) => raster.upright(Orientation::from_exif(4)),
            Property::Mirror(false) => raster.upright(Orientation::from_exif(2)),
            _ => raster,
        };
    }
    Ok(raster)
}

fn draw(shrink: &mut Shrink, image: &Image, left: u32, top: u32) {
    let down = u32::from(image.bit_depth.saturating_sub(8));
    let places = (0..image.height).flat_map(|y| (0..image.width).map(move |x| (x, y)));
    for ((x, y), pixel) in places.zip(image.data.chunks_exact(4)) {
        let [r, g, b, opacity] = [0, 1, 2, 3].map(|sample: usize| (pixel[sample] >> down) as u8);
        let opacity = if image.has_alpha { opacity } else { u8::MAX };
        shrink.put(left.saturating_add(x), top.saturating_add(y), on_white([r, g, b], opacity));
    }
}
