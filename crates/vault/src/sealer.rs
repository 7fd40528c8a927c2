//! Plaintext in, sealed parts out: the writing half of STREAM (docs/vault-format.md, "Chunks").

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use bytes::{Buf, Bytes};

use crate::error::WriteError;
use crate::file_key::Derived;
use crate::format::{self, CHUNK, HEADER_LEN, MAX_CHUNKS, SEALED_CHUNK};

/// The nonce of a chunk: its number in 11 bytes, then 1 for the last chunk and 0 for the others.
pub(crate) fn nonce(chunk: u64, last: bool) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[3..11].copy_from_slice(&chunk.to_be_bytes());
    nonce[11] = u8::from(last);
    Nonce::assume_unique_for_key(nonce)
}

/// Gathers plaintext into chunks and seals each in place, in a buffer that becomes one part of the object.
///
/// A full chunk is sealed only once more plaintext comes, because the last one is sealed differently.
pub(crate) struct Sealer {
    key: LessSafeKey,
    /// The number of the chunk that is being filled.
    chunk: u64,
    /// Sealed bytes, then the plaintext of the chunk that is being filled.
    buffer: Vec<u8>,
    /// Where that plaintext begins.
    filling: usize,
    /// Chunks in a part.
    part_chunks: usize,
}

impl Sealer {
    /// Starts an object; the first part begins with its header.
    pub(crate) fn new(derived: Derived, part_chunks: usize) -> Self {
        let mut buffer = Vec::with_capacity(HEADER_LEN + part_chunks * SEALED_CHUNK);
        buffer.extend_from_slice(&format::header(&derived.commitment));
        let filling = buffer.len();
        Self { key: derived.chunks, chunk: 0, buffer, filling, part_chunks }
    }

    /// Takes bytes off the front of `data` until it is empty, or until a part is full, which is then returned.
    pub(crate) fn push(&mut self, data: &mut Bytes) -> Result<Option<Bytes>, WriteError> {
        while !data.is_empty() {
            if self.filled() == CHUNK {
                self.seal(false)?;
                if self.chunk.is_multiple_of(self.part_chunks as u64) {
                    return Ok(Some(self.take_part()));
                }
            }
            let taken = data.len().min(CHUNK - self.filled());
            self.buffer.extend_from_slice(&data[..taken]);
            data.advance(taken);
        }
        Ok(None)
    }

    /// Seals the last chunk; gives the last part, which is never empty.
    pub(crate) fn finish(mut self) -> Result<Bytes, WriteError> {
        self.seal(true)?;
        Ok(self.buffer.into())
    }

    fn filled(&self) -> usize {
        self.buffer.len() - self.filling
    }

    fn seal(&mut self, last: bool) -> Result<(), WriteError> {
        if self.chunk >= MAX_CHUNKS {
            return Err(WriteError::TooLong);
        }
        let plaintext = &mut self.buffer[self.filling..];
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce(self.chunk, last), Aad::empty(), plaintext)
            .map_err(|_| WriteError::Cipher)?;
        self.buffer.extend_from_slice(tag.as_ref());
        self.filling = self.buffer.len();
        self.chunk += 1;
        Ok(())
    }

    fn take_part(&mut self) -> Bytes {
        self.filling = 0;
        let next = Vec::with_capacity(self.part_chunks * SEALED_CHUNK);
        std::mem::replace(&mut self.buffer, next).into()
    }
}
