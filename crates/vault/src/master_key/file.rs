//! The key file: one line, for its owner only, created whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use proofdesk_domain::ambient::Random;
use zeroize::Zeroizing;

use super::{MasterKey, MasterKeyError};

/// More than a key file can have, so that a wrong file isn't read whole.
const MOST: usize = 256;

/// Reads the key. The permissions are those of the opened file, so a file put in its place between the two isn't trusted.
pub(super) fn load(path: &Path) -> Result<MasterKey, MasterKeyError> {
    let failed = |source| MasterKeyError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(MasterKeyError::Exposed { path: path.to_owned(), mode });
    }
    let malformed = || MasterKeyError::Malformed(path.to_owned());
    if !metadata.is_file() || metadata.len() > MOST as u64 {
        return Err(malformed());
    }
    let mut bytes = Zeroizing::new([0; MOST]);
    let length = read_all(&mut file, bytes.as_mut()).map_err(failed)?;
    let text = std::str::from_utf8(&bytes[..length]).map_err(|_| malformed())?;
    MasterKey::from_text(text).ok_or_else(malformed)
}

fn read_all(file: &mut File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Writes the key beside its path and links it there, so that the path never holds a part of a key, and a key that another
/// process put there in the meantime stays.
pub(super) fn create(path: &Path, key: &MasterKey, random: &dyn Random) -> Result<(), MasterKeyError> {
    let failed = |source| MasterKeyError::Io { path: path.to_owned(), source };
    let fresh = fresh_path(path, random);
    let linked = write_fresh(&fresh, key).and_then(|()| match fs::hard_link(&fresh, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&fresh);
    linked.and(removed).and_then(|()| sync_parent(path)).map_err(failed)
}

/// Puts the file of the next key in the place of the last one, durably. Another process may have done so already.
pub(super) fn take_place(next: &Path, path: &Path) -> io::Result<()> {
    match fs::rename(next, path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        renamed => renamed.and_then(|()| sync_parent(path)),
    }
}

fn fresh_path(path: &Path, random: &dyn Random) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", random.uuid().simple()));
    path.with_file_name(name)
}

fn write_fresh(path: &Path, key: &MasterKey) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(key.to_text().as_bytes())?;
    file.sync_all()
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
