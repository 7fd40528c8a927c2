//! WebP (RFC 9649): checked and cleaned as a whole, since its first field is its size and its flags come before what they
//! tell of.

use crate::exif::{JPEG_HEADER, Orientation};
use crate::{Limits, Refusal, SecondLook, icc};

/// Most chunks; real files have up to seven.
const MAX_CHUNKS: usize = 1_000;

const DAMAGED: Refusal = Refusal::Damaged("the chunks of the WebP don't add up");

/// Flags of the extended header (RFC 9649, 2.7).
mod flag {
    pub(super) const PROFILE: u8 = 0x20;
    pub(super) const ALPHA: u8 = 0x10;
    pub(super) const EXIF: u8 = 0x08;
    pub(super) const ANIMATION: u8 = 0x02;
}

/// The chunks that matter, as found.
#[derive(Default)]
struct Found<'a> {
    extended: Option<&'a [u8]>,
    profile: Option<&'a [u8]>,
    alpha: Option<&'a [u8]>,
    /// Kind, data, width and height of the picture.
    picture: Option<([u8; 4], &'a [u8], u32, u32)>,
    orientation: Option<Orientation>,
}

pub(crate) fn look(file: &[u8], limits: Limits) -> Result<SecondLook, Refusal> {
    let found = Found::read(body(file)?)?;
    let (kind, data, width, height) = found.picture.ok_or(Refusal::EndsEarly("the WebP has no picture"))?;
    limits.check_dimensions(width, height)?;
    if let Some(extended) = found.extended {
        let (canvas_width, canvas_height) = canvas(extended)?;
        limits.check_dimensions(canvas_width, canvas_height)?;
        if (canvas_width, canvas_height) != (width, height) {
            return Err(Refusal::Damaged("the WebP's canvas and picture differ in size"));
        }
    }
    let mut cleaned = Vec::with_capacity(file.len());
    cleaned.extend_from_slice(b"RIFF\0\0\0\0WEBP");
    if let Some(extended) = found.extended {
        found.write_extended(extended, &mut cleaned);
    }
    write_chunk(kind, data, &mut cleaned);
    if let (Some(_), Some(orientation)) = (found.extended, found.orientation) {
        write_chunk(*b"EXIF", &orientation.to_tiff(), &mut cleaned);
    }
    let size = (cleaned.len() - 8) as u32;
    cleaned[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(SecondLook::picture(width, height, Some(cleaned)))
}

/// The chunks' bytes, by the size that the file states. What lies behind is not looked at.
fn body(file: &[u8]) -> Result<&[u8], Refusal> {
    let Some(([b'R', b'I', b'F', b'F', s0, s1, s2, s3, b'W', b'E', b'B', b'P'], chunks)) =
        file.split_first_chunk::<12>()
    else {
        return Err(Refusal::EndsEarly("the WebP has no header"));
    };
    let size = u32::from_le_bytes([*s0, *s1, *s2, *s3]) as usize;
    let body = size.checked_sub(4).ok_or(DAMAGED)?;
    chunks.get(..body).ok_or(Refusal::EndsEarly("the WebP states more bytes than came"))
}

impl<'a> Found<'a> {
    fn read(mut body: &'a [u8]) -> Result<Self, Refusal> {
        let mut found = Self::default();
        for number in 0..MAX_CHUNKS {
            let Some(([kind @ .., s0, s1, s2, s3], rest)) = body.split_first_chunk::<8>() else {
                return if body.is_empty() { Ok(found) } else { Err(DAMAGED) };
            };
            let size = u32::from_le_bytes([*s0, *s1, *s2, *s3]) as usize;
            let data = rest.get(..size).ok_or(DAMAGED)?;
            // Chunks are padded to an even size; the last one's padding is missing in some files.
            body = rest.get(size + size % 2..).unwrap_or_default();
            found.take(number, [kind[0], kind[1], kind[2], kind[3]], data)?;
        }
        Err(Refusal::Damaged("the WebP has more than 1000 chunks"))
    }

    fn take(&mut self, number: usize, kind: [u8; 4], data: &'a [u8]) -> Result<(), Refusal> {
        match &kind {
            b"VP8X" if number == 0 => self.extended = Some(data),
            b"ANIM" | b"ANMF" => return Err(Refusal::Variant("an animated WebP")),
            b"VP8 " | b"VP8L" => self.picture(kind, data)?,
            b"ALPH" if self.extended.is_some() && self.alpha.is_none() && self.picture.is_none() => {
                self.alpha = Some(data);
            }
            b"VP8X" | b"ALPH" => return Err(DAMAGED),
            b"ICCP" if self.profile.is_none() => self.profile = icc::whole(data),
            b"EXIF" if self.orientation.is_none() => {
                self.orientation = Orientation::from_tiff(data.strip_prefix(JPEG_HEADER).unwrap_or(data));
            }
            _ => {}
        }
        Ok(())
    }

    fn picture(&mut self, kind: [u8; 4], data: &'a [u8]) -> Result<(), Refusal> {
        let lossless = &kind == b"VP8L";
        if self.picture.is_some() || (lossless && self.alpha.is_some()) {
            return Err(Refusal::Damaged("the WebP has two pictures"));
        }
        let (width, height) = if lossless { lossless_size(data) } else { lossy_size(data) }?;
        self.picture = Some((kind, data, width, height));
        Ok(())
    }

    /// The extended header with the flags of what is kept, and the chunks that stand before the picture.
    fn write_extended(&self, extended: &[u8], cleaned: &mut Vec<u8>) {
        let mut header = [0; 10];
        header[4..].copy_from_slice(&extended[4..10]);
        header[0] = extended[0] & flag::ALPHA;
        header[0] |= self.profile.map_or(0, |_| flag::PROFILE);
        header[0] |= self.orientation.map_or(0, |_| flag::EXIF);
        write_chunk(*b"VP8X", &header, cleaned);
        if let Some(profile) = self.profile {
            write_chunk(*b"ICCP", profile, cleaned);
        }
        if let Some(alpha) = self.alpha {
            write_chunk(*b"ALPH", alpha, cleaned);
        }
    }
}

/// Width and height of the canvas: 24 bits each, less one.
fn canvas(extended: &[u8]) -> Result<(u32, u32), Refusal> {
    let &[flags, _, _, _, w0, w1, w2, h0, h1, h2] = extended else { return Err(DAMAGED) };
    if flags & flag::ANIMATION != 0 {
        return Err(Refusal::Variant("an animated WebP"));
    }
    Ok((u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1))
}

/// The frame header of VP8 (RFC 6386, 9.1): a key frame, its start code, 14 bits each of width and height.
fn lossy_size(data: &[u8]) -> Result<(u32, u32), Refusal> {
    let Some([tag, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1]) = data.first_chunk::<10>() else {
        return Err(DAMAGED);
    };
    if tag & 1 != 0 {
        return Err(DAMAGED);
    }
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Ok((side(*w0, *w1), side(*h0, *h1)))
}

/// The header of a lossless picture (RFC 9649, 3.4): signature, 14 bits each of width and height less one, alpha, version 0.
fn lossless_size(data: &[u8]) -> Result<(u32, u32), Refusal> {
    let Some([0x2F, b0, b1, b2, b3]) = data.first_chunk::<5>() else { return Err(DAMAGED) };
    let bits = u32::from_le_bytes([*b0, *b1, *b2, *b3]);
    if bits >> 29 != 0 {
        return Err(DAMAGED);
    }
    Ok(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
}

fn write_chunk(kind: [u8; 4], data: &[u8], cleaned: &mut Vec<u8>) {
    cleaned.extend_from_slice(&kind);
    cleaned.extend_from_slice(&(data.len() as u32).to_le_bytes());
    cleaned.extend_from_slice(data);
    if data.len() % 2 == 1 {
        cleaned.push(0);
    }
}
