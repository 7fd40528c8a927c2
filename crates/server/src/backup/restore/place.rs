//! Where a backup is put back: an empty machine, and the note that it has begun.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, bail};

use super::super::folders;
use super::super::part::sync_folder;
use crate::assemble::Tables;
use crate::config::Config;

fn note(config: &Config) -> PathBuf {
    config.data.join("restore.unfinished")
}

/// Refuses to work with a desk that is only half there.
pub(crate) fn unfinished(config: &Config) -> anyhow::Result<()> {
    if note(config).exists() {
        bail!(
            "a restore into {} has begun and not ended: run proofdesk restore again, it starts over",
            config.data.display()
        );
    }
    Ok(())
}

/// Nothing may be overwritten but what an earlier restore has begun.
pub(super) async fn require_empty(config: &Config, tables: &Tables) -> anyhow::Result<()> {
    if note(config).exists() {
        return Ok(());
    }
    let full = |what: &str| format!("{what} is not empty: a backup is put back on an empty machine only");
    for (what, tables) in [("the database", &tables.records), ("the key store", &tables.keys)] {
        if !tables.is_empty().await? && !tables.is_restoring().await? {
            bail!(full(what));
        }
    }
    let files = config.files_folder()?;
    if !folders::names(&files)?.is_empty() {
        bail!(full(&files.display().to_string()));
    }
    Ok(())
}

/// From here on no command but another restore works in this data folder.
pub(super) async fn begin(config: &Config, tables: &Tables) -> anyhow::Result<()> {
    let path = note(config);
    File::create(&path).and_then(|file| file.sync_all()).with_context(|| path.display().to_string())?;
    sync_folder(&config.data)?;
    tables.records.begin_restore().await?;
    tables.keys.begin_restore().await?;
    let files = config.files_folder()?;
    for name in folders::names(&files)? {
        fs::remove_file(files.join(name)).context("what an earlier restore left can't be removed")?;
    }
    Ok(())
}

/// It is whole.
pub(super) async fn end(config: &Config, tables: &Tables) -> anyhow::Result<()> {
    tables.keys.end_restore().await?;
    tables.records.end_restore().await?;
    match fs::remove_file(note(config)) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    Ok(sync_folder(&config.data)?)
}
