//! Where wrapped keys are kept: apart from the files and from the desk's records, backed up apart, with a short life.

use async_trait::async_trait;
use uuid::Uuid;

/// A key store failed. What went wrong is in the source; the vault only passes it on.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct KeyStoreError(Box<dyn std::error::Error + Send + Sync>);

impl KeyStoreError {
    /// Wraps the error of an implementation, or a message.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// Keeps wrapped keys by file id, and a few named settings. An implementation is done when it passes
/// `conformance::key_store` (feature `testing`).
///
/// To the store a wrapped key is opaque bytes of at most 1 KiB. A change is durable (on stable storage, not merely
/// handed to the operating system) when its call returns. What was deleted must not be readable in the store's own
/// files any longer: SQLite runs with `secure_delete`.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Keeps the wrapped key of a file. `false`, and nothing changes, when this id has a key already: of any number of
    /// concurrent calls with one id, one gives `true`.
    async fn put(&self, id: Uuid, wrapped: &[u8]) -> Result<bool, KeyStoreError>;

    /// The wrapped key of a file; `None` when it was deleted or never put.
    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, KeyStoreError>;

    /// Destroys the wrapped key of a file; `false` when there was none.
    async fn delete(&self, id: Uuid) -> Result<bool, KeyStoreError>;

    /// At most `limit` ids that have a key, in the order of their 16 bytes, from the first one after `after`.
    async fn ids(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, KeyStoreError>;

    /// A setting of the vault itself; `None` when it was never put. Settings are apart from keys.
    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeyStoreError>;

    /// Keeps a setting. `false`, and nothing changes, when it has a value already: the first caller wins.
    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<bool, KeyStoreError>;
}
