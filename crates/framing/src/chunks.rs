//! The chunks of a body (RFC 9112 section 7.1).

use super::fields::{field, is_field_byte};

/// The longest line of a chunk's size, with its extensions.
const MAX_LINE: usize = 256;
/// The most that trailers may take in all, in bytes.
const MAX_TRAILERS: usize = 8 * 1024;
/// Fields that say how a message is read or who sent it don't come after it (RFC 9110 section 6.5.1).
const NOT_TRAILERS: [&str; 9] = [
    "content-length",
    "transfer-encoding",
    "host",
    "authorization",
    "content-type",
    "content-encoding",
    "trailer",
    "x-forwarded-for",
    "forwarded",
];

/// The framing is broken.
#[derive(Debug)]
pub(super) struct Broken;

/// Where in a chunked body one is.
#[derive(Debug, Default)]
pub(super) enum Chunked {
    #[default]
    Size,
    Data(u64),
    DataEnd,
    /// With how many bytes they took so far.
    Trailers(usize),
    Done,
}

impl Chunked {
    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }

    /// How many bytes of the front are good; 0 if more has to come.
    pub(super) fn step(&mut self, bytes: &[u8]) -> Result<usize, Broken> {
        match *self {
            Self::Size => {
                let Some((line, count)) = line(bytes, MAX_LINE)? else { return Ok(0) };
                *self = match size(line).ok_or(Broken)? {
                    0 => Self::Trailers(0),
                    size => Self::Data(size),
                };
                Ok(count)
            }
            Self::Data(left) => {
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                let left = left - count as u64;
                *self = if left == 0 { Self::DataEnd } else { Self::Data(left) };
                Ok(count)
            }
            Self::DataEnd if bytes.starts_with(b"\r\n") => {
                *self = Self::Size;
                Ok(2)
            }
            Self::DataEnd if bytes == b"\r" => Ok(0),
            Self::DataEnd => Err(Broken),
            Self::Trailers(before) => {
                let Some((line, count)) = line(bytes, MAX_TRAILERS - before)? else { return Ok(0) };
                *self = if line.is_empty() { Self::Done } else { trailer(line, before + count)? };
                Ok(count)
            }
            Self::Done => Ok(0),
        }
    }
}

fn trailer(line: &[u8], so_far: usize) -> Result<Chunked, Broken> {
    let (name, _) = field(line).ok_or(Broken)?;
    let forbidden = NOT_TRAILERS.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()));
    if forbidden { Err(Broken) } else { Ok(Chunked::Trailers(so_far)) }
}

/// A line without its end, and its length with it; None if it isn't whole yet.
fn line(bytes: &[u8], limit: usize) -> Result<Option<(&[u8], usize)>, Broken> {
    let looked = &bytes[..bytes.len().min(limit)];
    match looked.iter().position(|byte| *byte == b'\n') {
        Some(end) if end > 0 && bytes[end - 1] == b'\r' => Ok(Some((&bytes[..end - 1], end + 1))),
        Some(_) => Err(Broken),
        None if bytes.len() >= limit => Err(Broken),
        None => Ok(None),
    }
}

/// Hexadecimal digits; what follows a semicolon means nothing here.
fn size(line: &[u8]) -> Option<u64> {
    let end = line.iter().position(|byte| *byte == b';').unwrap_or(line.len());
    let digits = &line[..end];
    let good = (1..=16).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    if !good || !line[end..].iter().all(|byte| is_field_byte(*byte)) {
        return None;
    }
    let size = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    i64::try_from(size).is_ok().then_some(size)
}
