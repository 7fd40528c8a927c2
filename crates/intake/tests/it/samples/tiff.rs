//! TIFF blocks, as EXIF has them.

use super::MARKER;

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Order {
    Little,
    Big,
}

/// What the block holds besides the orientation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Part {
    Nothing,
    Make,
    Gps,
    MakerNote,
    UserComment,
    Thumbnail,
}

impl Order {
    fn short(self, value: u16) -> [u8; 2] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    fn long(self, value: u32) -> [u8; 4] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    /// One directory, with data behind it, that stands at `at`; the next directory stands at `next`.
    fn directory(self, at: usize, entries: &[(u16, u16, u32, Vec<u8>)], next: u32) -> Vec<u8> {
        let data_at = at + 2 + 12 * entries.len() + 4;
        let mut directory = self.short(entries.len() as u16).to_vec();
        let mut data = Vec::new();
        for (tag, kind, count, value) in entries {
            directory.extend([self.short(*tag), self.short(*kind)].concat());
            directory.extend(self.long(*count));
            if value.len() > 4 {
                directory.extend(self.long((data_at + data.len()) as u32));
                data.extend_from_slice(value);
                data.resize(data.len().next_multiple_of(2), 0);
            } else {
                directory.extend(value.iter().chain([0; 4].iter()).take(4));
            }
        }
        directory.extend(self.long(next));
        directory.extend(data);
        directory
    }
}

/// A TIFF block with an orientation and one more thing, which carries the marker.
pub(crate) fn block(order: Order, orientation: Option<u16>, part: Part) -> Vec<u8> {
    const ASCII: u16 = 2;
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    const UNDEFINED: u16 = 7;
    const SECOND: usize = 200;
    let marker = |tag, kind| (tag, kind, MARKER.len() as u32, MARKER.to_vec());
    let pointer = |tag| (tag, LONG, 1, order.long(SECOND as u32).to_vec());
    let mut entries = Vec::new();
    let mut second = Vec::new();
    if part == Part::Make {
        entries.push(marker(0x010F, ASCII));
    }
    if let Some(value) = orientation {
        entries.push((0x0112, SHORT, 1, order.short(value).to_vec()));
    }
    match part {
        Part::Gps => {
            entries.push(pointer(0x8825));
            second.push(marker(0x001D, ASCII));
        }
        Part::MakerNote => {
            entries.push(pointer(0x8769));
            second.push(marker(0x927C, UNDEFINED));
        }
        Part::UserComment => {
            entries.push(pointer(0x8769));
            second.push(marker(0x9286, UNDEFINED));
        }
        Part::Thumbnail => {
            second.push((0x0201, LONG, 1, order.long(SECOND as u32 + 100).to_vec()));
            second.push((0x0202, LONG, 1, order.long(MARKER.len() as u32).to_vec()));
        }
        Part::Nothing | Part::Make => {}
    }
    let next = if part == Part::Thumbnail { SECOND as u32 } else { 0 };
    let mut block = if order == Order::Little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
    block.extend(order.long(8));
    block.extend(order.directory(8, &entries, next));
    if !second.is_empty() {
        block.resize(SECOND, 0);
        block.extend(order.directory(SECOND, &second, 0));
        block.resize(block.len().max(SECOND + 100), 0);
        block.extend_from_slice(MARKER);
    }
    block
}
