//! HEIC (ISO/IEC 23008-12 on ISO/IEC 14496-12): which picture is the primary one, and what size the file claims for it.
//!
//! The file is kept as received: it is never shown in a browser, and its metadata can't be taken out without rewriting
//! every offset in it. What is checked is that it is one picture, within the limits, and nothing beside.

use crate::{Limits, Refusal, SecondLook};

/// Most items (tiles, thumbnails, metadata) and properties; a picture of 50 million pixels has about 200 tiles.
const MAX_ENTRIES: usize = 2_000;

const DAMAGED: Refusal = Refusal::Damaged("the boxes of the HEIC don't add up");

pub(crate) fn look(file: &[u8], limits: Limits) -> Result<SecondLook, Refusal> {
    let mut meta = None;
    let mut has_data = false;
    for (number, next) in Boxes(file).enumerate() {
        let (kind, content) = next?;
        match &kind {
            b"ftyp" if number == 0 => {}
            b"meta" if meta.is_none() => meta = Some(content),
            b"mdat" => has_data = true,
            b"free" | b"skip" | b"uuid" if number > 0 => {}
            b"moov" | b"moof" => return Err(Refusal::Variant("a HEIC with moving pictures")),
            _ => return Err(DAMAGED),
        }
        if number > MAX_ENTRIES {
            return Err(Refusal::Damaged("the HEIC has too many boxes"));
        }
    }
    let meta = meta.ok_or(Refusal::EndsEarly("the HEIC has no description of its picture"))?;
    if !has_data {
        return Err(Refusal::EndsEarly("the HEIC has no picture data"));
    }
    let (width, height) = Meta::read(full(meta)?)?.primary_size(&limits)?;
    Ok(SecondLook::picture(width, height, None))
}

/// The boxes that tile `0`: kind and content of each.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = Result<([u8; 4], &'a [u8]), Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let next = split_box(self.0);
        self.0 = next.as_ref().map_or(&[], |(_, _, rest)| *rest);
        Some(next.map(|(kind, content, _)| (kind, content)))
    }
}

type Split<'a> = ([u8; 4], &'a [u8], &'a [u8]);

/// Kind and content of the first box, and what lies behind it (ISO/IEC 14496-12, 4.2).
fn split_box(bytes: &[u8]) -> Result<Split<'_>, Refusal> {
    let early = Refusal::EndsEarly("a box of the HEIC is longer than the file");
    let Some(([s0, s1, s2, s3, kind @ ..], rest)) = bytes.split_first_chunk::<8>() else { return Err(early) };
    let kind = [kind[0], kind[1], kind[2], kind[3]];
    let (header, size) = match u32::from_be_bytes([*s0, *s1, *s2, *s3]) {
        0 => (8, bytes.len() as u64),
        1 => (16, u64::from_be_bytes(*rest.first_chunk().ok_or(early.clone())?)),
        size => (8, size.into()),
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let whole = bytes.get(..size).ok_or(early)?;
    Ok((kind, whole.get(header..).ok_or(DAMAGED)?, &bytes[size..]))
}

/// The content of a full box behind its version and flags.
fn full(content: &[u8]) -> Result<&[u8], Refusal> {
    content.get(4..).ok_or(DAMAGED)
}

/// What the description says of the picture.
#[derive(Default)]
struct Meta {
    primary: Option<u32>,
    /// Items by number, with their types.
    items: Vec<(u32, [u8; 4])>,
    /// Properties in order; the size where one states a size.
    properties: Vec<Option<(u32, u32)>>,
    /// Which property (from 1) belongs to which item.
    associations: Vec<(u32, usize)>,
}

impl Meta {
    fn read(content: &[u8]) -> Result<Self, Refusal> {
        let mut meta = Self::default();
        for next in Boxes(content) {
            match next? {
                (kind, content) if &kind == b"pitm" => {
                    meta.primary = Some(Fields::of(content)?.id_by_version()?);
                }
                (kind, content) if &kind == b"iinf" => meta.read_items(content)?,
                (kind, content) if &kind == b"iprp" => meta.read_properties(content)?,
                (kind, content) if &kind == b"hdlr" && content.get(8..12) != Some(b"pict") => {
                    return Err(DAMAGED);
                }
                _ => {}
            }
        }
        Ok(meta)
    }

