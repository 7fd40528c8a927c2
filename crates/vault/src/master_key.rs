//! The operator's key, which every other key hangs on, and the file that keeps it.

mod file;
mod source;

pub use source::{KeyFile, MasterSource};

use std::path::{Path, PathBuf};
use std::{fmt, io};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use proofdesk_domain::ambient::Random;
use zeroize::{Zeroize, Zeroizing};

use crate::file_key::{KEY_LEN, expand};

const SALT: &[u8] = b"proofdesk vault master 1";
const TEXT_PREFIX: &str = "proofdesk-master-key-1:";

/// 32 random bytes that wrap the keys of all businesses. Wiped from memory when dropped; never shown by `Debug`.
pub struct MasterKey(Box<Zeroizing<[u8; KEY_LEN]>>);

/// Why a master key could not be loaded or created.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// Others than its owner may use the file.
    #[error(
        "master key file {path:?} has mode {mode:03o}: group and others must have no access; run chmod 600"
    )]
    Exposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file isn't one line `proofdesk-master-key-1:` and 64 hexadecimal digits.
    #[error("master key file {0:?} is not one line \"proofdesk-master-key-1:\" and 64 hexadecimal digits")]
    Malformed(PathBuf),
    /// What gives the key, other than a file, gives none.
    #[error("the master key from {from}: {why}")]
    Unavailable {
        /// What was to give it.
        from: &'static str,
        /// Why it didn't; nothing secret.
        why: String,
    },
    /// The file could not be read or written.
    #[error("master key file {path:?}: {source}")]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl MasterKey {
    /// A master key with these bytes, from a store of the operator's own.
    pub fn from_bytes(mut bytes: [u8; KEY_LEN]) -> Self {
        let key = Self(Box::new(Zeroizing::new(bytes)));
        bytes.zeroize();
        key
    }

    /// A new master key.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Box::new(Zeroizing::new([0; KEY_LEN]));
        random.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Loads the key from its file, or creates the file, for its owner only (mode 0600), and durably, if it isn't there.
    ///
    /// The file holds one line: `proofdesk-master-key-1:` and 64 hexadecimal digits. It is refused when group or others
    /// may use it in any way. Of several processes that create it at once, one does, and all load the same key. Blocks:
    /// for start-up.
    pub fn load_or_create(path: &Path, random: &dyn Random) -> Result<Self, MasterKeyError> {
        match file::load(path) {
            Err(MasterKeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                file::create(path, &Self::generate(random), random)?;
                file::load(path)
            }
            loaded => loaded,
        }
    }

    /// Loads the key from its file.
    ///
    /// # Errors
    /// [`MasterKeyError`] when it isn't there, isn't one, or others may use it.
    pub fn load(path: &Path) -> Result<Self, MasterKeyError> {
        file::load(path)
    }

    /// Writes the key to a new file, for its owner only, and durably. A file that is there stays as it is.
    ///
    /// # Errors
    /// [`MasterKeyError::Io`].
    pub fn write_new(&self, path: &Path, random: &dyn Random) -> Result<(), MasterKeyError> {
        file::create(path, self, random)
    }

    /// The key that a line says, in the form of the key file.
    pub fn from_line(line: &str) -> Option<Self> {
        Self::from_text(line)
    }

    /// Whether both are the same key.
    pub fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.0.as_slice(), other.0.as_slice()).is_ok()
    }

    /// What is derived from the key for `purpose`s of its own.
    pub(crate) fn prk(&self) -> Prk {
        Salt::new(HKDF_SHA256, SALT).extract(self.0.as_slice())
    }

    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let mut digits = Zeroizing::new([0; 2 * KEY_LEN]);
        let mut text = Zeroizing::new(String::with_capacity(TEXT_PREFIX.len() + digits.len() + 1));
        text.push_str(TEXT_PREFIX);
        if hex::encode_to_slice(self.0.as_slice(), digits.as_mut()).is_ok() {
            text.extend(digits.iter().copied().map(char::from));
        }
        text.push('\n');
        text
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('\n').unwrap_or(text).strip_prefix(TEXT_PREFIX)?;
        let mut bytes = Box::new(Zeroizing::new([0; KEY_LEN]));
        hex::decode_to_slice(digits, bytes.as_mut_slice()).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// Tells, without giving anything away about it, whether a master key is the one that a key store was first opened with.
pub(crate) fn check_value(master: &Prk) -> Result<[u8; KEY_LEN], Unspecified> {
    let mut check = [0; KEY_LEN];
    expand(master, &[b"check"], &mut check)?;
    Ok(check)
}
