//! A file of a backup on its way to the disk: under a name of its own until it is whole, then durable under its own name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

/// What a file is called until it is whole.
pub(super) const UNFINISHED: &str = ".unfinished";

/// What the manifest says of a file.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct Sum {
    /// SHA-256 in hexadecimal.
    pub(super) sha256: String,
    /// Its size.
    pub(super) bytes: u64,
}

/// Hashes what goes through.
pub(super) struct Hashing<F> {
    inner: F,
    context: Context,
    bytes: u64,
}

impl<F> Hashing<F> {
    pub(super) fn new(inner: F) -> Self {
        Self { inner, context: Context::new(&SHA256), bytes: 0 }
    }

    pub(super) fn finish(self) -> (F, Sum) {
        (self.inner, Sum { sha256: hex::encode(self.context.finish()), bytes: self.bytes })
    }

    /// The hash so far.
    pub(super) fn sum(&self) -> Sum {
        Sum { sha256: hex::encode(self.context.clone().finish()), bytes: self.bytes }
    }
}

impl<F: Write> Write for Hashing<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.inner.write(bytes)?;
        self.context.update(&bytes[..length]);
        self.bytes += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<F: Read> Read for Hashing<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(into)?;
        self.context.update(&into[..length]);
        self.bytes += length as u64;
        Ok(length)
    }
}

/// A file that isn't whole yet. What a crash leaves is removed by the next backup.
pub(super) struct Part {
    path: PathBuf,
    file: Hashing<File>,
}

impl Part {
    pub(super) fn create(folder: &Path, name: &str) -> io::Result<Self> {
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(beside(&path))?;
        Ok(Self { path, file: Hashing::new(file) })
    }

    /// What was written so far.
    pub(super) fn sum(&self) -> Sum {
        self.file.sum()
    }

    /// Makes the file durable under its name, but for the entry in its folder: [`sync_folder`].
    pub(super) fn publish(self) -> io::Result<Sum> {
        let (file, sum) = self.file.finish();
        file.sync_all()?;
        fs::rename(beside(&self.path), &self.path)?;
        Ok(sum)
    }

    /// Makes the file and its entry durable.
    pub(super) fn finish(self) -> io::Result<Sum> {
        let folder = self.path.parent().map(Path::to_owned);
        let sum = self.publish()?;
        sync_folder(&folder.unwrap_or_default())?;
        Ok(sum)
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}

/// Makes the entries of a folder durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The hash and size of a file.
pub(super) fn sum_of(path: &Path) -> io::Result<Sum> {
    let mut file = Hashing::new(File::open(path)?);
    io::copy(&mut file, &mut io::sink())?;
    Ok(file.finish().1)
}
