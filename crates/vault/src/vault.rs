//! The vault: one object and one wrapped key for each file.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use proofdesk_domain::ambient::Random;
use proofdesk_domain::latch::Latch;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::disk;
use crate::error::{BackendError, OpenError, ReadError, WriteError};
use crate::file_key::{FileKey, KEY_LEN, expand};
use crate::format::SEALED_CHUNK;
use crate::key_store::{DESK, KeyStore};
use crate::master_key::{MasterKey, MasterKeyError, MasterSource};
use crate::owner::{Binding, Owner};
use crate::reader::Reader;
use crate::ring::{Ring, Unopened};
use crate::sealer::Sealer;
use crate::wrap::Clear;
use crate::writer::Writer;

const SECRETS_SALT: &[u8] = b"proofdesk vault desk 1";
/// Chunks that go to and come from the object store at once: 256 KiB.
const PART_CHUNKS: usize = 4;

/// Keeps encrypted files. Cheap to clone; all clones are the same vault. Needs a tokio runtime.
#[derive(Clone)]
pub struct Vault {
    pub(crate) objects: Arc<dyn ObjectStore>,
    pub(crate) ring: Arc<Ring>,
    pub(crate) part_chunks: usize,
    pub(crate) latch: Latch,
    secrets: Arc<Prk>,
}

/// An object that is stored, whether or not it still has a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// The file it belongs to.
    pub id: Uuid,
    /// Its length, with header and tags.
    pub bytes: u64,
    /// When it was written.
    pub written: SystemTime,
}

impl Vault {
    /// Opens a vault over these stores, and checks that `master` is the key that the key store belongs to.
    ///
    /// When the master key is replaced meanwhile, what is in memory is used on, and nothing new can be had: for a process
    /// that goes on, see [`Vault::open_from`].
    ///
    /// # Errors
    /// As for [`Vault::open_from`].
    pub async fn open(
        objects: Arc<dyn ObjectStore>,
        keys: Arc<dyn KeyStore>,
        master: MasterKey,
        random: Arc<dyn Random>,
    ) -> Result<Self, OpenError> {
        Self::open_from(objects, keys, Arc::new(Once(Mutex::new(Some(master)))), random).await
    }

    /// Opens a vault over these stores with a master key of this source, which is asked again when the master key was
    /// replaced. A key store that belongs to no master key yet and is empty is given to the one that the source has.
    ///
    /// `objects` must make writes durable before it acknowledges them: see [`crate::open_local`] for a local disk.
    ///
    /// # Errors
    /// [`OpenError::Master`] when the source has no key, [`OpenError::WrongMasterKey`] when it has another; the others as
    /// they say.
    pub async fn open_from(
        objects: Arc<dyn ObjectStore>,
        keys: Arc<dyn KeyStore>,
        source: Arc<dyn MasterSource>,
        random: Arc<dyn Random>,
    ) -> Result<Self, OpenError> {
        let ring = Arc::new(Ring::open(keys, source, random).await?);
        let root = ring.desk().await?;
        let secrets = Arc::new(secrets(&root).map_err(|_| OpenError::Cipher)?);
        Ok(Self { objects, ring, part_chunks: PART_CHUNKS, latch: Latch::default(), secrets })
    }

    /// Sets how much goes to and comes from the object store at once, in bytes, rounded up to whole chunks; 256 KiB without.
    ///
    /// A writer and a reader each hold about this much memory. A file that is smaller is written by a single `put`.
    /// S3 takes no parts below 5 MiB.
    pub fn with_part_size(mut self, bytes: usize) -> Self {
        self.part_chunks = bytes.div_ceil(SEALED_CHUNK).max(1);
        self
    }

    /// Makes it one of several that stop writing together, once one of them has seen the disk fail.
    pub fn with_latch(mut self, latch: Latch) -> Self {
        self.latch = latch;
        self
    }

    /// What tells whether writing goes on.
    pub fn latch(&self) -> &Latch {
        &self.latch
    }

    /// A secret of the desk for a purpose of its own, other than files: it follows from a key that is kept for the desk itself,
    /// is the same at every start and on every node, whatever the master key, and tells nothing of that key.
    ///
    /// # Errors
    /// [`OpenError::Cipher`] if the cryptography library fails.
    pub fn secret(&self, purpose: &str) -> Result<Zeroizing<[u8; KEY_LEN]>, OpenError> {
        let mut secret = Zeroizing::new([0; KEY_LEN]);
        expand(&self.secrets, &[purpose.as_bytes()], &mut secret).map_err(|_| OpenError::Cipher)?;
        Ok(secret)
    }

