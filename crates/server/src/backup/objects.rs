//! The files in a backup: ciphertext as it lies in the vault, each copied once, whatever number of backups names it.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use futures::{StreamExt, TryStreamExt};
use proofdesk_vault::Vault;
use uuid::Uuid;

use super::folders::{self, Stem};
use super::manifest::{Manifest, ObjectSum};
use super::part::{Part, Sum, sync_folder};
use super::progress::Progress;

/// Files that are copied side by side.
const SIDE_BY_SIDE: usize = 8;

/// Where the files of a backup lie.
pub(super) fn folder(target: &Path) -> PathBuf {
    target.join("objects")
}

/// What earlier backups say of files that are there already.
pub(super) fn known(vault: &Vault, target: &Path, backups: &[Stem]) -> HashMap<Uuid, Sum> {
    let mut known = HashMap::new();
    for stem in backups {
        // One that isn't genuine vouches for nothing; verifying it is another command.
        let Ok(manifest) = Manifest::read_genuine(vault, target, stem) else { continue };
        let sums = manifest.objects.into_iter();
        known.extend(sums.map(|object| (object.id, Sum { sha256: object.sha256, bytes: object.bytes })));
    }
    known
}

/// Copies the files that aren't there yet; gives the sums of all, and those that are gone.
pub(super) async fn copy(
    vault: &Vault,
    target: &Path,
    wanted: &[Uuid],
    known: &HashMap<Uuid, Sum>,
) -> anyhow::Result<(Vec<ObjectSum>, Vec<Uuid>)> {
    let folder = folders::private(&folder(target))?;
    folders::clean(&folder)?;
    let mut progress = Progress::new("files", wanted.len());
    let (mut objects, mut gone) = (Vec::new(), Vec::new());
    let copies = wanted.iter().map(|id| copy_one(vault, &folder, *id, known.get(id)));
    let mut copies = std::pin::pin!(futures::stream::iter(copies).buffered(SIDE_BY_SIDE));
    let mut ids = wanted.iter();
    while let (Some(id), Some(sum)) = (ids.next(), copies.try_next().await?) {
        progress.one();
        match sum {
            Some(Sum { sha256, bytes }) => objects.push(ObjectSum { id: *id, sha256, bytes }),
            None => gone.push(*id),
        }
    }
    sync_folder(&folder).context("the folder of the files can't be synced")?;
    Ok((objects, gone))
}

/// None if the file is gone from the vault.
async fn copy_one(
    vault: &Vault,
    folder: &Path,
    id: Uuid,
    known: Option<&Sum>,
) -> anyhow::Result<Option<Sum>> {
    let name = id.to_string();
    if let Some(sum) = known
        && std::fs::metadata(folder.join(&name)).is_ok_and(|found| found.len() == sum.bytes)
    {
        return Ok(vault.has_object(id).await?.then(|| sum.clone()));
    }
    let Some(sealed) = vault.sealed(id).await? else { return Ok(None) };
    let folder = folder.to_owned();
    let written = tokio::task::spawn_blocking(move || -> std::io::Result<Sum> {
        let mut part = Part::create(&folder, &name)?;
        part.write_all(&sealed)?;
        part.publish()
    });
    let sum = written.await.context("the copying thread has ended")?;
    Ok(Some(sum.context("a file can't be copied")?))
}
