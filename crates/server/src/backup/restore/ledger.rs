//! The ledger of erasures that is replayed.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use proofdesk_desk::erasure::Ledger;

use super::super::part::Part;
use crate::config::Config;

/// Which ledger is given.
pub(crate) struct Ledgers {
    /// A file.
    pub(crate) file: Option<PathBuf>,
    /// None, and the restore is to go on.
    pub(crate) without: bool,
}

impl Ledgers {
    /// The ledgers that are there: the one that is named, and the one of the configuration.
    pub(super) fn chosen(&self, config: &Config) -> anyhow::Result<Vec<PathBuf>> {
        if let Some(file) = &self.file {
            // Read now, so that a damaged one is told before anything is written.
            if !file.is_file() {
                bail!("the ledger of erasures {} is not there", file.display());
            }
            Ledger::open(file)?.entries()?;
        }
        let own = config.ledger_file();
        let own = own.is_file().then_some(own);
        let mut all: Vec<PathBuf> = self.file.iter().cloned().chain(own).collect();
        all.dedup();
        if all.is_empty() && !self.without {
            bail!(
                "the ledger of erasures is missing: whoever was erased since the backup would be here again. Name it with \
                 --ledger FILE; if it is lost, restore with --without-ledger, which goes on record"
            );
        }
        Ok(all)
    }
}

/// Puts the first ledger where the desk goes on with it, unless there is one.
pub(super) fn install(config: &Config, ledgers: &[PathBuf]) -> anyhow::Result<()> {
    let place = config.ledger_file();
    let Some(first) = ledgers.first().filter(|_| !place.exists()) else { return Ok(()) };
    let bytes = std::fs::read(first).with_context(|| format!("{} can't be read", first.display()))?;
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name =
        place.file_name().and_then(|name| name.to_str()).context("erasure.ledger is no file's path")?;
    let mut part = Part::create(folder, name)?;
    part.write_all(&bytes)?;
    part.finish().context("the ledger can't be put in its place")?;
    Ok(())
}

/// The ledgers besides the desk's own.
pub(super) fn others(config: &Config, ledgers: &[PathBuf]) -> anyhow::Result<Vec<Ledger>> {
    let own = config.ledger_file();
    let others = ledgers.iter().filter(|file| **file != own);
    others.map(|file| Ledger::open(file).map_err(Into::into)).collect()
}