    /// Starts a new file. Nothing is stored under its id before [`Writer::finish`].
    ///
    /// # Errors
    /// [`WriteError::NoBusiness`] for business 0, [`WriteError::Cipher`] if the cryptography library fails.
    pub fn create(&self, id: Uuid, owner: &Owner) -> Result<Writer, WriteError> {
        if owner.business == DESK {
            return Err(WriteError::NoBusiness);
        }
        disk::open(&self.latch)?;
        let binding = Binding::new(id, owner);
        let key = FileKey::generate(self.ring.random.as_ref());
        let derived = key.derive(&binding).map_err(|_| WriteError::Cipher)?;
        Ok(Writer::new(self.clone(), key, binding, Sealer::new(derived, self.part_chunks)))
    }

    /// Opens a file for the owner that it was created for, and verifies all but its content before the last chunk.
    ///
    /// # Errors
    /// [`ReadError`], as each says.
    pub async fn read(&self, id: Uuid, owner: &Owner) -> Result<Reader, ReadError> {
        let binding = Binding::new(id, owner);
        let key = self.ring.unwrap(&binding).await.map_err(|unopened| match unopened {
            Unopened::Missing => ReadError::KeyMissing(id),
            Unopened::Tampered(check) => ReadError::Tampered { id, check },
            Unopened::Backend(error) => error.into(),
        })?;
        Reader::open(self, id, &key, &binding).await
    }

    /// Erases a file: its key first, durably, then its object. Does nothing when it is gone already.
    ///
    /// After an error the key may be gone and the object still there; calling again finishes the work. The removal of the
    /// object may be undone by a power failure; it then is an object without a key, as closed as random bytes.
    /// A [`Reader`] that is open already keeps its key until it is dropped.
    pub async fn shred(&self, id: Uuid) -> Result<(), BackendError> {
        self.ring.store.delete(id).await?;
        match disk::write(&self.latch, self.objects.delete(&location(id))).await {
            Ok(()) | Err(BackendError::Objects(object_store::Error::NotFound { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether a file has both its key and its object. Verifies neither.
    pub async fn exists(&self, id: Uuid) -> Result<bool, BackendError> {
        Ok(self.has_key(id).await? && self.has_object(id).await?)
    }

    /// Whether a file has its key.
    pub async fn has_key(&self, id: Uuid) -> Result<bool, BackendError> {
        Ok(self.ring.store.get(id).await?.is_some())
    }

    /// Whether a file has its object.
    pub async fn has_object(&self, id: Uuid) -> Result<bool, BackendError> {
        match self.objects.head(&location(id)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// All objects, in no order. Names that aren't file ids are left out.
    ///
    /// A key is durable before its object is published, so an object whose key is missing *after* it was listed is of no
    /// use to anyone and can be shredded at once.
    pub fn objects(&self) -> impl Stream<Item = Result<Object, BackendError>> + Send + use<> {
        let listed = self.objects.list(None).map_err(BackendError::from);
        listed.try_filter_map(|meta| std::future::ready(Ok(object(&meta)))).boxed()
    }

    /// At most `limit` ids that have a key, in order, from the first one after `after`.
    ///
    /// A key without an object may belong to a file that is being finished just now, as may a file that no record names.
    pub async fn keys_after(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, BackendError> {
        Ok(self.ring.store.ids(after, limit).await?)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("objects", &self.objects.to_string()).finish_non_exhaustive()
    }
}

/// The name of a file's object: its id, lower-case with hyphens, in one flat folder.
pub(crate) fn location(id: Uuid) -> Path {
    Path::from(id.to_string())
}

fn object(meta: &ObjectMeta) -> Option<Object> {
    let id = Uuid::try_parse(meta.location.as_ref()).ok()?;
    (location(id) == meta.location).then(|| Object {
        id,
        bytes: meta.size,
        written: meta.last_modified.into(),
    })
}

/// What secrets other than those of files are derived from.
fn secrets(root: &Clear) -> Result<Prk, Unspecified> {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    let prk = Salt::new(HKDF_SHA256, SECRETS_SALT).extract(root.as_slice());
    expand(&prk, &[b"secrets"], &mut key)?;
    Ok(Prk::new_less_safe(HKDF_SHA256, key.as_slice()))
}

/// Gives a key at the start, and none later: nothing keeps it.
struct Once(Mutex<Option<MasterKey>>);

#[async_trait]
impl MasterSource for Once {
    async fn load(&self) -> Result<Vec<MasterKey>, MasterKeyError> {
        let key = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(key.into_iter().collect())
    }
}
