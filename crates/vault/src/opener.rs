//! Sealed chunks in, plaintext out: the reading half of STREAM (docs/vault-format.md, "Reading").

use aws_lc_rs::aead::{Aad, LessSafeKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use bytes::{Bytes, BytesMut};

use crate::error::Check;
use crate::file_key::FileKey;
use crate::format::{self, Layout, TAG};
use crate::owner::Binding;
use crate::sealer::nonce;

/// Opens the chunks of one object, in any order. Exists only when the header and its key commitment are right.
pub(crate) struct Opener {
    key: LessSafeKey,
    layout: Layout,
}

impl Opener {
    /// Checks the length and the header of an object of `object` bytes, and that it was sealed under `key`.
    pub(crate) fn new(key: &FileKey, binding: &Binding, header: &[u8], object: u64) -> Result<Self, Check> {
        let layout = Layout::of(object)?;
        let commitment = format::parse_header(header)?;
        let derived = key.derive(binding).map_err(|_| Check::Commitment)?;
        verify_slices_are_equal(&commitment, &derived.commitment).map_err(|_| Check::Commitment)?;
        Ok(Self { key: derived.chunks, layout })
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Opens one chunk in place. The caller opens the last one before it believes the layout, and so the size.
    pub(crate) fn open(&self, chunk: u64, mut sealed: BytesMut) -> Result<Bytes, Check> {
        let last = chunk == self.layout.last();
        self.key
            .open_in_place(nonce(chunk, last), Aad::empty(), &mut sealed)
            .map_err(|_| Check::Chunk(chunk))?;
        sealed.truncate(sealed.len() - TAG);
        Ok(sealed.freeze())
    }
}
