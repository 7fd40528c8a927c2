//! Archives: a stream of bytes that leaves the desk sealed, in the format of the vault's objects (docs/vault-format.md,
//! "Archive"), under a key that follows from the desk's own secrets. For the records in a backup.

use std::io::{self, Read, Write};

use bytes::{Buf, Bytes, BytesMut};
use object_store::ObjectStoreExt;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::{BackendError, Check, OpenError, WriteError};
use crate::file_key::{Derived, FileKey};
use crate::format::{HEADER_LEN, SEALED_CHUNK};
use crate::opener::Opener;
use crate::owner::{Binding, Owner};
use crate::sealer::Sealer;
use crate::vault::{Vault, location};

/// The purpose that the key of archives is derived for.
const PURPOSE: &str = "backup 1";
/// No business has this number, so that an archive can't stand for a file.
const BUSINESS: i64 = -1;
/// Chunks that are written at once.
const PART_CHUNKS: usize = 4;

/// Seals what is written to it. Nothing is whole before [`ArchiveWriter::finish`].
pub struct ArchiveWriter<W: Write> {
    out: W,
    sealer: Sealer,
}

/// Opens what an [`ArchiveWriter`] sealed, and gives out no byte of a chunk that isn't genuine.
pub struct ArchiveReader<R: Read> {
    input: R,
    opener: Opener,
    /// The number of the chunk that comes next.
    chunk: u64,
    open: Bytes,
}

impl Vault {
    /// Starts an archive. Its id is random and of one archive only: no two may be sealed under one.
    ///
    /// # Errors
    /// [`OpenError::Cipher`] if the cryptography library fails.
    pub fn archive<W: Write>(&self, id: Uuid, out: W) -> Result<ArchiveWriter<W>, OpenError> {
        let (key, binding) = self.archive_key(id)?;
        let derived: Derived = key.derive(&binding).map_err(|_| OpenError::Cipher)?;
        Ok(ArchiveWriter { out, sealer: Sealer::new(derived, PART_CHUNKS) })
    }

    /// Opens an archive of `size` bytes.
    ///
    /// # Errors
    /// Of the kind [`io::ErrorKind::InvalidData`] if it isn't an archive of this desk and this id; else what reading says.
    pub fn open_archive<R: Read>(&self, id: Uuid, size: u64, mut input: R) -> io::Result<ArchiveReader<R>> {
        let (key, binding) = self.archive_key(id).map_err(io::Error::other)?;
        let mut header = [0; HEADER_LEN];
        input.read_exact(&mut header)?;
        let opener = Opener::new(&key, &binding, &header, size).map_err(not_genuine)?;
        Ok(ArchiveReader { input, opener, chunk: 0, open: Bytes::new() })
    }

    fn archive_key(&self, id: Uuid) -> Result<(FileKey, Binding), OpenError> {
        let secret = self.secret(PURPOSE)?;
        let owner = Owner { business: BUSINESS, document: id, slot: 0, version: 1 };
        let key = FileKey::from_bytes(Box::new(Zeroizing::new(*secret)));
        Ok((key, Binding::new(id, &owner)))
    }

    /// A file's object as it lies there, sealed: for a backup. None if it is gone.
    ///
    /// # Errors
    /// [`BackendError`] if the object store fails.
    pub async fn sealed(&self, id: Uuid) -> Result<Option<Bytes>, BackendError> {
        match self.objects.get(&location(id)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts an object back that [`Vault::sealed`] gave. Durable when it returns. What is there is overwritten.
    ///
    /// # Errors
    /// [`BackendError`] if the object store fails.
    pub async fn put_sealed(&self, id: Uuid, sealed: Bytes) -> Result<(), BackendError> {
        Ok(self.objects.put(&location(id), sealed.into()).await.map(drop)?)
    }
}

fn not_genuine(check: Check) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the archive isn't genuine: {check}"))
}

impl<W: Write> ArchiveWriter<W> {
    /// Seals the last chunk; gives back what was written to.
    ///
    /// # Errors
    /// What writing says.
    pub fn finish(mut self) -> io::Result<W> {
        let last = self.sealer.finish().map_err(failed)?;
        self.out.write_all(&last)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn failed(error: WriteError) -> io::Error {
    io::Error::other(error)
}

impl<W: Write> Write for ArchiveWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut data = Bytes::copy_from_slice(bytes);
        while let Some(part) = self.sealer.push(&mut data).map_err(failed)? {
            self.out.write_all(&part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<R: Read> Read for ArchiveReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.open.is_empty() {
            let layout = self.opener.layout();
            if self.chunk > layout.last() {
                return Ok(0);
            }
            let place = layout.bytes(self.chunk, self.chunk);
            let length = usize::try_from(place.end - place.start).unwrap_or(SEALED_CHUNK);
            let mut sealed = BytesMut::zeroed(length);
            self.input.read_exact(&mut sealed)?;
            self.open = self.opener.open(self.chunk, sealed).map_err(not_genuine)?;
            self.chunk += 1;
        }
        let length = into.len().min(self.open.len());
        into[..length].copy_from_slice(&self.open[..length]);
        self.open.advance(length);
        Ok(length)
    }
}
