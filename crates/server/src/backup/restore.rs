//! Puts a backup back on an empty machine. A file in the data folder says that it has begun; until it has ended no other
//! command works there, and running it again starts over.

mod ledger;
mod place;
mod source;

use std::path::Path;

use anyhow::{Context, bail};
use futures::{StreamExt, TryStreamExt};
use proofdesk_desk::Desk;
use proofdesk_desk::erasure::replay;
use proofdesk_desk::{fsck, restored, sweep};
use std::time::Duration;

use super::lines;
use super::make::{KEYS, RECORDS};
use super::objects;
use super::part::Hashing;
use super::progress::Progress;
use super::verify::open_records;
use crate::assemble::{self, Schema, Tables};
use crate::command::say;
use crate::config::Config;

pub(crate) use ledger::Ledgers;
pub(crate) use place::unfinished;
use source::Source;

/// Files that are put back side by side.
const SIDE_BY_SIDE: usize = 8;

/// What is to be put back.
pub(crate) struct Wanted<'a> {
    /// The folder of the backups.
    pub(crate) target: &'a Path,
    /// The folder with the copies of keys, or one of them.
    pub(crate) keys: &'a Path,
    /// Which backup, by the instant and id in its files' names; the latest if none is named.
    pub(crate) name: Option<&'a str>,
}

/// Puts a backup back. Nothing is written before all of it was verified.
pub(crate) async fn restore(config: &Config, wanted: &Wanted<'_>, ledgers: &Ledgers) -> anyhow::Result<()> {
    let _lock = assemble::lock(config)?;
    let tables = assemble::tables(config);
    place::require_empty(config, &tables).await?;
    let ledgers = ledgers.chosen(config)?;
    let source = Source::verified(config, wanted).await?;
    source.fits(&tables)?;
    place::begin(config, &tables).await?;
    put_databases(&source, &tables).await?;
    ledger::install(config, &ledgers)?;
    let desk = assemble::desk(config, Schema::Migrate).await?;
    put_files(&source, &desk).await?;
    settle(&source, &desk).await?;
    let mut replayed = replay(&desk, desk.ledger()).await?;
    for other in ledger::others(config, &ledgers)? {
        let more = replay(&desk, &other).await?;
        replayed.entries += more.entries;
        replayed.objects += more.objects;
        replayed.records += more.records;
    }
    say(format_args!(
        "Erasures: {} in the ledger; {} records and {} files were erased again.",
        replayed.entries, replayed.records, replayed.objects
    ));
    restored::finish(&desk, source.manifest.taken_on, !ledgers.is_empty()).await?;
    source.clean()?;
    place::end(config, &tables).await?;
    say(format_args!(
        "The desk is as it was on {}. Everybody has to sign in again.",
        source.manifest.taken_on
    ));
    Ok(())
}

/// Keys, then records; what is in the database afterwards is counted again.
async fn put_databases(source: &Source, tables: &Tables) -> anyhow::Result<()> {
    let keys = std::fs::File::open(&source.keys)?;
    lines::read(keys, KEYS, Some(&tables.keys)).await.context("the keys")?;
    let records = open_records(&source.vault, &source.records(), &source.manifest)?;
    lines::read(records, RECORDS, Some(&tables.records)).await.context("the records")?;
    let (_, dump) = lines::write(&tables.records, RECORDS, |_, _| false, std::io::sink()).await?;
    if dump.tables != source.manifest.tables {
        bail!("the database doesn't hold what it was given: the tables' hashes differ");
    }
    Ok(())
}

async fn put_files(source: &Source, desk: &Desk) -> anyhow::Result<()> {
    let folder = objects::folder(&source.target);
    let mut progress = Progress::new("files", source.manifest.objects.len());
    let puts = source.manifest.objects.iter().map(|object| {
        let path = folder.join(object.id.to_string());
        async move {
            let bytes = tokio::fs::read(&path).await.context("a file can't be read")?;
            let mut hashing = Hashing::new(bytes.as_slice());
            std::io::copy(&mut hashing, &mut std::io::sink())?;
            if hashing.finish().1.sha256 != object.sha256 {
                bail!("the file {} was changed since it was verified", object.id);
            }
            desk.vault().put_sealed(object.id, bytes.into()).await.context("a file can't be put back")
        }
    });
    let mut puts = std::pin::pin!(futures::stream::iter(puts).buffer_unordered(SIDE_BY_SIDE));
    while puts.try_next().await?.is_some() {
        progress.one();
    }
    Ok(())
}

/// Empties the slots of files that were destroyed while the backup was made, destroys keys that came after its records, and
/// makes sure that all the others open.
async fn settle(source: &Source, desk: &Desk) -> anyhow::Result<()> {
    let gone = fsck::lose_all(desk, source.manifest.gone.iter().copied()).await?;
    sweep::sweep(desk, Duration::ZERO).await?;
    let options = fsck::Options { deep: false, grace: Duration::ZERO };
    let found = fsck::check(desk, options).await?;
    if fsck::is_unlikely(&found) {
        bail!(
            "{} of {} files don't open: these are not the keys of this backup",
            found.lost.len(),
            found.files
        );
    }
    let repaired = fsck::repair(desk, &found).await?;
    say(format_args!(
        "Files: {} are there; {} slots were emptied, whose files were destroyed while the backup was made or since.",
        found.files - found.lost.len() as u64,
        gone + repaired.slots
    ));
    Ok(())
}
