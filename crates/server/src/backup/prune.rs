//! Removes what is too old: copies of keys, so that what was erased can't be read from a backup any more, and backups.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use proofdesk_vault::Vault;
use uuid::Uuid;

use super::folders::{self, Stem};
use super::manifest::Manifest;
use super::objects;
use super::part::sync_folder;
use crate::config::Backup;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pruned {
    pub(super) backups: u64,
    pub(super) keys: u64,
    pub(super) objects: u64,
}

/// Removes copies of keys and backups that are too old at `now`, and the files that no backup names. The latest backup stays.
pub(super) fn prune(
    vault: &Vault,
    target: &Path,
    keys: &Path,
    now: Timestamp,
    limits: &Backup,
) -> anyhow::Result<Pruned> {
    let mut pruned = Pruned { keys: prune_keys(keys, now, limits.key_days)?, ..Pruned::default() };
    let backups = folders::backups(target)?;
    let before = backups.len().saturating_sub(1);
    let old =
        backups[..before].iter().filter(|stem| limits.keep_days > 0 && is_older(stem, now, limits.keep_days));
    for stem in old {
        // Without its manifest it is no backup any more, so that goes first, durably.
        remove(&target.join(stem.manifest()))?;
        sync_folder(target)?;
        remove(&target.join(stem.records()))?;
        pruned.backups += 1;
    }
    pruned.objects = prune_objects(vault, target)?;
    Ok(pruned)
}

/// Removes copies of keys that are older than so many days; gives how many. A copy's name says how old it is.
pub(crate) fn prune_keys(folder: &Path, now: Timestamp, days: u32) -> anyhow::Result<u64> {
    let mut count = 0;
    for stem in folders::key_copies(folder)?.iter().filter(|stem| is_older(stem, now, days)) {
        remove(&folder.join(stem.keys()))?;
        count += 1;
    }
    if count > 0 {
        sync_folder(folder)?;
    }
    Ok(count)
}

fn is_older(stem: &Stem, now: Timestamp, days: u32) -> bool {
    stem.instant().is_some_and(|taken_on| {
        now.duration_since(taken_on) > SignedDuration::from_hours(24 * i64::from(days))
    })
}

/// Removes files that no backup names. If one can't be read, it may name any of them, and all stay.
fn prune_objects(vault: &Vault, target: &Path) -> anyhow::Result<u64> {
    let mut named: HashSet<Uuid> = HashSet::new();
    for stem in folders::backups(target)? {
        match Manifest::read_genuine(vault, target, &stem) {
            Ok(manifest) => named.extend(manifest.objects.iter().map(|object| object.id)),
            Err(error) => {
                tracing::warn!(backup = stem.as_str(), %error, "a manifest is no good, so no file is removed");
                return Ok(0);
            }
        }
    }
    let folder = objects::folder(target);
    let mut count = 0;
    for name in folders::names(&folder)? {
        if name.parse().is_ok_and(|id: Uuid| !named.contains(&id)) {
            remove(&folder.join(name))?;
            count += 1;
        }
    }
    Ok(count)
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be removed", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_keys_goes_when_it_is_older_than_so_many_days() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = Timestamp::from_second(1_790_000_000).expect("an instant");
        let day = SignedDuration::from_hours(24);
        let ages = [day * 29, day * 30, day * 30 + SignedDuration::from_secs(1), day * 400];
        for (place, age) in ages.iter().enumerate() {
            let stem = Stem::new(now - *age, Uuid::from_u128((place as u128 + 1) << 100));
            fs::write(folder.path().join(stem.keys()), "x").expect("a file");
        }
        fs::write(folder.path().join("keys-mine.jsonl"), "x").expect("a file");
        assert_eq!(prune_keys(folder.path(), now, 30).expect("pruned"), 2);
        let left = folders::key_copies(folder.path()).expect("copies");
        assert_eq!(left.len(), 2);
        assert!(left.iter().all(|stem| !is_older(stem, now, 30)));
        assert!(folder.path().join("keys-mine.jsonl").exists(), "what is no copy of ours stays");
    }
}
