//! Where wrapped keys are kept: apart from the files and from the desk's records, backed up apart, with a short life.

use async_trait::async_trait;
use uuid::Uuid;

/// Name of the setting that tells which master key a key store belongs to: its check value.
pub const MASTER_CHECK: &str = "master-key-check-1";

/// The business whose key is no tenant's: the root of the desk's own secrets.
pub const DESK: i64 = 0;

/// A key store failed. What went wrong is in the source; the vault only passes it on.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct KeyStoreError {
    kind: KeyStoreFailure,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// What a key store's failure means for those who want to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyStoreFailure {
    /// Its disk failed, and nothing is written any more.
    Broken,
    /// Its disk is full.
    Full,
    /// Anything else.
    Other,
}

impl KeyStoreError {
    /// Wraps the error of an implementation, or a message.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind: KeyStoreFailure::Other, source: source.into() }
    }

    /// A disk failed, so nothing is written any more; the message says more.
    pub fn broken(why: String) -> Self {
        Self { kind: KeyStoreFailure::Broken, source: why.into() }
    }

    /// There is no room for another key.
    pub fn full() -> Self {
        Self { kind: KeyStoreFailure::Full, source: "the disk is full".into() }
    }

    pub(crate) fn kind(&self) -> KeyStoreFailure {
        self.kind
    }
}

/// The key of a file, wrapped by a key of its business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileKeyRow {
    /// The file.
    pub id: Uuid,
    /// The business whose key wraps it.
    pub business: i64,
    /// The version of that key.
    pub version: u32,
    /// The wrapped key: at most 1 KiB that the store doesn't look into.
    pub wrapped: Vec<u8>,
}

/// A key of a business, wrapped by the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessKeyRow {
    /// The business, or [`DESK`].
    pub business: i64,
    /// Counts the keys of the business, from 1.
    pub version: u32,
    /// Whether another one took its place: it still opens what it wrapped, and wraps nothing any more.
    pub retired: bool,
    /// The wrapped key: at most 1 KiB that the store doesn't look into. Empty in what a destroyed business leaves behind.
    pub wrapped: Vec<u8>,
}

impl BusinessKeyRow {
    /// Whether this only says which version comes next: the key was destroyed.
    pub fn is_destroyed(&self) -> bool {
        self.wrapped.is_empty()
    }
}

/// What became of the key of a file that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutFileKey {
    /// It is kept.
    Kept,
    /// The file has a key already; nothing was changed.
    Taken,
    /// The key that wraps it is retired or isn't there: wrap it by the current one.
    Retired,
}

/// What became of keys of businesses that were to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutBusinessKeys {
    /// They are kept, and are the current ones; all others of their businesses are retired.
    Kept,
    /// One of the businesses has a key of this version, or of a later one; nothing was changed.
    Taken,
    /// The store belongs to another master key by now; nothing was changed.
    OtherMaster,
}

/// A wrapped key that takes the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileKeyChange {
    /// What is there now; if it is something else by then, nothing happens to it.
    pub old: FileKeyRow,
    /// The version of the business's key that wraps it then.
    pub version: u32,
    /// The wrapped key that takes its place.
    pub wrapped: Vec<u8>,
}

/// A business's key in the wrap of another master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessKeyChange {
    /// What is there now.
    pub old: BusinessKeyRow,
    /// The wrapped key that takes its place.
    pub wrapped: Vec<u8>,
}

/// How many keys of files a key of a business wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyCount {
    /// The business.
    pub business: i64,
    /// The version of its key.
    pub version: u32,
    /// Whether another one took its place.
    pub retired: bool,
    /// Keys of files.
    pub files: u64,
}

