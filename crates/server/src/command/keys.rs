//! `proofdesk keys rotate|status`: works beside a running server.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use proofdesk_desk::{Desk, keys};
use proofdesk_vault::{KeyFile, MasterKey, MasterSource, Rotated};
use std::path::{Path, PathBuf};

use super::say;
use crate::ambient::SystemRandom;
use crate::assemble::{self, Schema};
use crate::config::{Config, KeySource};

/// After how many keys the progress is told again.
const TOLD_EVERY: u64 = 10_000;

/// Replace the keys that wrap those of files.
#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put other keys in the place of those that wrap the keys of files; no file is written anew, and the server goes on.
    /// After an interruption, the same command goes on.
    Rotate(Rotate),
    /// Count the keys of files under each key of a location.
    Status,
}

#[derive(Debug, Args)]
struct Rotate {
    /// Replace the master key: by the one of --new-key-file, else by the second one that the source of keys gives, else, with
    /// a key file, by one that is made now.
    #[arg(long, required_unless_present = "business", conflicts_with = "business")]
    master: bool,
    /// The file of the new master key: it is copied, and not needed any more afterwards.
    #[arg(long, value_name = "FILE", conflicts_with = "business")]
    new_key_file: Option<PathBuf>,
    /// Replace the key of a location, by its id, or of all.
    #[arg(long, value_name = "ID|all", value_parser = which)]
    business: Option<Which>,
}

#[derive(Clone, Copy, Debug)]
enum Which {
    All,
    One(i64),
}

fn which(text: &str) -> Result<Which, String> {
    if text == "all" {
        return Ok(Which::All);
    }
    match text.parse() {
        Ok(id) if id > 0 => Ok(Which::One(id)),
        _ => Err("must be the id of a location, or all".to_owned()),
    }
}

pub(crate) async fn run(config: &Config, keys: Keys) -> anyhow::Result<()> {
    match keys.verb {
        Verb::Status => status(&assemble::desk(config, Schema::Keep).await?).await,
        Verb::Rotate(Rotate { business: Some(which), .. }) => {
            businesses(&assemble::desk(config, Schema::Keep).await?, which).await
        }
        Verb::Rotate(Rotate { new_key_file, .. }) => master(config, new_key_file.as_deref()).await,
    }
}

async fn status(desk: &Desk) -> anyhow::Result<()> {
    let counts = keys::counts(desk).await?;
    say("location\tversion\tstate\tfiles");
    for count in &counts {
        let state = if count.retired { "retired" } else { "current" };
        say(format_args!("{}\t{}\t{state}\t{}", count.business, count.version, count.files));
    }
    let left: u64 = counts.iter().filter(|count| count.retired).map(|count| count.files).sum();
    if keys::is_unfinished(desk, None).await? {
        say(format_args!(
            "A rotation was begun and not ended, {left} keys are left: proofdesk keys rotate --business all"
        ));
    }
    Ok(())
}

async fn businesses(desk: &Desk, which: Which) -> anyhow::Result<()> {
    let business = match which {
        Which::All => None,
        Which::One(id) => Some(id),
    };
    if keys::is_unfinished(desk, business).await? {
        say("A rotation was begun before and not ended: this ends it. Run it again to rotate anew.");
    }
    let mut told = 0;
    let mut progress = |done: u64| {
        if done >= told + TOLD_EVERY {
            told = done;
            say(format_args!("{done} keys are wrapped anew"));
        }
    };
    let rotated = keys::rotate_businesses(desk, business, &mut progress).await?;
    let Rotated { rewrapped, businesses, destroyed, damaged } = rotated;
    say(format_args!(
        "{rewrapped} keys of files are wrapped anew, {businesses} keys of locations were made, {destroyed} destroyed."
    ));
    if damaged > 0 {
        bail!(
            "{damaged} keys of files don't open, and stay as they are: restore them from a backup of the keys"
        );
    }
    Ok(())
}

async fn master(config: &Config, new: Option<&Path>) -> anyhow::Result<()> {
    let new = new.map(MasterKey::load).transpose().context("the new master key")?;
    match config.keys.source {
        KeySource::File => master_of_file(config, new).await,
        KeySource::Environment | KeySource::Command => master_of_source(config, new).await,
    }
}

/// The new key lies beside the file first, so that after an interruption one of the two is the right one.
async fn master_of_file(config: &Config, new: Option<MasterKey>) -> anyhow::Result<()> {
    let file = KeyFile::new(config.master_key_file());
    let begun = file.prepared()?.is_some();
    let desk = assemble::desk(config, Schema::Keep).await?;
    if begun && file.prepared()?.is_none() && new.as_ref().is_none_or(|new| keys::has_master(&desk, new)) {
        say("The master key was replaced before; now the new one lies in its place.");
        return Ok(());
    }
    let given = new.is_some();
    let wanted = new.unwrap_or_else(|| MasterKey::generate(&SystemRandom));
    let next = file.prepare(&wanted, &SystemRandom)?;
    if given && !next.is(&wanted) {
        bail!(
            "{} holds another key, of a rotation that was begun before: run without --new-key-file to end that one",
            file.next_path().display()
        );
    }
    let rotated = keys::rotate_master(&desk, &next).await?;
    file.settle(&next).await;
    if file.prepared()?.is_some() {
        bail!(
            "the new master key is in use, but {} can't be renamed: do it yourself",
            file.next_path().display()
        );
    }
    say(format_args!(
        "{} keys of locations are wrapped by the new master key, which lies in {}: keep a copy apart from all other backups.",
        rotated.rewrapped,
        file.path().display()
    ));
    Ok(())
}

/// The source gives both keys, or will give the new one.
async fn master_of_source(config: &Config, new: Option<MasterKey>) -> anyhow::Result<()> {
    let parts = assemble::parts(config, Schema::Keep).await?;
    let desk = parts.unseal().await?;
    let mut others = parts.source().load().await?;
    others.retain(|key| !keys::has_master(&desk, key));
    let next = match (new, others.len()) {
        (Some(new), _) => new,
        (None, 1) => others.remove(0),
        (None, 0) => bail!(
            "keys.source gives the present master key only: make it give the new one too, in another line"
        ),
        (None, others) => bail!("keys.source gives {others} other master keys: leave one"),
    };
    let given = others.iter().any(|key| key.is(&next))
        || parts.source().load().await?.iter().any(|key| key.is(&next));
    let rotated = keys::rotate_master(&desk, &next).await?;
    say(format_args!("{} keys of locations are wrapped by the new master key.", rotated.rewrapped));
    if !given {
        say(
            "keys.source doesn't give the new master key yet: make it do so, or the next start will be sealed.",
        );
    }
    Ok(())
}
