//! The PNG cleaner: reads the chunks (W3C PNG, third edition, clause 5) as they stream by and lets through what makes the
//! default image. Picture data passes untouched, so the pixels stay the same to the bit.

mod header;
mod profile;
mod rules;

use crc32fast::Hasher;
use header::Header;
use rules::{Fate, Phase, Rules};

use crate::exif::Orientation;
use crate::{Limits, Refusal};

/// What every PNG starts with.
pub(crate) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Most chunks that are dropped; real files have some dozens.
const MAX_DROPPED: u32 = 10_000;

/// Most chunks in all. The smallest data chunks that encoders write hold 8 KiB: 2,560 of them in 20 MiB.
const MAX_CHUNKS: u32 = 50_000;

type Kind = [u8; 4];

enum State {
    /// Reading the signature, or a chunk's length and kind, into the buffer.
    Signature,
    ChunkHead,
    /// Reading a small chunk's data and checksum into the buffer: bytes still missing.
    Collect(Kind, usize),
    /// Passing picture data on: bytes still to come.
    Data(u32),
    /// Reading the checksum after picture data into the buffer.
    DataChecksum,
    /// Passing over a chunk and its checksum: bytes still to come.
    Skip(u64),
    /// After the last chunk; whatever follows is dropped.
    End,
}

/// Cleans one PNG as it streams by. State: one small chunk, at most 1 MiB for a colour profile.
pub(crate) struct PngCleaner {
    limits: Limits,
    state: State,
    buffer: Vec<u8>,
    checksum: Hasher,
    rules: Rules,
    header: Option<Header>,
    data_left: u64,
    chunks: u32,
    dropped: u32,
}

