//! The JPEG cleaner: reads the marker structure of ITU-T T.81 annex B as it streams by and lets through what a decoder
//! needs. Entropy-coded data passes untouched, so the pixels stay the same to the bit.

mod application;
mod frame;
mod tables;

use application::Application;
use frame::Frame;
use memchr::memchr;

use crate::{Limits, Refusal};

/// Most scans of a progressive picture. Encoders write about 10; each costs a decoder a pass over all pixels.
const MAX_SCANS: u32 = 100;

/// Most marker segments, kept and dropped together.
const MAX_SEGMENTS: u32 = 10_000;

mod marker {
    pub(super) const SOF0: u8 = 0xC0;
    pub(super) const SOF2: u8 = 0xC2;
    pub(super) const DHT: u8 = 0xC4;
    pub(super) const SOI: u8 = 0xD8;
    pub(super) const EOI: u8 = 0xD9;
    pub(super) const SOS: u8 = 0xDA;
    pub(super) const DQT: u8 = 0xDB;
    pub(super) const DNL: u8 = 0xDC;
    pub(super) const DRI: u8 = 0xDD;
    pub(super) const DHP: u8 = 0xDE;
    pub(super) const EXP: u8 = 0xDF;
    pub(super) const APP0: u8 = 0xE0;
    pub(super) const APP1: u8 = 0xE1;
    pub(super) const APP2: u8 = 0xE2;
    pub(super) const APP14: u8 = 0xEE;
}

enum State {
    /// Before the FF of the next marker, or in a file's first two bytes.
    Marker,
    /// After an FF outside of a scan.
    Code,
    LengthHigh(u8),
    LengthLow(u8, u8),
    Skip(usize),
    /// Reading a segment into the buffer: marker code and bytes still missing.
    Collect(u8, usize),
    /// In entropy-coded data.
    Scan,
    /// After an FF in entropy-coded data.
    ScanCode,
    /// After the end marker; whatever follows is dropped.
    End,
}

/// Cleans one JPEG as it streams by. State: one marker segment, at most 64 KiB.
pub(crate) struct JpegCleaner {
    limits: Limits,
    state: State,
    started: bool,
    segments: u32,
    segment: Vec<u8>,
    application: Application,
    frame: Option<Frame>,
}

