//! The two folders of backups, and how the files in them are named.

use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::part::UNFINISHED;

/// How an instant stands in names: sorted by name is sorted by time.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// What the files of one backup have in common in their names: its instant, and the first digits of its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stem(String);

impl Stem {
    pub(super) fn new(taken_on: Timestamp, id: Uuid) -> Self {
        let digits = &id.simple().to_string()[..8];
        Self(format!("{}-{digits}", taken_on.to_zoned(TimeZone::UTC).strftime(STAMP)))
    }

    /// The stem of a name with this beginning and end.
    pub(super) fn of(name: &str, before: &str, after: &str) -> Option<Self> {
        let stem = Self(name.strip_prefix(before)?.strip_suffix(after)?.to_owned());
        stem.instant().map(|_| stem)
    }

    /// When the backup was taken.
    pub(super) fn instant(&self) -> Option<Timestamp> {
        let (stamp, digits) = self.0.split_once('-')?;
        let good = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let time = DateTime::strptime(STAMP, stamp).ok().filter(|_| good)?;
        TimeZone::UTC.to_timestamp(time).ok()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn manifest(&self) -> String {
        format!("{MANIFEST}{}{JSON}", self.0)
    }

    pub(super) fn records(&self) -> String {
        format!("records-{}.sealed", self.0)
    }

    pub(super) fn keys(&self) -> String {
        format!("{KEYS}{}{LINES}", self.0)
    }
}

const MANIFEST: &str = "manifest-";
const JSON: &str = ".json";
const KEYS: &str = "keys-";
const LINES: &str = ".jsonl";

/// The backups in a folder, oldest first.
pub(super) fn backups(target: &Path) -> anyhow::Result<Vec<Stem>> {
    stems(target, MANIFEST, JSON)
}

/// The copies of the keys in a folder, oldest first.
pub(super) fn key_copies(folder: &Path) -> anyhow::Result<Vec<Stem>> {
    stems(folder, KEYS, LINES)
}

fn stems(folder: &Path, before: &str, after: &str) -> anyhow::Result<Vec<Stem>> {
    let names = names(folder)?;
    let mut stems: Vec<Stem> = names.iter().filter_map(|name| Stem::of(name, before, after)).collect();
    stems.sort();
    Ok(stems)
}

/// The names in a folder; none if there is no such folder.
pub(super) fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("{} can't be read", folder.display()))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("{} can't be read", folder.display()))?;
        names.extend(entry.file_name().into_string().ok());
    }
    Ok(names)
}

/// Removes what a crash left in a folder. Under [`lock`] only.
pub(super) fn clean(folder: &Path) -> anyhow::Result<()> {
    for name in names(folder)?.iter().filter(|name| name.ends_with(UNFINISHED)) {
        let path = folder.join(name);
        fs::remove_file(&path).with_context(|| format!("{} can't be removed", path.display()))?;
    }
    Ok(())
}

/// Makes a folder for its owner only; gives its path without links.
pub(super) fn private(folder: &Path) -> anyhow::Result<PathBuf> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("{} can't be made", folder.display()))?;
    folder.canonicalize().with_context(|| format!("{} can't be found", folder.display()))
}

/// Whoever has both the files and their keys needs the master key only: so the two never lie together, nor beside the
/// desk's own data.
pub(super) fn apart(target: &Path, keys: &Path, data: &Path) -> anyhow::Result<()> {
    if target.starts_with(keys) || keys.starts_with(target) {
        bail!(
            "the keys ({}) must not lie in the folder of the backup ({}), nor it in theirs: whoever gets one must not get the other",
            keys.display(),
            target.display()
        );
    }
    let data = data.canonicalize().unwrap_or_else(|_| data.to_owned());
    for folder in [target, keys] {
        if folder.starts_with(&data) || data.starts_with(folder) {
            bail!(
                "{} and the data folder {} must lie apart: what is lost with the data is no backup",
                folder.display(),
                data.display()
            );
        }
    }
    Ok(())
}

/// Keeps a second backup off the same folder, as long as it lives.
pub(super) fn lock(target: &Path) -> anyhow::Result<File> {
    let path = target.join("backup.lock");
    let file = File::create(&path).with_context(|| format!("{} can't be made", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => bail!("another backup is being made in {}", target.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_their_instant_and_sort_by_it() {
        let stem = |second| {
            Stem::new(Timestamp::from_second(second).expect("an instant"), Uuid::from_u128(u128::MAX))
        };
        let first = stem(1_790_000_000);
        assert_eq!(first.as_str(), "20260921T141320Z-ffffffff");
        assert_eq!(first.instant().map(Timestamp::as_second), Some(1_790_000_000));
        assert!(first < stem(1_790_000_001) && stem(1_790_000_001) < stem(1_800_000_000));
        assert_eq!(Stem::of(&first.keys(), KEYS, LINES), Some(first.clone()));
        for bad in ["keys-.jsonl", "keys-20260921T141320Z.jsonl", "keys-20260921T141320Z-xyz.jsonl", "x"] {
            assert_eq!(Stem::of(bad, KEYS, LINES), None, "{bad}");
        }
    }

    #[test]
    fn keys_lie_apart_from_files_and_both_from_the_data() {
        let check =
            |target: &str, keys: &str| apart(Path::new(target), Path::new(keys), Path::new("/srv/data"));
        assert!(check("/mnt/a", "/mnt/b").is_ok());
        for (target, keys) in [
            ("/mnt/a", "/mnt/a"),
            ("/mnt/a", "/mnt/a/keys"),
            ("/mnt/a/files", "/mnt/a"),
            ("/srv/data/backup", "/mnt/b"),
            ("/mnt/a", "/srv/data/keys"),
            ("/srv", "/mnt/b"),
        ] {
            assert!(check(target, keys).is_err(), "{target} {keys}");
        }
    }
}
