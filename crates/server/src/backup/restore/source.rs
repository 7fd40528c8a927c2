//! What is put back, verified before anything is written: with its keys in a key store of their own, because the desk's
//! secrets, which signatures and sealed records hang on, lie among them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use proofdesk_store_sqlite::{SqliteKeyStore, SqliteTables};
use proofdesk_vault::{OpenError, Vault, open_local};

use super::super::folders::{self, Stem};
use super::super::lines;
use super::super::make::KEYS;
use super::super::manifest::Manifest;
use super::super::part::sum_of;
use super::super::verify::{genuine_keys, verify_one};
use super::Wanted;
use crate::ambient::SystemRandom;
use crate::assemble::Tables;
use crate::command::say;
use crate::config::Config;
use crate::keys;

/// A backup that was verified.
pub(super) struct Source {
    pub(super) target: PathBuf,
    stem: Stem,
    pub(super) manifest: Manifest,
    /// The copy of the keys.
    pub(super) keys: PathBuf,
    /// A vault with these keys, without files.
    pub(super) vault: Vault,
    staging: PathBuf,
}

impl Source {
    /// Chooses a backup and its keys, and verifies both.
    pub(super) async fn verified(config: &Config, wanted: &Wanted<'_>) -> anyhow::Result<Self> {
        let target = wanted.target.to_owned();
        let stem = chosen(&target, wanted.name)?;
        let keys = keys_of(&stem, wanted.keys)?;
        let staging = config.data.join("restore.staging");
        let vault = staged(config, &staging, &keys).await?;
        say(format_args!("Verifying the backup {}.", stem.as_str()));
        let mut wrong = verify_one(&vault, &target, &stem, &mut HashMap::new()).await;
        if let Err(error) = genuine_keys(&vault, &keys) {
            wrong.push(format!("the keys: {error:#}"));
        }
        if !wrong.is_empty() {
            remove(&staging)?;
            bail!("the backup is damaged, nothing was restored: {}", wrong.join("; "));
        }
        let manifest = Manifest::read_genuine(&vault, &target, &stem)?;
        let own = keys.file_name().is_some_and(|name| name.to_string_lossy() == stem.keys());
        if own && sum_of(&keys)? != manifest.keys {
            bail!("the copy of the keys {} is not this backup's", keys.display());
        }
        Ok(Self { target, stem, manifest, keys, vault, staging })
    }

    /// Requires that this version knows the backup's schemas.
    pub(super) fn fits(&self, tables: &Tables) -> anyhow::Result<()> {
        for (what, found, known) in [
            ("records", self.manifest.schema, tables.records.known_schema()),
            ("keys", self.manifest.keys_schema, tables.keys.known_schema()),
        ] {
            if found > known {
                bail!(
                    "the backup's {what} have schema {found}, and this version knows schemas up to {known}: use a newer version"
                );
            }
        }
        Ok(())
    }

    /// The records, sealed.
    pub(super) fn records(&self) -> PathBuf {
        self.target.join(self.stem.records())
    }

    /// Removes what was only needed to verify.
    pub(super) fn clean(&self) -> anyhow::Result<()> {
        remove(&self.staging)
    }
}

fn chosen(target: &Path, name: Option<&str>) -> anyhow::Result<Stem> {
    let mut all = folders::backups(target)?;
    match name {
        Some(name) => all.into_iter().find(|stem| stem.as_str() == name),
        None => all.pop(),
    }
    .with_context(|| format!("there is no such backup in {}", target.display()))
}

/// The copy of the keys that was made with a backup, or if that is too old and gone, the first one since: of two in one second
/// names don't tell which came first.
fn keys_of(stem: &Stem, keys: &Path) -> anyhow::Result<PathBuf> {
    if keys.is_file() {
        return Ok(keys.to_owned());
    }
    let copies = folders::key_copies(keys)?;
    let own = copies.iter().find(|copy| *copy == stem);
    let since = own.or_else(|| copies.iter().find(|copy| copy.instant() >= stem.instant()));
    let since = since.with_context(|| {
        format!("there is no copy of the keys of this backup, nor a later one, in {}", keys.display())
    })?;
    Ok(keys.join(since.keys()))
}

/// A vault with the keys of a copy, and no files.
async fn staged(config: &Config, staging: &Path, copy: &Path) -> anyhow::Result<Vault> {
    remove(staging)?;
    folders::private(staging)?;
    let path = staging.join("keys.db");
    let tables: Arc<dyn proofdesk_store::tables::Tables> = Arc::new(SqliteTables::keys(&path));
    let lines = File::open(copy).with_context(|| format!("{} can't be read", copy.display()))?;
    lines::read(lines, KEYS, Some(&tables)).await.with_context(|| copy.display().to_string())?;
    let store = SqliteKeyStore::open(&path)?;
    let source = keys::source(config)?;
    let objects = open_local(&staging.join("files"))?;
    let opened = Vault::open_from(Arc::new(objects), Arc::new(store), source, Arc::new(SystemRandom)).await;
    opened.map_err(|error| match error {
        OpenError::Master(_) => anyhow::Error::new(error)
            .context("the master key, which is in no backup, has to be put in its place first"),
        error => anyhow::Error::new(error).context("the vault"),
    })
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be removed", folder.display()))
        }
        _ => Ok(()),
    }
}