impl JpegCleaner {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Marker,
            started: false,
            segments: 0,
            segment: Vec::new(),
            application: Application::default(),
            frame: None,
        }
    }

    pub(crate) fn push(&mut self, mut input: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        while let Some(&byte) = input.first() {
            let used = match self.state {
                State::End => return Ok(()),
                State::Scan => self.copy_scan(input, kept),
                State::Skip(left) => self.skip(left, input.len()),
                State::Collect(code, left) => self.collect(code, left, input, kept)?,
                State::Marker if byte == 0xFF => self.enter(State::Code),
                State::Marker => {
                    return Err(Refusal::Damaged("a marker of the JPEG is not where it has to be"));
                }
                // Any number of FF may stand before a marker (B.1.1.2); one is enough.
                State::Code | State::ScanCode if byte == 0xFF => 1,
                State::Code => self.marker(byte, kept)?,
                State::ScanCode => self.scan_code(byte, kept)?,
                State::LengthHigh(code) => self.enter(State::LengthLow(code, byte)),
                State::LengthLow(code, high) => self.open(code, u16::from_be_bytes([high, byte]), kept)?,
            };
            input = &input[used..];
        }
        Ok(())
    }

    /// The size of the picture, if it was all there.
    pub(crate) fn finish(self) -> Result<(u32, u32), Refusal> {
        match (self.state, self.frame) {
            (State::End, Some(frame)) => Ok((frame.width, frame.height)),
            _ => Err(Refusal::EndsEarly("the JPEG has no end marker")),
        }
    }

    fn enter(&mut self, state: State) -> usize {
        self.state = state;
        1
    }

    fn copy_scan(&mut self, input: &[u8], kept: &mut Vec<u8>) -> usize {
        let data = memchr(0xFF, input);
        kept.extend_from_slice(&input[..data.unwrap_or(input.len())]);
        match data {
            Some(at) => at + self.enter(State::ScanCode),
            None => input.len(),
        }
    }

    /// What follows an FF in a scan: a stuffed zero, a restart marker, or the marker that ends the scan.
    fn scan_code(&mut self, code: u8, kept: &mut Vec<u8>) -> Result<usize, Refusal> {
        match code {
            0x00 | 0xD0..=0xD7 => {
                kept.extend_from_slice(&[0xFF, code]);
                Ok(self.enter(State::Scan))
            }
            _ => self.marker(code, kept),
        }
    }

    fn skip(&mut self, left: usize, available: usize) -> usize {
        let used = left.min(available);
        self.state = if used == left { State::Marker } else { State::Skip(left - used) };
        used
    }

    fn collect(&mut self, code: u8, left: usize, input: &[u8], kept: &mut Vec<u8>) -> Result<usize, Refusal> {
        let used = left.min(input.len());
        self.segment.extend_from_slice(&input[..used]);
        if used == left {
            self.close(code, kept)?;
        } else {
            self.state = State::Collect(code, left - used);
        }
        Ok(used)
    }

    fn marker(&mut self, code: u8, kept: &mut Vec<u8>) -> Result<usize, Refusal> {
        if !self.started {
            self.started = true;
            return match code {
                marker::SOI => {
                    kept.extend_from_slice(&[0xFF, code]);
                    Ok(self.enter(State::Marker))
                }
                _ => Err(Refusal::Damaged("the JPEG does not start with its start marker")),
            };
        }
        self.segments += 1;
        if self.segments > MAX_SEGMENTS {
            return Err(Refusal::Damaged("the JPEG has more than 10000 segments"));
        }
        match code {
            marker::EOI => self.end(kept),
            0x00 | 0xD0..=marker::SOI => {
                Err(Refusal::Damaged("a marker of the JPEG is not where it has to be"))
            }
            // TEM stands alone and means nothing to a decoder.
            0x01 => Ok(self.enter(State::Marker)),
            0xC3 => Err(Refusal::Variant("a lossless JPEG")),
            0xC5..=0xC7 | marker::DHP | marker::EXP => Err(Refusal::Variant("a hierarchical JPEG")),
            0xC8..=0xCF => Err(Refusal::Variant("a JPEG with arithmetic coding")),
            marker::DNL => Err(Refusal::Variant("a JPEG that states its height after the picture")),
            _ => Ok(self.enter(State::LengthHigh(code))),
        }
    }

    fn end(&mut self, kept: &mut Vec<u8>) -> Result<usize, Refusal> {
        if self.frame.as_ref().is_none_or(|frame| frame.scans == 0) {
            return Err(Refusal::EndsEarly("the JPEG has no picture data"));
        }
        kept.extend_from_slice(&[0xFF, marker::EOI]);
        Ok(self.enter(State::End))
    }

    /// A segment starts; its length counts its own two bytes.
    fn open(&mut self, code: u8, length: u16, kept: &mut Vec<u8>) -> Result<usize, Refusal> {
        let Some(left) = usize::from(length).checked_sub(2) else {
            return Err(Refusal::Damaged("a segment of the JPEG has an impossible length"));
        };
        self.segment.clear();
        let is_read = matches!(
            code,
            marker::SOF0..=marker::SOF2
                | marker::DHT
                | marker::DQT
                | marker::DRI
                | marker::SOS
                | marker::APP0..=marker::APP2
                | marker::APP14
        );
        match (is_read, left) {
            (true, 0) => self.close(code, kept)?,
            (true, _) => self.state = State::Collect(code, left),
            (false, 0) => self.state = State::Marker,
            (false, _) => self.state = State::Skip(left),
        }
        Ok(1)
    }

    /// A segment is complete in the buffer.
    fn close(&mut self, code: u8, kept: &mut Vec<u8>) -> Result<(), Refusal> {
        self.state = State::Marker;
        let segment = &self.segment;
        match code {
            marker::APP0..=marker::APP2 | marker::APP14 => {
                // Decoders have read all of these by the first scan.
                if self.frame.as_ref().is_none_or(|frame| frame.scans == 0) {
                    self.application.keep(code, segment, kept)?;
                }
                return Ok(());
            }
            marker::SOF0..=marker::SOF2 if self.frame.is_some() => {
                return Err(Refusal::Damaged("the JPEG has two frames"));
            }
            marker::SOF0..=marker::SOF2 => self.frame = Some(Frame::read(code, segment, &self.limits)?),
            marker::SOS => {
                let frame =
                    self.frame.as_mut().ok_or(Refusal::Damaged("the JPEG has a scan before its frame"))?;
                frame.begin_scan(segment)?;
                self.state = State::Scan;
            }
            marker::DHT => tables::check_huffman(segment)?,
            marker::DQT => tables::check_quantisation(segment)?,
            _ => tables::check_restart_interval(segment)?,
        }
        write_segment(code, &[segment], kept);
        Ok(())
    }
}

/// Writes a marker segment whose content is `parts`, which come from one segment and so fit one.
fn write_segment(code: u8, parts: &[&[u8]], kept: &mut Vec<u8>) {
    let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    kept.extend_from_slice(&[0xFF, code]);
    kept.extend_from_slice(&(length as u16).to_be_bytes());
    for part in parts {
        kept.extend_from_slice(part);
    }
}
