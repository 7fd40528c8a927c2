//! What the properties of a picture of tiles do to it: cut, turn and mirror, in the order in which they stand.

use heifer::heifer_isobmff::boxes::Property;
use heifer::heifer_isobmff::{HeifFile, ItemId};

use super::super::Raster;
use super::super::orientation::Orientation;

/// Applies them to a picture of this size that was made smaller by a factor. `None` if they can't be.
pub(super) fn apply(
    file: &HeifFile<'_>,
    id: ItemId,
    mut raster: Raster,
    mut size: (u32, u32),
    scale: u32,
) -> Option<Raster> {
    for property in file.item_properties(id).ok()? {
        match *property {
            Property::CleanAperture { width, height, horiz_offset, vert_offset } => {
                let (left, right) = span(size.0, width, horiz_offset)?;
                let (top, bottom) = span(size.1, height, vert_offset)?;
                // Rather a pixel less than one that was cut away.
                let from = (left.div_ceil(scale), top.div_ceil(scale));
                raster = raster.cut(from, (end(right, size.0, scale), end(bottom, size.1, scale)))?;
                size = (right - left, bottom - top);
            }
            Property::Rotation(quarters) => {
                let turn = Orientation::turned_left(quarters);
                raster = raster.upright(turn);
                size = turn.size(size.0, size.1);
            }
            Property::Mirror(true) => raster = raster.upright(Orientation::from_exif(4)),
            Property::Mirror(false) => raster = raster.upright(Orientation::from_exif(2)),
            _ => {}
        }
    }
    Some(raster)
}

/// Where something ends in the smaller picture: its last pixel may be made of fewer than the others.
fn end(end: u32, length: u32, scale: u32) -> u32 {
    if end == length { length.div_ceil(scale) } else { end / scale }
}

/// From where to where a clean aperture reaches (ISO/IEC 14496-12, 12.1.4): its length, and how far its middle is from the
/// picture's, both as fractions.
fn span(whole: u32, length: (u32, u32), offset: (i32, u32)) -> Option<(u32, u32)> {
    let fraction = |(over, under): (f64, u32)| (under > 0).then(|| over / f64::from(under));
    let length = fraction((f64::from(length.0), length.1))?;
    let offset = fraction((f64::from(offset.0), offset.1))?;
    let start = ((f64::from(whole) - length) / 2.0 + offset).round();
    let end = start + length.round();
    let inside = start >= 0.0 && end > start && end <= f64::from(whole);
    inside.then_some((start as u32, end as u32))
}