    fn read_items(&mut self, content: &[u8]) -> Result<(), Refusal> {
        let mut fields = Fields::of(content)?;
        fields.id_by_version()?;
        for next in Boxes(fields.rest) {
            let (kind, entry) = next?;
            let mut entry = Fields::of(entry)?;
            if &kind != b"infe" || entry.version < 2 {
                return Err(DAMAGED);
            }
            let id = if entry.version == 2 { entry.number::<2>()? } else { entry.number::<4>()? };
            entry.number::<2>()?;
            self.items.push((id, entry.number::<4>()?.to_be_bytes()));
            check_count(self.items.len())?;
        }
        Ok(())
    }

    fn read_properties(&mut self, content: &[u8]) -> Result<(), Refusal> {
        for next in Boxes(content) {
            match next? {
                (kind, content) if &kind == b"ipco" => self.read_container(content)?,
                (kind, content) if &kind == b"ipma" => self.read_associations(content)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_container(&mut self, content: &[u8]) -> Result<(), Refusal> {
        for next in Boxes(content) {
            let (kind, property) = next?;
            let size = if &kind == b"ispe" {
                let mut fields = Fields::of(property)?;
                Some((fields.number::<4>()?, fields.number::<4>()?))
            } else {
                None
            };
            self.properties.push(size);
            check_count(self.properties.len())?;
        }
        Ok(())
    }

    /// Which properties belong to which item (ISO/IEC 23008-12, 9.3.1).
    fn read_associations(&mut self, content: &[u8]) -> Result<(), Refusal> {
        let mut fields = Fields::of(content)?;
        let wide = fields.flags & 1 == 1;
        for _ in 0..fields.number::<4>()? {
            let item = if fields.version == 0 { fields.number::<2>()? } else { fields.number::<4>()? };
            for _ in 0..fields.number::<1>()? {
                // The top bit says whether the property is essential.
                let index = if wide { fields.number::<2>()? & 0x7FFF } else { fields.number::<1>()? & 0x7F };
                self.associations.push((item, index as usize));
                check_count(self.associations.len() / 16)?;
            }
        }
        Ok(())
    }

    /// The size of the primary picture, after every size in the file was held to the limits: a grid is put together from
    /// tiles, and each of them is decoded by itself.
    fn primary_size(&self, limits: &Limits) -> Result<(u32, u32), Refusal> {
        let primary = self.primary.ok_or(DAMAGED)?;
        let (_, kind) = self.items.iter().find(|(id, _)| *id == primary).ok_or(DAMAGED)?;
        if !matches!(kind, b"hvc1" | b"grid") {
            return Err(Refusal::Variant("a HEIC whose main picture is neither HEVC nor a grid of it"));
        }
        let size_of = |(item, index): &(u32, usize)| {
            let size = self.properties.get(index.checked_sub(1)?)?.as_ref()?;
            (*item == primary).then_some(*size)
        };
        let mut sizes = self.associations.iter().filter_map(size_of);
        let (width, height) =
            sizes.next().ok_or(Refusal::Damaged("the HEIC doesn't state its picture's size"))?;
        if sizes.any(|other| other != (width, height)) {
            return Err(Refusal::Damaged("the HEIC states two sizes of its picture"));
        }
        limits.check_dimensions(width, height)?;
        self.properties
            .iter()
            .flatten()
            .try_for_each(|(width, height)| limits.check_dimensions(*width, *height))?;
        Ok((width, height))
    }
}

fn check_count(count: usize) -> Result<(), Refusal> {
    if count > MAX_ENTRIES {
        return Err(Refusal::Damaged("the HEIC has too many items"));
    }
    Ok(())
}

/// Reads numbers off the content of a full box.
struct Fields<'a> {
    version: u8,
    flags: u32,
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn of(content: &'a [u8]) -> Result<Self, Refusal> {
        let ([version, f2, f1, f0], rest) = content.split_first_chunk::<4>().ok_or(DAMAGED)?;
        Ok(Self { version: *version, flags: u32::from_be_bytes([0, *f2, *f1, *f0]), rest })
    }

    /// A big-endian number of `N` bytes, at most four.
    fn number<const N: usize>(&mut self) -> Result<u32, Refusal> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(DAMAGED)?;
        self.rest = rest;
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    /// A number that has two bytes in version 0 and four later.
    fn id_by_version(&mut self) -> Result<u32, Refusal> {
        if self.version == 0 { self.number::<2>() } else { self.number::<4>() }
    }
}
