//! Encrypted files: streamed in, streamed out, shredded.
//!
//! A [`Vault`] keeps each file as one object in an [`object_store::ObjectStore`], sealed under a key of its own, and keeps
//! that key, wrapped by a key of its business, which the operator's [`MasterKey`] wraps, in a [`KeyStore`] apart. Destroying
//! the wrapped key is what erases a file. The bytes of all three are specified in `docs/vault-format.md`.
//!
//! What this crate promises:
//! - No plaintext reaches a disk: bytes are sealed in memory before they are handed to the object store.
//! - When [`Writer::finish`] returns, the key and the object are durable, in that order; a writer that fails or is
//!   dropped leaves neither.
//! - A [`Reader`] exists only once the wrapped key, header, key commitment, total length and last chunk were verified, and
//!   it never gives out a byte of a chunk that wasn't.
//! - Every object, header and wrapped key is bound to its file id and [`Owner`], so none can stand in for another.
//!
//! What is deliberately absent: what a file means, who may see it, and what a file is called.

mod archive;
mod disk;
mod error;
mod file_key;
mod format;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod key_store;
mod local;
mod master_key;
mod opener;
mod owner;
mod reader;
mod ring;
mod rotation;
mod sealer;
mod signer;
mod vault;
mod wrap;
mod writer;

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use archive::{ArchiveReader, ArchiveWriter};
pub use error::{BackendError, Check, OpenError, ReadError, WriteError};
pub use key_store::{
    BusinessKeyChange, BusinessKeyRow, DESK, FileKeyChange, FileKeyRow, KeyCount, KeyStore, KeyStoreError,
    MASTER_CHECK, PutBusinessKeys, PutFileKey,
};
pub use local::{open_local, remove_unfinished};
pub use master_key::{KeyFile, MasterKey, MasterKeyError, MasterSource};
pub use object_store::local::LocalFileSystem;
pub use owner::Owner;
pub use reader::Reader;
pub use rotation::{Progress, Rotated};
pub use signer::{PUBLIC_KEY_LEN, SIGNATURE_LEN, Signer, verify};
pub use vault::{Object, Vault};
pub use writer::{Stored, Writer};
