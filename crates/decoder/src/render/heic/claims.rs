//! What a HEIC claims, held against itself before anything is decoded: a decoder makes room, and works, for what is claimed.

use heifer::heifer_hevc_dec::nal::{NalUnit, split_annex_b};
use heifer::heifer_hevc_dec::params::ParameterSets;
use heifer::heifer_isobmff::{HeifFile, ItemId};

/// References between items, at most. A picture of 50 million pixels has about 200 tiles, of the smallest size 12,000.
const MAX_REFERENCES: usize = 16_384;
/// A picture is coded in blocks of up to 64 pixels, so it may be larger by less than one than what is shown of it.
const BLOCK: u32 = 64;

/// A file's claims.
pub(super) struct Claims<'a> {
    file: &'a HeifFile<'a>,
    /// Bytes of coded pictures that may still be looked at: items may share their bytes, but not so often that a small file
    /// is a large one.
    left: usize,
}

/// A picture of tiles.
pub(super) struct Grid {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) columns: u32,
    /// The size of each tile.
    pub(super) tile: (u32, u32),
}

impl<'a> Claims<'a> {
    /// Of a file of so many bytes, unless it has too many references.
    pub(super) fn of(file: &'a HeifFile<'a>, bytes: usize) -> Option<Self> {
        let references: usize = file.references.iter().map(|one| 1 + one.to.len()).sum();
        (references <= MAX_REFERENCES).then_some(Self { file, left: bytes.saturating_mul(2) })
    }

    /// The size of a grid and of its tiles, if there are as many tiles as it takes, all of one size.
    pub(super) fn grid(&mut self, id: ItemId) -> Option<Grid> {
        let grid = self.file.grid(id).ok()?;
        let tiles = self.file.referenced_items(id, b"dimg");
        let (rows, columns) = (u32::from(grid.rows), u32::from(grid.columns));
        let tile = self.file.image_size(*tiles.first()?).ok()??;
        let (width, height) = (grid.output_width, grid.output_height);
        let fits = tile.0 > 0
            && tile.1 > 0
            && self.file.image_size(id).ok()? == Some((width, height))
            && (width.div_ceil(tile.0), height.div_ceil(tile.1)) == (columns, rows)
            && tiles.len() as u64 == u64::from(rows) * u64::from(columns);
        for id in tiles.iter().filter(|_| fits) {
            (self.picture(*id)? == tile).then_some(())?;
        }
        fits.then_some(Grid { width, height, columns, tile })
    }

    /// The stated size of a coded picture, if it is coded in that size; and so what says where it is clear.
    pub(super) fn picture(&mut self, id: ItemId) -> Option<(u32, u32)> {
        for beside in self.file.referencing_items(id, b"auxl") {
            self.coded(beside)?;
        }
        self.coded(id)
    }

    fn coded(&mut self, id: ItemId) -> Option<(u32, u32)> {
        let kind = self.file.item(id).ok()?.item_type;
        let (width, height) = self.file.image_size(id).ok()??;
        let stream = (kind.0 == *b"hvc1").then(|| self.file.hevc_bitstream(id).ok())??;
        self.left = self.left.checked_sub(stream.len())?;
        let fits = |is: u32, stated: u32| is < stated.saturating_add(BLOCK);
        let mut sets = ParameterSets::default();
        for bytes in split_annex_b(&stream) {
            let unit = NalUnit::parse(bytes).ok()?;
            if unit.header.unit_type.is_slice() {
                break;
            }
            sets.add(&unit).ok()?;
        }
        let sizes = sets.sps.iter().flatten();
        let good = |(wide, high)| fits(wide, width) && fits(high, height);
        let mut sizes = sizes.map(|set| (set.pic_width_in_luma_samples, set.pic_height_in_luma_samples));
        sizes.all(good).then_some((width, height))
    }
}
