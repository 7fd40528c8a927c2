//! The header of an object and the arithmetic of its chunks (docs/vault-format.md, "Object").

use crate::error::Check;

/// Bytes of plaintext in each chunk but the last.
pub(crate) const CHUNK: usize = 64 * 1024;
/// Length of an AES-256-GCM tag.
pub(crate) const TAG: usize = 16;
/// Length of a full chunk in an object.
pub(crate) const SEALED_CHUNK: usize = CHUNK + TAG;
/// Length of the key commitment.
pub(crate) const COMMITMENT: usize = 32;
/// Length of the part of the header that says how the rest is to be read.
pub(crate) const PREFIX_LEN: usize = 16;
/// Length of the whole header.
pub(crate) const HEADER_LEN: usize = PREFIX_LEN + COMMITMENT;
/// The most chunks that one key seals: 2^32, which is 256 TiB, keeps AES-GCM far from its bounds (NIST SP 800-38D §8.3).
pub(crate) const MAX_CHUNKS: u64 = 1 << 32;

const MAGIC: [u8; 8] = *b"PROOFDSK";
const FORMAT_VERSION: u8 = 1;
/// HKDF-SHA256 key derivation with key commitment, AES-256-GCM in STREAM. Only committing suites get a number.
pub(crate) const SUITE: u8 = 1;
/// 2^16 = [`CHUNK`].
const CHUNK_LOG2: u8 = 16;

/// The first 16 bytes of every object of this version; also bound into the keys of the file.
pub(crate) const PREFIX: [u8; PREFIX_LEN] = {
    let mut prefix = [0; PREFIX_LEN];
    let mut i = 0;
    while i < MAGIC.len() {
        prefix[i] = MAGIC[i];
        i += 1;
    }
    prefix[8] = FORMAT_VERSION;
    prefix[9] = SUITE;
    prefix[10] = CHUNK_LOG2;
    prefix
};

/// The header of an object whose key has this commitment.
pub(crate) fn header(commitment: &[u8; COMMITMENT]) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    header[..PREFIX_LEN].copy_from_slice(&PREFIX);
    header[PREFIX_LEN..].copy_from_slice(commitment);
    header
}

/// Reads a header; gives its commitment.
pub(crate) fn parse_header(header: &[u8]) -> Result<[u8; COMMITMENT], Check> {
    let header: &[u8; HEADER_LEN] = header.try_into().map_err(|_| Check::Length)?;
    if header[..8] != MAGIC {
        return Err(Check::Magic);
    }
    if header[8] != FORMAT_VERSION {
        return Err(Check::Version);
    }
    if header[9] != SUITE {
        return Err(Check::Suite);
    }
    if header[..PREFIX_LEN] != PREFIX {
        return Err(Check::Header);
    }
    let mut commitment = [0; COMMITMENT];
    commitment.copy_from_slice(&header[PREFIX_LEN..]);
    Ok(commitment)
}

/// Where the chunks of an object lie; follows from its length alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    object: u64,
    chunks: u64,
}

impl Layout {
    /// The layout of an object of `object` bytes, when there is one: at least one chunk, and an empty last chunk only in an
    /// empty file.
    pub(crate) fn of(object: u64) -> Result<Self, Check> {
        let body = object.checked_sub(HEADER_LEN as u64).ok_or(Check::Length)?;
        let chunks = body.div_ceil(SEALED_CHUNK as u64);
        let last = body - chunks.saturating_sub(1) * SEALED_CHUNK as u64;
        let shortest = if chunks == 1 { TAG } else { TAG + 1 };
        if last < shortest as u64 || chunks > MAX_CHUNKS {
            return Err(Check::Length);
        }
        Ok(Self { object, chunks })
    }

    /// Bytes of plaintext.
    pub(crate) fn size(self) -> u64 {
        self.object - HEADER_LEN as u64 - self.chunks * TAG as u64
    }

    /// The number of the last chunk; the first is 0.
    pub(crate) fn last(self) -> u64 {
        self.chunks - 1
    }

    /// The bytes of the object that hold these chunks, the last of them included.
    pub(crate) fn bytes(self, first: u64, last: u64) -> std::ops::Range<u64> {
        let start = |chunk: u64| HEADER_LEN as u64 + chunk * SEALED_CHUNK as u64;
        start(first)..start(last + 1).min(self.object)
    }
}
