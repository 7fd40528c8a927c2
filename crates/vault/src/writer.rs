//! Writing a file: seal as it streams in, then make key and object durable.

use bytes::Bytes;
use futures::channel::oneshot;
use object_store::{MultipartUpload, ObjectStoreExt};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::disk;
use crate::error::{BackendError, WriteError};
use crate::file_key::FileKey;
use crate::owner::Binding;
use crate::sealer::Sealer;
use crate::vault::{Vault, location};

/// What was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a stored file that no record names is collected by the sweeper"]
pub struct Stored {
    /// The file.
    pub id: Uuid,
    /// Bytes of plaintext.
    pub size: u64,
}

/// Takes a new file in. Holds one part (256 KiB unless the vault says otherwise) in memory, never the whole file.
///
/// Only [`Writer::finish`] makes the file exist. Dropping the writer abandons it.
#[must_use = "a file exists only once `finish` returned"]
pub struct Writer {
    vault: Vault,
    id: Uuid,
    /// Wrapped only when the file is published: what wraps it may be rotated while the file streams in.
    key: FileKey,
    binding: Binding,
    /// `None` while a write is under way, and so for ever after one that failed or was cancelled.
    sealer: Option<Sealer>,
    upload: Upload,
    size: u64,
}

/// The object while it is being written, under a name of the object store's own; begun with the second part.
/// Removed when dropped.
struct Upload(Option<Box<dyn MultipartUpload>>);

impl Writer {
    pub(crate) fn new(vault: Vault, key: FileKey, binding: Binding, sealer: Sealer) -> Self {
        Self { vault, id: binding.id(), key, binding, sealer: Some(sealer), upload: Upload(None), size: 0 }
    }

    /// Takes the next bytes of the file. After an error, or when this is cancelled, the file can't be finished any more.
    pub async fn write(&mut self, mut data: Bytes) -> Result<(), WriteError> {
        let mut sealer = self.sealer.take().ok_or(WriteError::Incomplete)?;
        let size = data.len() as u64;
        while let Some(part) = sealer.push(&mut data)? {
            self.upload.put(&self.vault, self.id, part).await?;
        }
        self.size += size;
        self.sealer = Some(sealer);
        Ok(())
    }

    /// Ends the file. When this returns, key and object are durable; after an error there is neither.
    ///
    /// Runs to its end even when it is cancelled, and then takes the file back.
    pub async fn finish(mut self) -> Result<Stored, WriteError> {
        let last = self.sealer.take().ok_or(WriteError::Incomplete)?.finish()?;
        let stored = Stored { id: self.id, size: self.size };
        let (done, finished) = oneshot::channel();
        tokio::spawn(async move {
            let (vault, id) = (self.vault.clone(), self.id);
            let outcome = self.publish(last).await;
            let published = outcome.is_ok();
            if done.send(outcome).is_err() && published {
                take_back(&vault, id).await;
            }
        });
        finished.await.map_err(|_| WriteError::Interrupted)?.map(|()| stored)
    }

    /// Abandons the file and waits until what was written of it is removed.
    pub async fn abort(mut self) -> Result<(), WriteError> {
        self.upload.abort().await.map_err(|error| BackendError::from(error).into())
    }

    /// The key comes first: whoever puts it owns the id, so an object that exists is never overwritten, and an object
    /// without a key is known to be rubbish.
    async fn publish(mut self, last: Bytes) -> Result<(), WriteError> {
        if self.upload.0.is_some() {
            self.upload.put(&self.vault, self.id, last.clone()).await?;
        }
        if !self.vault.ring.keep(&self.key, &self.binding).await? {
            return Err(WriteError::Exists(self.id));
        }
        let published = if let Some(upload) = self.upload.0.as_mut() {
            disk::write(&self.vault.latch, upload.complete()).await.map(drop)
        } else {
            let location = location(self.id);
            disk::write(&self.vault.latch, self.vault.objects.put(&location, last.into())).await.map(drop)
        };
        if let Err(error) = published {
            take_back(&self.vault, self.id).await;
            return Err(error.into());
        }
        self.upload.0 = None;
        Ok(())
    }
}

/// Erases a file that its writer couldn't finish; what can't be erased now is left for the sweeper.
async fn take_back(vault: &Vault, id: Uuid) {
    if let Err(error) = vault.shred(id).await
        && !matches!(error, BackendError::Broken(_))
    {
        tracing::warn!(%id, error = &error as &dyn std::error::Error, "an unfinished file could not be removed");
    }
}

impl Upload {
    async fn put(&mut self, vault: &Vault, id: Uuid, part: Bytes) -> Result<(), BackendError> {
        let upload = match &mut self.0 {
            Some(upload) => upload,
            begun => {
                let location = location(id);
                begun.insert(disk::write(&vault.latch, vault.objects.put_multipart(&location)).await?)
            }
        };
        disk::write(&vault.latch, upload.put_part(part.into())).await
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        match self.0.take() {
            Some(mut upload) => upload.abort().await,
            None => Ok(()),
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(mut upload) = self.0.take() else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = upload.abort().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "an upload could not be abandoned");
            }
        });
    }
}
