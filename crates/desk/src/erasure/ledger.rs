//! The erasure ledger: a file that only grows, one line of JSON for each erasure. It is never part of a backup, so what was
//! erased can be erased again after a backup from before is put back ([`super::replay`]).
//!
//! A line holds no personal data: a receipt's id, an instant, and GUIDs of records and vault objects that are no more. It is
//! on stable storage before the first key is destroyed.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use thiserror::Error;
use uuid::Uuid;

/// The ledger of one desk. Several processes, and several nodes with one disk, may share its file: each append locks it.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: PathBuf,
}

/// One line: what was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The id of the erasure's receipt.
    pub receipt: Uuid,
    /// When the erasure began.
    pub on: Timestamp,
    /// The records whose personal data was erased; none where only files were destroyed.
    pub records: Vec<Subject>,
    /// The vault's ids of the files that were destroyed.
    pub objects: Vec<Uuid>,
}

/// A record in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The entity's name.
    pub entity: String,
    /// The record's GUID.
    pub guid: Uuid,
}

/// Why the ledger can't be used.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The file can't be read or written.
    #[error("the erasure ledger {path} can't be used: {source}", path = path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line that is not the last one can't be read: the file was changed from outside.
    #[error("line {line} of the erasure ledger {path} is damaged", path = path.display())]
    Damaged {
        /// Its path.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

impl Ledger {
    /// Opens a ledger; makes an empty one if there is none. A last line that a crash tore is taken off: the erasure that it
    /// was for had not begun to destroy anything.
    ///
    /// # Errors
    /// [`LedgerError::File`] if it can't be read and written.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let ledger = Self { path: path.to_owned() };
        ledger.with_file(|file| mend(file).map(drop))?;
        ledger.sync_folder()?;
        Ok(ledger)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line. When this returns, it is on stable storage. Blocks on the disk.
    ///
    /// # Errors
    /// [`LedgerError::File`]; a part of the line may be there, and the next append takes it off.
    pub fn append(&self, entry: &Entry) -> Result<(), LedgerError> {
        let line = format!("{}\n", entry.to_json());
        self.with_file(|file| {
            let end = mend(file)?;
            file.seek(SeekFrom::Start(end))?;
            file.write_all(line.as_bytes())?;
            file.sync_data()
        })
    }

    /// All lines, oldest first. Blocks on the disk.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] if a line can't be read that a crash can't have torn.
    pub fn entries(&self) -> Result<Vec<Entry>, LedgerError> {
        let mut text = Vec::new();
        self.with_file(|file| {
            mend(file)?;
            file.seek(SeekFrom::Start(0))?;
            file.read_to_end(&mut text).map(drop)
        })?;
        let lines = text.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        let damaged = |line: usize| LedgerError::Damaged { path: self.path.clone(), line: line + 1 };
        lines.map(|(place, line)| Entry::parse(line).ok_or_else(|| damaged(place))).collect()
    }

    /// Does something with the locked file.
    fn with_file(&self, work: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<(), LedgerError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let done = options.open(&self.path).and_then(|mut file| {
            file.lock()?;
            work(&mut file)
        });
        done.map_err(|source| LedgerError::File { path: self.path.clone(), source })
    }

    /// Makes the file's name in its folder durable.
    fn sync_folder(&self) -> Result<(), LedgerError> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let synced = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
        synced.map_err(|source| LedgerError::File { path: self.path.clone(), source })
    }
}

/// Takes off a last line without its end, unless it is whole; gives where the file ends then.
fn mend(file: &mut File) -> std::io::Result<u64> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut torn = Vec::new();
    let mut start = end;
    while start > 0 {
        let from = start.saturating_sub(4096);
        let mut piece = vec![0; usize::try_from(start - from).map_err(|_| ErrorKind::InvalidData)?];
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut piece)?;
        if let Some(place) = piece.iter().rposition(|byte| *byte == b'\n') {
            torn.splice(0..0, piece[place + 1..].iter().copied());
            start = from + place as u64 + 1;
            break;
        }
        torn.splice(0..0, piece);
        start = from;
    }
    if torn.is_empty() {
        return Ok(end);
    }
    if Entry::parse(&torn).is_some() {
        file.seek(SeekFrom::Start(end))?;
        file.write_all(b"\n")?;
        file.sync_data()?;
        return Ok(end + 1);
    }
    file.set_len(start)?;
    file.sync_data()?;
    Ok(start)
}

impl Entry {
    fn to_json(&self) -> Json {
        let record =
            |subject: &Subject| json!({ "entity": subject.entity, "guid": subject.guid.to_string() });
        json!({
            "receipt": self.receipt.to_string(),
            "on": self.on.to_string(),
            "records": self.records.iter().map(record).collect::<Vec<_>>(),
            "objects": self.objects.iter().map(Uuid::to_string).collect::<Vec<_>>(),
        })
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let json: Json = serde_json::from_slice(line).ok()?;
        let guid = |value: &Json| value.as_str()?.parse::<Uuid>().ok();
        let subject = |value: &Json| {
            Some(Subject { entity: value["entity"].as_str()?.to_owned(), guid: guid(&value["guid"])? })
        };
        Some(Self {
            receipt: guid(&json["receipt"])?,
            on: json["on"].as_str()?.parse().ok()?,
            records: json["records"].as_array()?.iter().map(subject).collect::<Option<_>>()?,
            objects: json["objects"].as_array()?.iter().map(guid).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests;