impl PngCleaner {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Signature,
            buffer: Vec::new(),
            checksum: Hasher::new(),
            rules: Rules::default(),
            header: None,
            data_left: 0,
            chunks: 0,
            dropped: 0,
        }
    }

    pub(crate) fn push(&mut self, mut input: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        while !input.is_empty() {
            let used = match self.state {
                State::End => return Ok(()),
                State::Signature => self.fill(SIGNATURE.len(), input),
                State::ChunkHead => self.fill(8, input),
                State::Collect(_, whole) => self.fill(whole, input),
                State::DataChecksum => self.fill(4, input),
                State::Data(left) => self.copy_data(left, input, kept),
                State::Skip(left) => self.skip(left, input.len()),
            };
            input = &input[used..];
            self.complete(kept)?;
        }
        Ok(())
    }

    /// The size of the picture, if it was all there.
    pub(crate) fn finish(self) -> Result<(u32, u32), Refusal> {
        match (self.state, self.header) {
            (State::End, Some(header)) => Ok((header.width, header.height)),
            _ => Err(Refusal::EndsEarly("the PNG has no end chunk")),
        }
    }

    fn fill(&mut self, whole: usize, input: &[u8]) -> usize {
        let used = input.len().min(whole - self.buffer.len());
        self.buffer.extend_from_slice(&input[..used]);
        used
    }

    fn copy_data(&mut self, left: u32, input: &[u8], kept: &mut Vec<u8>) -> usize {
        let used = input.len().min(left as usize);
        self.checksum.update(&input[..used]);
        kept.extend_from_slice(&input[..used]);
        self.data(left - used as u32);
        used
    }

    fn data(&mut self, left: u32) {
        self.state = if left == 0 { State::DataChecksum } else { State::Data(left) };
    }

    fn skip(&mut self, left: u64, available: usize) -> usize {
        let used = left.min(available as u64);
        self.state = if used == left { State::ChunkHead } else { State::Skip(left - used) };
        used as usize
    }

    /// Acts on the buffer if it now holds all that it waits for.
    fn complete(&mut self, kept: &mut Vec<u8>) -> Result<(), Refusal> {
        let whole = match self.state {
            State::Signature | State::ChunkHead => 8,
            State::Collect(_, whole) => whole,
            State::DataChecksum => 4,
            State::Data(_) | State::Skip(_) | State::End => return Ok(()),
        };
        if self.buffer.len() < whole {
            return Ok(());
        }
        let buffer = std::mem::take(&mut self.buffer);
        match self.state {
            State::Collect(kind, _) => self.close(kind, &buffer, kept)?,
            State::DataChecksum => self.close_data(&buffer, kept)?,
            State::Signature => {
                if buffer != SIGNATURE {
                    return Err(Refusal::Damaged("the PNG has no signature"));
                }
                kept.extend_from_slice(&SIGNATURE);
                self.state = State::ChunkHead;
            }
            _ => self.open(&buffer, kept)?,
        }
        Ok(())
    }

    /// A chunk starts: decides its fate by length and kind.
    fn open(&mut self, head: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        const BAD: Refusal = Refusal::Damaged("a chunk of the PNG has an impossible length or kind");
        let (length, kind) = match head {
            [a, b, c, d, kind @ ..] => (u32::from_be_bytes([*a, *b, *c, *d]), kind),
            _ => return Err(BAD),
        };
        let kind: Kind = kind.try_into().map_err(|_| BAD)?;
        if length > i32::MAX as u32 || !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(BAD);
        }
        self.chunks += 1;
        if self.chunks > MAX_CHUNKS {
            return Err(Refusal::Damaged("the PNG has more than 50000 chunks"));
        }
        match self.rules.fate(kind, length, self.header.as_ref())? {
            Fate::Collect => self.state = State::Collect(kind, length as usize + 4),
            Fate::Data => self.open_data(length, head, kept)?,
            Fate::Drop => self.drop_chunk(length)?,
        }
        Ok(())
    }

    fn drop_chunk(&mut self, length: u32) -> Result<(), Refusal> {
        self.dropped += 1;
        if self.dropped > MAX_DROPPED {
            return Err(Refusal::Damaged("the PNG has more than 10000 chunks that aren't its picture"));
        }
        self.state = State::Skip(u64::from(length) + 4);
        Ok(())
    }

    fn open_data(&mut self, length: u32, head: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        self.data_left = self
            .data_left
            .checked_sub(length.into())
            .ok_or(Refusal::Damaged("the PNG has more picture data than its header has pixels"))?;
        kept.extend_from_slice(head);
        self.checksum = Hasher::new();
        self.checksum.update(b"IDAT");
        self.data(length);
        Ok(())
    }

    fn close_data(&mut self, checksum: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        check(&self.checksum, checksum)?;
        kept.extend_from_slice(checksum);
        self.state = State::ChunkHead;
        Ok(())
    }

    /// A collected chunk is complete, its checksum behind it.
    fn close(&mut self, kind: Kind, chunk: &[u8], kept: &mut Vec<u8>) -> Result<(), Refusal> {
        let (data, checksum) = chunk.split_at(chunk.len() - 4);
        let mut hasher = Hasher::new();
        hasher.update(&kind);
        hasher.update(data);
        check(&hasher, checksum)?;
        self.state = if &kind == b"IEND" { State::End } else { State::ChunkHead };
        match &kind {
            b"IHDR" => {
                let header = Header::read(data, &self.limits)?;
                self.data_left = header.most_data();
                self.header = Some(header);
            }
            b"PLTE" => self.rules.palette = (data.len() / 3) as u32,
            b"iCCP" => {
                if let Some(data) = profile::rewrite(data)? {
                    write_chunk(kind, &data, kept);
                }
                return Ok(());
            }
            b"eXIf" => {
                if let Some(orientation) = Orientation::from_tiff(data) {
                    write_chunk(kind, &orientation.to_tiff(), kept);
                }
                return Ok(());
            }
            b"IEND" if self.rules.phase < Phase::Data => {
                return Err(Refusal::EndsEarly("the PNG has no picture data"));
            }
            _ => {}
        }
        write_chunk(kind, data, kept);
        Ok(())
    }
}

fn check(computed: &Hasher, stated: &[u8]) -> Result<(), Refusal> {
    if computed.clone().finalize().to_be_bytes() == stated {
        return Ok(());
    }
    Err(Refusal::Damaged("a checksum of the PNG is wrong"))
}

fn write_chunk(kind: Kind, data: &[u8], kept: &mut Vec<u8>) {
    let mut hasher = Hasher::new();
    hasher.update(&kind);
    hasher.update(data);
    kept.extend_from_slice(&(data.len() as u32).to_be_bytes());
    kept.extend_from_slice(&kind);
    kept.extend_from_slice(data);
    kept.extend_from_slice(&hasher.finalize().to_be_bytes());
}
