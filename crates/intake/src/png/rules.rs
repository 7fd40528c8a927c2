//! Which chunks are kept, where they may stand and how long they may be (PNG, 5.6 and 11).

use super::Kind;
use super::header::{Colour, Header};
use crate::{Refusal, icc};

/// What becomes of a chunk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is read as a whole, then kept or rewritten.
    Collect,
    /// It is picture data and streams through.
    Data,
    /// It is passed over.
    Drop,
}

/// How far the file has come. The order of the variants is the order of the file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    #[default]
    Start,
    Colours,
    Palette,
    Data,
    AfterData,
}

/// The state that order and number of chunks depend on.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) phase: Phase,
    /// Entries of the palette.
    pub(super) palette: u32,
    seen: Vec<Kind>,
}

/// Longest EXIF block that is looked into for the orientation.
const MAX_EXIF: u32 = 64 * 1024;

impl Rules {
    pub(super) fn fate(&mut self, kind: Kind, length: u32, header: Option<&Header>) -> Result<Fate, Refusal> {
        let Some(header) = header else {
            return self.first(kind, length);
        };
        if &kind == b"IDAT" {
            return self.data(header);
        }
        if self.phase == Phase::Data {
            self.phase = Phase::AfterData;
        }
        match &kind {
            b"IHDR" => Err(Refusal::Damaged("the PNG has two headers")),
            b"IEND" if length == 0 => Ok(Fate::Collect),
            b"PLTE" => self.palette(length, header),
            b"tRNS" => self.transparency(kind, length, header),
            b"eXIf" => Ok(self.once(kind, length <= MAX_EXIF)),
            b"iCCP" if length as usize > icc::MAX => {
                Err(Refusal::Contains("a colour profile of more than 1 MiB"))
            }
            b"iCCP" | b"gAMA" | b"cHRM" | b"sRGB" | b"sBIT" | b"cICP" => {
                let fits = colour_length(kind, header).is_none_or(|fixed| fixed == length);
                Ok(self.once(kind, fits && self.phase == Phase::Colours))
            }
            // Lower case: ancillary, decoders may ignore it (5.4). Upper case: they may not.
            [first, ..] if first.is_ascii_lowercase() => Ok(Fate::Drop),
            _ => Err(Refusal::Damaged("the PNG has an unknown critical chunk")),
        }
    }

    fn first(&mut self, kind: Kind, length: u32) -> Result<Fate, Refusal> {
        if &kind != b"IHDR" || length != 13 {
            return Err(Refusal::Damaged("the PNG does not start with its header"));
        }
        self.phase = Phase::Colours;
        Ok(Fate::Collect)
    }

    fn data(&mut self, header: &Header) -> Result<Fate, Refusal> {
        if self.phase == Phase::AfterData {
            return Err(Refusal::Damaged("the PNG has picture data in two places"));
        }
        if header.colour == Colour::Indexed && self.palette == 0 {
            return Err(Refusal::Damaged("the PNG has no palette before its picture"));
        }
        self.phase = Phase::Data;
        Ok(Fate::Data)
    }

    fn palette(&mut self, length: u32, header: &Header) -> Result<Fate, Refusal> {
        let most = match header.colour {
            Colour::Indexed => 3 << header.depth,
            Colour::Rgb | Colour::Rgba => 768,
            Colour::Grey | Colour::GreyAlpha => 0,
        };
        if self.phase != Phase::Colours || length == 0 || length > most || !length.is_multiple_of(3) {
            return Err(Refusal::Damaged("the PNG's palette doesn't add up"));
        }
        self.phase = Phase::Palette;
        Ok(Fate::Collect)
    }

    /// Transparency changes pixels, so it is right or refused.
    fn transparency(&mut self, kind: Kind, length: u32, header: &Header) -> Result<Fate, Refusal> {
        let fits = match header.colour {
            Colour::Grey => length == 2,
            Colour::Rgb => length == 6,
            Colour::Indexed => (1..=self.palette).contains(&length),
            Colour::GreyAlpha | Colour::Rgba => false,
        };
        if fits && self.phase < Phase::Data && self.once(kind, true) == Fate::Collect {
            return Ok(Fate::Collect);
        }
        Err(Refusal::Damaged("the PNG's transparency doesn't add up"))
    }

    /// Keeps the first chunk of a kind, where it is as it should be.
    fn once(&mut self, kind: Kind, is_right: bool) -> Fate {
        if !is_right || self.seen.contains(&kind) {
            return Fate::Drop;
        }
        self.seen.push(kind);
        Fate::Collect
    }
}

/// The length of the colour chunks that have a fixed one.
fn colour_length(kind: Kind, header: &Header) -> Option<u32> {
    match &kind {
        b"gAMA" | b"cICP" => Some(4),
        b"cHRM" => Some(32),
        b"sRGB" => Some(1),
        b"sBIT" if header.colour == Colour::Indexed => Some(3),
        b"sBIT" => Some(header.colour.channels()),
        _ => None,
    }
}
