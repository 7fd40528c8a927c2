//! Object streams (ISO 32000-2, 7.5.7): unpacked one at a time, under a ceiling for each and for all.

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use super::facts::{Facts, Filter};
use super::lexer::{Lexer, Token};
use crate::Refusal;

/// Most bytes that one object stream may unpack to; writers put some hundred objects into each.
const MAX_STREAM: usize = 4 * 1024 * 1024;

/// Most objects in one object stream.
const MAX_MEMBERS: usize = 10_000;

const DAMAGED: Refusal = Refusal::Damaged("an object stream of the PDF doesn't add up");

/// Bytes that object streams may still unpack to.
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(32 * 1024 * 1024)
    }
}

impl Budget {
    /// The content of an object stream.
    pub(super) fn unpack(&mut self, facts: &Facts, data: &[u8]) -> Result<Vec<u8>, Refusal> {
        let most = self.0.min(MAX_STREAM);
        let unpacked = match facts.filter {
            Filter::Plain if data.len() <= most => data.to_vec(),
            Filter::Plain => return Err(too_much()),
            Filter::Flate => inflate(data, most)?,
            Filter::Other => return Err(Refusal::Variant("a PDF with objects in an unusual packing")),
        };
        self.0 -= unpacked.len();
        Ok(unpacked)
    }
}

fn inflate(data: &[u8], most: usize) -> Result<Vec<u8>, Refusal> {
    decompress_to_vec_zlib_with_limit(data, most).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => too_much(),
        _ => DAMAGED,
    })
}

fn too_much() -> Refusal {
    Refusal::Contains("an object stream of more than 4 MiB, or 32 MiB of them")
}

/// The objects in an unpacked stream: number and bytes of each. Offsets have to rise, so that no byte is read twice.
pub(super) fn members<'a>(facts: &Facts, content: &'a [u8]) -> Result<Vec<(u32, &'a [u8])>, Refusal> {
    let (index, objects) = content.split_at_checked(facts.first).ok_or(DAMAGED)?;
    if facts.members > MAX_MEMBERS {
        return Err(Refusal::Contains("an object stream of more than 10,000 objects"));
    }
    let mut index = Lexer::new(index);
    let mut starts = Vec::new();
    for _ in 0..facts.members {
        let (Some(Token::Integer(number)), Some(Token::Integer(start))) = (index.next(), index.next()) else {
            return Err(DAMAGED);
        };
        starts.push((
            u32::try_from(number).map_err(|_| DAMAGED)?,
            usize::try_from(start).unwrap_or(usize::MAX),
        ));
    }
    let ends = starts.iter().skip(1).map(|(_, start)| *start).chain([objects.len()]);
    let slice = |(&(number, start), end)| Some((number, objects.get(start..end)?));
    starts.iter().zip(ends).map(slice).collect::<Option<_>>().ok_or(DAMAGED)
}
