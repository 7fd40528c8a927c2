//! Where the master key comes from.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use proofdesk_domain::ambient::Random;

use super::{MasterKey, MasterKeyError, file};

/// Gives the master key whenever it's needed: at the start, and when it was replaced while the desk runs.
#[async_trait]
pub trait MasterSource: Send + Sync {
    /// All keys that it has: usually one, and while the master key is being replaced two. The check value in the key store
    /// tells which of them is the right one.
    ///
    /// # Errors
    /// [`MasterKeyError`] when it has none.
    async fn load(&self) -> Result<Vec<MasterKey>, MasterKeyError>;

    /// Told which one was right, so that it can forget the others. Fails silently: it is told again at the next start.
    async fn settle(&self, _right: &MasterKey) {}
}

/// A key file, and beside it, under the same name and `.next`, the one that takes its place.
#[derive(Clone, Debug)]
pub struct KeyFile(PathBuf);

impl KeyFile {
    /// The key file at a path, which may not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The path of the key file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of the key that takes its place.
    pub fn next_path(&self) -> PathBuf {
        let mut name = self.0.file_name().unwrap_or_default().to_owned();
        name.push(".next");
        self.0.with_file_name(name)
    }

    /// Puts a key beside the file, durably, so that it can take its place; gives the one that is there, which is another if
    /// an earlier attempt left it.
    ///
    /// # Errors
    /// [`MasterKeyError`] as for every key file.
    pub fn prepare(&self, next: &MasterKey, random: &dyn Random) -> Result<MasterKey, MasterKeyError> {
        file::create(&self.next_path(), next, random)?;
        file::load(&self.next_path())
    }

    /// The key that was put beside the file by [`KeyFile::prepare`].
    ///
    /// # Errors
    /// [`MasterKeyError`] as for every key file, but for one that isn't there.
    pub fn prepared(&self) -> Result<Option<MasterKey>, MasterKeyError> {
        present(file::load(&self.next_path()))
    }
}

/// A file that isn't there is none.
fn present(loaded: Result<MasterKey, MasterKeyError>) -> Result<Option<MasterKey>, MasterKeyError> {
    match loaded {
        Err(MasterKeyError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        loaded => loaded.map(Some),
    }
}

#[async_trait]
impl MasterSource for KeyFile {
    async fn load(&self) -> Result<Vec<MasterKey>, MasterKeyError> {
        // The next one first: if it takes the file's place meanwhile, it's found there.
        let next = self.prepared()?;
        let keys: Vec<_> = present(file::load(&self.0))?.into_iter().chain(next).collect();
        if keys.is_empty() {
            let source = io::Error::from(ErrorKind::NotFound);
            return Err(MasterKeyError::Io { path: self.0.clone(), source });
        }
        Ok(keys)
    }

    async fn settle(&self, right: &MasterKey) {
        let is_next = self.prepared().is_ok_and(|next| next.is_some_and(|next| next.is(right)));
        if is_next && let Err(error) = file::take_place(&self.next_path(), &self.0) {
            tracing::warn!(%error, "the new master key could not take the place of the old one; it is used where it lies");
        }
    }
}
