//! Application segments: four kinds matter to what is seen, each is rewritten to just that. All else is dropped.

use super::{marker, write_segment};
use crate::exif::{self, Orientation};
use crate::{Refusal, icc};

/// A JFIF header (JFIF 1.02) without density and thumbnail. Its presence tells decoders that colours are YCbCr.
const JFIF: &[u8; 14] = b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0";

/// What introduces a colour profile in an APP2 segment (ICC.1:2022, B.4).
const ICC_HEADER: &[u8; 12] = b"ICC_PROFILE\0";

/// What was kept so far.
#[derive(Debug, Default)]
pub(super) struct Application {
    has_jfif: bool,
    transform: Option<u8>,
    has_exif: bool,
    profile: Profile,
}

/// A colour profile comes in numbered parts, which may have to span segments.
#[derive(Debug, Default)]
enum Profile {
    #[default]
    Absent,
    /// The number of the next part, of how many, and how many bytes are still to come.
    Open { next: u8, parts: u8, left: usize },
    /// Complete, or not a profile after all: any further part is dropped.
    Closed,
}

impl Application {
    pub(super) fn keep(&mut self, code: u8, segment: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        match code {
            marker::APP0 => self.jfif(segment, kept),
            marker::APP1 => self.exif(segment, kept),
            marker::APP2 => self.profile(segment, kept),
            _ => return self.adobe(segment, kept),
        }
        Ok(())
    }

    fn jfif(&mut self, segment: &[u8], kept: &mut Vec<u8>) {
        if !self.has_jfif && segment.len() >= JFIF.len() && segment.starts_with(b"JFIF\0") {
            self.has_jfif = true;
            write_segment(marker::APP0, &[JFIF], kept);
        }
    }

    /// The first EXIF block counts, as for every reader.
    fn exif(&mut self, segment: &[u8], kept: &mut Vec<u8>) {
        let Some(tiff) = segment.strip_prefix(exif::JPEG_HEADER) else { return };
        if !std::mem::replace(&mut self.has_exif, true)
            && let Some(orientation) = Orientation::from_tiff(tiff)
        {
            write_segment(marker::APP1, &[exif::JPEG_HEADER, &orientation.to_tiff()], kept);
        }
    }

    fn profile(&mut self, segment: &[u8], kept: &mut Vec<u8>) {
        let Some([number, count, data @ ..]) = segment.strip_prefix(ICC_HEADER) else { return };
        let (next, parts, left) = match self.profile {
            Profile::Absent => (1, *count, icc::declared_size(data).unwrap_or(0)),
            Profile::Open { next, parts, left } => (next, parts, left),
            Profile::Closed => return,
        };
        self.profile = Profile::Closed;
        if *number != next || *count != parts || next > parts || left == 0 {
            return;
        }
        let data = &data[..data.len().min(left)];
        write_segment(marker::APP2, &[ICC_HEADER, &[next, parts], data], kept);
        if next < parts {
            self.profile = Profile::Open { next: next + 1, parts, left: left - data.len() };
        }
    }

    /// Adobe's segment says how colours were transformed (Adobe Technical Note 5116); only that is kept.
    fn adobe(&mut self, segment: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        let Some([_, _, _, _, _, _, transform, ..]) = segment.strip_prefix(b"Adobe") else { return Ok(()) };
        if *transform > 2 {
            return Err(Refusal::Damaged("the JPEG names an unknown colour transform"));
        }
        match self.transform.replace(*transform) {
            None => write_segment(marker::APP14, &[b"Adobe\0\x64\0\0\0\0", &[*transform]], kept),
            Some(earlier) if earlier != *transform => {
                return Err(Refusal::Damaged("the JPEG names two colour transforms"));
            }
            Some(_) => {}
        }
        Ok(())
    }
}
