//! What can go wrong, told apart as far as the caller acts on it.

use std::fmt;

use uuid::Uuid;

use crate::key_store::{KeyStoreError, KeyStoreFailure};
use crate::master_key::MasterKeyError;

/// The key store or the object store failed; the file itself may well be sound.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// A disk failed, of the vault or of another that shares its latch: nothing is written any more in this process.
    #[error("nothing is written any more: {0}")]
    Broken(String),
    /// There is no room left on the disk.
    #[error("the disk is full")]
    Full,
    /// The key store failed.
    #[error("the key store failed")]
    Keys(#[source] KeyStoreError),
    /// The master key was replaced, and its source doesn't give the new one yet.
    #[error("the master key was replaced, and where it comes from does not give the new one yet")]
    MasterReplaced,
    /// A key of this business isn't what was kept.
    #[error("the key of business {0} does not open: the key store is damaged")]
    BusinessKey(i64),
    /// A key could not be derived or wrapped.
    #[error("a key could not be derived or wrapped")]
    Cipher,
    /// The object store failed.
    #[error("the object store failed")]
    Objects(#[from] object_store::Error),
}

impl From<KeyStoreError> for BackendError {
    fn from(error: KeyStoreError) -> Self {
        match error.kind() {
            KeyStoreFailure::Broken => Self::Broken(error.to_string()),
            KeyStoreFailure::Full => Self::Full,
            KeyStoreFailure::Other => Self::Keys(error),
        }
    }
}

/// Why a vault could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The master key is another than the one that the key store was first opened with.
    #[error("this master key does not belong to this key store; restore the right key file from its backup")]
    WrongMasterKey,
    /// The key store holds keys, but not the check value that tells which master key they belong to.
    #[error("the key store holds keys but no check value of its master key; it is damaged or incomplete")]
    CheckValueMissing,
    /// The key store holds keys, but not the one that the desk's own secrets follow from.
    #[error("the key store holds keys but not that of the desk's own secrets; it is damaged or incomplete")]
    SecretsMissing,
    /// No master key could be had.
    #[error(transparent)]
    Master(#[from] MasterKeyError),
    /// The key store is new, and there is more than one key that it could belong to.
    #[error("the key store is new, and {0} master keys are there: leave the one that it shall have")]
    Ambiguous(usize),
    /// The key store failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// A key could not be derived.
    #[error("a key could not be derived")]
    Cipher,
}

/// Why a file could not be written. Nothing of it is left behind, as far as the backends still answer.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is a file with this id already; it was not touched.
    #[error("file {0} exists already")]
    Exists(Uuid),
    /// An earlier write of this writer failed or was cancelled, so the file has a hole and can't be finished.
    #[error("an earlier write failed or was cancelled")]
    Incomplete,
    /// Business 0 is the desk itself, and has no files.
    #[error("business 0 has no files")]
    NoBusiness,
    /// The file is longer than 2^32 chunks.
    #[error("the file is too long for its format")]
    TooLong,
    /// A key could not be derived or a chunk not be sealed.
    #[error("the file could not be sealed")]
    Cipher,
    /// The task that makes the file durable was lost; whether the file exists isn't known, the sweeper finds out.
    #[error("the write was interrupted")]
    Interrupted,
    /// The key store or the object store failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// Why a file, or a part of it, could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The key store has no key of this id: the file was shredded, or never written.
    #[error("the key of file {0} is gone; it was shredded or never written")]
    KeyMissing(Uuid),
    /// There is a key, but no object.
    #[error("the object of file {0} is missing")]
    ObjectMissing(Uuid),
    /// What is stored isn't what was written for this id and owner.
    #[error("file {id} is not what was written for this owner: {check}")]
    Tampered {
        /// The file.
        id: Uuid,
        /// The check that failed.
        check: Check,
    },
    /// The range asked for is reversed or reaches past the end of the file.
    #[error("the range lies outside of the file")]
    Range,
    /// The key store or the object store failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// The check that showed that a stored file isn't genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The wrapped key doesn't open for this file id and owner under the key of the business.
    WrappedKey,
    /// The key of the business isn't there, or doesn't open under the master key.
    BusinessKey,
    /// The object has a length that no file has, or got shorter while it was read.
    Length,
    /// The object doesn't begin like a file of the vault.
    Magic,
    /// The format version is unknown.
    Version,
    /// The cipher suite is unknown; only committing suites have a number.
    Suite,
    /// A reserved byte of the header is set, or the chunk size is another.
    Header,
    /// The object was sealed under another key, or for another file id or owner.
    Commitment,
    /// This chunk (from 0) is not the genuine one in its place, or a genuine last chunk isn't last.
    Chunk(u64),
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BusinessKey => f.write_str("the key of its business does not open"),
            Self::WrappedKey => f.write_str("its wrapped key does not open"),
            Self::Length => f.write_str("its length is impossible"),
            Self::Magic => f.write_str("its first bytes are wrong"),
            Self::Version => f.write_str("its format version is unknown"),
            Self::Suite => f.write_str("its cipher suite is unknown"),
            Self::Header => f.write_str("its header is malformed"),
            Self::Commitment => f.write_str("its key commitment does not match"),
            Self::Chunk(number) => write!(f, "its chunk {number} is not genuine"),
        }
    }
}