/// Keeps wrapped keys of files and of businesses, and a few named settings. An implementation is done when it passes
/// `conformance::key_store` (feature `testing`).
///
/// A change is durable (on stable storage, not merely handed to the operating system) when its call returns, whole or not
/// at all. What was deleted, and a wrapped key of a business that another took the place of, must not be readable in the
/// store's own files any longer: SQLite runs with `secure_delete`.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Keeps the wrapped key of a file, if the key that wraps it is the current one of its business. Of any number of
    /// concurrent calls with one id, one keeps its key. None is kept under a key that is retired at that moment, so what a
    /// retired key wraps only gets less.
    async fn put(&self, key: &FileKeyRow) -> Result<PutFileKey, KeyStoreError>;

    /// The wrapped key of a file; `None` when it was deleted or never put.
    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, KeyStoreError>;

    /// Destroys the wrapped key of a file; `false` when there was none.
    async fn delete(&self, id: Uuid) -> Result<bool, KeyStoreError>;

    /// At most `limit` ids that have a key, in the order of their 16 bytes, from the first one after `after`.
    async fn ids(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, KeyStoreError>;

    /// At most `limit` keys of files, whole, in the order of their ids, from the first one after `after`.
    async fn file_keys(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<FileKeyRow>, KeyStoreError>;

    /// Those of [`KeyStore::file_keys`] that this version of a business's key wraps.
    async fn file_keys_under(
        &self,
        business: i64,
        version: u32,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<FileKeyRow>, KeyStoreError>;

    /// Puts wrapped keys in the place of others, all in one transaction; gives how many. Leaves out those whose old one isn't
    /// there any more, or whose new one isn't wrapped by the current key of its business.
    async fn replace_file_keys(&self, changes: &[FileKeyChange]) -> Result<usize, KeyStoreError>;

    /// How many keys of files there are under each key of a business, those with none included, in the order of business and
    /// version.
    async fn counts(&self) -> Result<Vec<KeyCount>, KeyStoreError>;

    /// Keeps keys of different businesses, makes each the current one and retires the others of its business, all in one
    /// transaction, if the store belongs to the master key with this check value. `retired` isn't looked at. Of any number
    /// of concurrent calls for one version, one keeps its key.
    async fn put_business_keys(
        &self,
        keys: &[BusinessKeyRow],
        check: &[u8],
    ) -> Result<PutBusinessKeys, KeyStoreError>;

    /// A key of a business.
    async fn business_key(
        &self,
        business: i64,
        version: u32,
    ) -> Result<Option<BusinessKeyRow>, KeyStoreError>;

    /// The current key of a business: the only one that isn't retired.
    async fn current_business_key(&self, business: i64) -> Result<Option<BusinessKeyRow>, KeyStoreError>;

    /// At most `limit` keys of businesses, in the order of business and version, from the first one after `after`.
    async fn business_keys(
        &self,
        after: Option<(i64, u32)>,
        limit: usize,
    ) -> Result<Vec<BusinessKeyRow>, KeyStoreError>;

    /// Deletes a retired key of a business that wraps no key of a file; `false` when it isn't there or is still needed.
    async fn delete_retired(&self, business: i64, version: u32) -> Result<bool, KeyStoreError>;

    /// Destroys all keys of a business, and with them whatever they wrap, which is deleted too; gives how many keys of the
    /// business there were. Erases the business's files in one step.
    ///
    /// The latest row stays, retired and without its key, so that no version ever stands for two keys: other processes may
    /// still remember the destroyed ones.
    async fn destroy_business(&self, business: i64) -> Result<usize, KeyStoreError>;

    /// Hands the store over from one master key to another: puts the new wraps of all business keys and the new check value
    /// in the place of the old ones, in one transaction. `false`, and nothing changes, when the check value isn't `old`, or
    /// the keys of businesses aren't exactly those that `keys` says, each as it says.
    async fn switch_master(
        &self,
        old: &[u8],
        new: &[u8],
        keys: &[BusinessKeyChange],
    ) -> Result<bool, KeyStoreError>;

    /// Puts keys back as they were when they were listed, for a restore: without regard to what is retired, in one
    /// transaction. What is there already stays.
    async fn restore(&self, businesses: &[BusinessKeyRow], files: &[FileKeyRow])
    -> Result<(), KeyStoreError>;

    /// A setting of the vault itself; `None` when it was never put. Settings are apart from keys.
    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeyStoreError>;

    /// All settings, by name.
    async fn settings(&self) -> Result<Vec<(String, Vec<u8>)>, KeyStoreError>;

    /// Keeps a setting. `false`, and nothing changes, when it has a value already: the first caller wins.
    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<bool, KeyStoreError>;
}
