//! The frame header (T.81, B.2.2) and the scans' headers (B.2.3).

use super::{MAX_SCANS, marker};
use crate::{Limits, Refusal};

/// What the frame header says, and how many scans it had so far.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) scans: u32,
    is_progressive: bool,
    components: Vec<u8>,
}

impl Frame {
    /// Reads a frame header and holds it to the limits, before any of the picture arrives.
    pub(super) fn read(code: u8, segment: &[u8], limits: &Limits) -> Result<Self, Refusal> {
        const BAD: Refusal = Refusal::Damaged("the JPEG's frame header doesn't add up");
        let [precision, h1, h0, w1, w0, count, rest @ ..] = segment else { return Err(BAD) };
        if *precision != 8 {
            return Err(Refusal::Variant("a JPEG with other than 8 bits for each sample"));
        }
        let (height, width) = (u16::from_be_bytes([*h1, *h0]), u16::from_be_bytes([*w1, *w0]));
        if height == 0 {
            return Err(Refusal::Variant("a JPEG that states its height after the picture"));
        }
        limits.check_dimensions(width.into(), height.into())?;
        let (components, excess) = rest.as_chunks::<3>();
        if !excess.is_empty() || components.len() != usize::from(*count) || !matches!(count, 1..=4) {
            return Err(BAD);
        }
        let mut ids = Vec::with_capacity(4);
        for [id, sampling, table] in components {
            let is_factor = |factor| matches!(factor, 1..=4);
            if ids.contains(id) || !is_factor(sampling >> 4) || !is_factor(sampling & 15) || *table > 3 {
                return Err(BAD);
            }
            ids.push(*id);
        }
        Ok(Self {
            width: width.into(),
            height: height.into(),
            scans: 0,
            is_progressive: code == marker::SOF2,
            components: ids,
        })
    }

    /// Judges a scan header and counts the scan.
    pub(super) fn begin_scan(&mut self, segment: &[u8]) -> Result<(), Refusal> {
        const BAD: Refusal = Refusal::Damaged("a scan header of the JPEG doesn't add up");
        let Some((&count, rest)) = segment.split_first() else { return Err(BAD) };
        let Some((selectors, &[start, end, approximation])) = rest.split_last_chunk::<3>() else {
            return Err(BAD);
        };
        let (selectors, excess) = selectors.as_chunks::<2>();
        let are_known = selectors
            .iter()
            .all(|[id, tables]| self.components.contains(id) && tables >> 4 <= 3 && tables & 15 <= 3);
        if !excess.is_empty()
            || selectors.len() != usize::from(count)
            || !matches!(count, 1..=4)
            || !are_known
        {
            return Err(BAD);
        }
        let is_band = start <= end && end <= 63 && approximation >> 4 <= 13 && approximation & 15 <= 13;
        if self.is_progressive && !is_band {
            return Err(BAD);
        }
        self.scans += 1;
        self.check_scans()
    }

    fn check_scans(&self) -> Result<(), Refusal> {
        // A sequential picture has each component in exactly one scan.
        if !self.is_progressive && self.scans as usize > self.components.len() {
            return Err(Refusal::Damaged("the JPEG has more scans than components"));
        }
        if self.scans > MAX_SCANS {
            return Err(Refusal::Variant("a JPEG of more than 100 scans"));
        }
        Ok(())
    }
}
