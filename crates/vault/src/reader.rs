//! Reading a file: verify all that says what it is, then open its chunks as they are asked for.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, Stream};
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use uuid::Uuid;

use crate::error::{BackendError, Check, ReadError};
use crate::file_key::FileKey;
use crate::format::{CHUNK, HEADER_LEN, SEALED_CHUNK};
use crate::opener::Opener;
use crate::owner::Binding;
use crate::vault::{Vault, location};

/// An open file, whose key, header, total length and last chunk are genuine. Cheap to clone.
#[derive(Clone)]
pub struct Reader(Arc<Open>);

struct Open {
    id: Uuid,
    objects: Arc<dyn ObjectStore>,
    opener: Opener,
    part_chunks: usize,
    /// The first chunk, sealed; it comes with the header. Empty when it is also the last.
    first: Bytes,
    /// The last chunk, opened.
    last: Bytes,
}

impl Reader {
    pub(crate) async fn open(
        vault: &Vault,
        id: Uuid,
        key: &FileKey,
        binding: &Binding,
    ) -> Result<Self, ReadError> {
        let tampered = |check| ReadError::Tampered { id, check };
        let (size, mut start) = object_start(vault, id).await?;
        if start.len() < HEADER_LEN {
            return Err(tampered(Check::Length));
        }
        let header = start.split_to(HEADER_LEN);
        let opener = Opener::new(key, binding, &header, size).map_err(tampered)?;
        let last = opener.layout().last();
        let mut open = Open {
            id,
            objects: Arc::clone(&vault.objects),
            opener,
            part_chunks: vault.part_chunks,
            first: start,
            last: Bytes::new(),
        };
        let sealed = match last {
            0 => into_mut(std::mem::take(&mut open.first)),
            _ => open.fetch(last, last).await?,
        };
        open.last = open.opener.open(last, sealed).map_err(tampered)?;
        Ok(Self(Arc::new(open)))
    }

    /// Bytes of plaintext. Genuine: it follows from the number and length of the last chunk, which was verified.
    pub fn size(&self) -> u64 {
        self.0.opener.layout().size()
    }

    /// The plaintext of `range`, in order, in pieces of at most 64 KiB; reads only the chunks that hold it.
    ///
    /// The first error ends the stream: nothing after a chunk that isn't genuine is given out. Holds one part (256 KiB
    /// unless the vault says otherwise) in memory.
    pub fn stream(
        &self,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, ReadError>> + Send + 'static + use<> {
        let valid = range.start <= range.end && range.end <= self.size();
        let position = if valid { Ok(range.start) } else { Err(ReadError::Range) };
        let pieces = Pieces { open: Arc::clone(&self.0), end: range.end, position, fetched: BytesMut::new() };
        Box::pin(stream::try_unfold(pieces, Pieces::next))
    }
}

impl Open {
    /// The sealed bytes of these chunks.
    async fn fetch(&self, first: u64, last: u64) -> Result<BytesMut, ReadError> {
        let range = self.opener.layout().bytes(first, last);
        let expected = range.end - range.start;
        let fetched = self.objects.get_ranges(&location(self.id), &[range]).await;
        let fetched = fetched.map_err(|error| not_read(self.id, error))?.pop().unwrap_or_default();
        if fetched.len() as u64 != expected {
            return Err(ReadError::Tampered { id: self.id, check: Check::Length });
        }
        Ok(into_mut(fetched))
    }
}

/// The state of a stream.
struct Pieces {
    open: Arc<Open>,
    /// The next byte of plaintext to give out, or why there is none.
    position: Result<u64, ReadError>,
    end: u64,
    /// Sealed chunks that were fetched and not opened yet, from the one at `position`.
    fetched: BytesMut,
}

impl Pieces {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, ReadError> {
        let position = self.position?;
        if position == self.end {
            return Ok(None);
        }
        let number = position / CHUNK as u64;
        let chunk = if number == self.open.opener.layout().last() {
            self.open.last.clone()
        } else {
            if self.fetched.is_empty() {
                self.fetched = fetch_part(&self.open, number, self.end).await?;
            }
            let sealed = self.fetched.split_to(SEALED_CHUNK);
            let opened = self.open.opener.open(number, sealed);
            opened.map_err(|check| ReadError::Tampered { id: self.open.id, check })?
        };
        let start = number * CHUNK as u64;
        let piece_end = self.end.min(start + chunk.len() as u64);
        let piece = chunk.slice((position - start) as usize..(piece_end - start) as usize);
        self.position = Ok(piece_end);
        Ok(Some((piece, self)))
    }
}

/// The sealed bytes of chunks from `first` on, as many as go at once and are needed up to `end`, without the last chunk.
async fn fetch_part(open: &Open, first: u64, end: u64) -> Result<BytesMut, ReadError> {
    if first == 0 {
        return Ok(BytesMut::from(open.first.as_ref()));
    }
    let needed = (end - 1) / CHUNK as u64;
    let until = needed.min(open.opener.layout().last() - 1).min(first + open.part_chunks as u64 - 1);
    open.fetch(first, until).await
}

/// The length of an object, and its header and first chunk as far as they are there.
async fn object_start(vault: &Vault, id: Uuid) -> Result<(u64, Bytes), ReadError> {
    let location = location(id);
    let range = GetRange::Bounded(0..(HEADER_LEN + SEALED_CHUNK) as u64);
    let options = GetOptions { range: Some(range), ..GetOptions::default() };
    match vault.objects.get_opts(&location, options).await {
        Ok(found) => {
            let size = found.meta.size;
            Ok((size, found.bytes().await.map_err(|error| not_read(id, error))?))
        }
        Err(error) => match vault.objects.head(&location).await {
            // A store refuses any range of an empty object.
            Ok(meta) if meta.size == 0 => Ok((0, Bytes::new())),
            _ => Err(not_read(id, error)),
        },
    }
}

fn not_read(id: Uuid, error: object_store::Error) -> ReadError {
    match error {
        object_store::Error::NotFound { .. } => ReadError::ObjectMissing(id),
        error => BackendError::from(error).into(),
    }
}

/// Without a copy when nothing else holds the bytes, as with those read from a disk.
fn into_mut(bytes: Bytes) -> BytesMut {
    bytes.try_into_mut().unwrap_or_else(|shared| BytesMut::from(shared.as_ref()))
}
