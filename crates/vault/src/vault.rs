//! The vault: one object and one wrapped key for each file.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk};
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use proofdesk_domain::ambient::Random;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::{BackendError, Check, OpenError, ReadError, WriteError};
use crate::file_key::{FileKey, KEY_LEN, expand};
use crate::format::SEALED_CHUNK;
use crate::key_store::KeyStore;
use crate::master_key::{MasterKey, check_value};
use crate::owner::{Binding, Owner};
use crate::reader::Reader;
use crate::sealer::Sealer;
use crate::wrap::KeyWrapper;
use crate::writer::Writer;

/// Name of the setting that tells which master key a key store belongs to.
const CHECK_SETTING: &str = "master-key-check-1";
/// Chunks that go to and come from the object store at once: 256 KiB.
const PART_CHUNKS: usize = 4;

/// Keeps encrypted files. Cheap to clone; all clones are the same vault. Needs a tokio runtime.
#[derive(Clone)]
pub struct Vault {
    pub(crate) objects: Arc<dyn ObjectStore>,
    pub(crate) keys: Arc<dyn KeyStore>,
    pub(crate) part_chunks: usize,
    wrapper: Arc<KeyWrapper>,
    secrets: Arc<Prk>,
    random: Arc<dyn Random>,
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
    /// Opens a vault over these stores, and checks that `master` is the key that the key store was first opened with.
    ///
    /// `objects` must make writes durable before it acknowledges them: see [`crate::open_local`] for a local disk.
    pub async fn open(
        objects: Arc<dyn ObjectStore>,
        keys: Arc<dyn KeyStore>,
        master: MasterKey,
        random: Arc<dyn Random>,
    ) -> Result<Self, OpenError> {
        let prk = master.prk();
        drop(master);
        check_master_key(keys.as_ref(), &prk).await?;
        let wrapper = Arc::new(KeyWrapper::new(&prk).map_err(|_| OpenError::Cipher)?);
        let secrets = Arc::new(secrets(&prk).map_err(|_| OpenError::Cipher)?);
        Ok(Self { objects, keys, part_chunks: PART_CHUNKS, wrapper, secrets, random })
    }

    /// Sets how much goes to and comes from the object store at once, in bytes, rounded up to whole chunks; 256 KiB without.
    ///
    /// A writer and a reader each hold about this much memory. A file that is smaller is written by a single `put`.
    /// S3 takes no parts below 5 MiB.
    pub fn with_part_size(mut self, bytes: usize) -> Self {
        self.part_chunks = bytes.div_ceil(SEALED_CHUNK).max(1);
        self
    }

    /// A secret of the desk for a purpose of its own, other than files: it follows from the master key, is the same at every
    /// start and on every node, and tells nothing of the key.
    ///
    /// # Errors
    /// [`OpenError::Cipher`] if the cryptography library fails.
    pub fn secret(&self, purpose: &str) -> Result<Zeroizing<[u8; KEY_LEN]>, OpenError> {
        let mut secret = Zeroizing::new([0; KEY_LEN]);
        expand(&self.secrets, &[purpose.as_bytes()], &mut secret).map_err(|_| OpenError::Cipher)?;
        Ok(secret)
    }

    /// Starts a new file. Nothing is stored under its id before [`Writer::finish`].
    pub fn create(&self, id: Uuid, owner: &Owner) -> Result<Writer, WriteError> {
        let binding = Binding::new(id, owner);
        let key = FileKey::generate(self.random.as_ref());
        let derived = key.derive(&binding).map_err(|_| WriteError::Cipher)?;
        let wrapped =
            self.wrapper.wrap(&key, &binding, self.random.as_ref()).map_err(|_| WriteError::Cipher)?;
        Ok(Writer::new(self.clone(), id, wrapped, Sealer::new(derived, self.part_chunks)))
    }

    /// Opens a file for the owner that it was created for, and verifies all but its content before the last chunk.
    pub async fn read(&self, id: Uuid, owner: &Owner) -> Result<Reader, ReadError> {
        let wrapped = self.keys.get(id).await.map_err(BackendError::from)?;
        let wrapped = wrapped.ok_or(ReadError::KeyMissing(id))?;
        let binding = Binding::new(id, owner);
        let key = self.wrapper.unwrap(&wrapped, &binding);
        let key = key.map_err(|_| ReadError::Tampered { id, check: Check::WrappedKey })?;
        Reader::open(self, id, &key, &binding).await
    }

    /// Erases a file: its key first, durably, then its object. Does nothing when it is gone already.
    ///
    /// After an error the key may be gone and the object still there; calling again finishes the work. The removal of the
    /// object may be undone by a power failure; it then is an object without a key, as closed as random bytes.
    /// A [`Reader`] that is open already keeps its key until it is dropped.
    pub async fn shred(&self, id: Uuid) -> Result<(), BackendError> {
        self.keys.delete(id).await?;
        match self.objects.delete(&location(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a file has both its key and its object. Verifies neither.
    pub async fn exists(&self, id: Uuid) -> Result<bool, BackendError> {
        if self.keys.get(id).await?.is_none() {
            return Ok(false);
        }
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
        Ok(self.keys.ids(after, limit).await?)
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
fn secrets(master: &Prk) -> Result<Prk, Unspecified> {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    expand(master, &[b"secrets"], &mut key)?;
    Ok(Prk::new_less_safe(HKDF_SHA256, key.as_slice()))
}

async fn check_master_key(keys: &dyn KeyStore, master: &Prk) -> Result<(), OpenError> {
    let ours = check_value(master).map_err(|_| OpenError::Cipher)?;
    let stored = match keys.setting(CHECK_SETTING).await.map_err(BackendError::from)? {
        Some(stored) => stored,
        None => first_check_value(keys, &ours).await?,
    };
    verify_slices_are_equal(&stored, &ours).map_err(|_| OpenError::WrongMasterKey)
}

/// Keeps the check value of the first master key, and gives back the one that is kept: another process may be faster, and
/// may have put keys since.
async fn first_check_value(keys: &dyn KeyStore, ours: &[u8]) -> Result<Vec<u8>, OpenError> {
    if keys.ids(None, 1).await.map_err(BackendError::from)?.is_empty() {
        keys.put_setting(CHECK_SETTING, ours).await.map_err(BackendError::from)?;
    }
    let kept = keys.setting(CHECK_SETTING).await.map_err(BackendError::from)?;
    kept.ok_or(OpenError::CheckValueMissing)
}
