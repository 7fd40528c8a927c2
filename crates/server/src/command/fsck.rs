//! `proofdesk fsck`: works beside a running server.

use std::fs::File;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use proofdesk_desk::fsck::{self, Loss, Options, Repaired, Report};
use serde_json::{Value as Json, json};

use super::say;
use crate::assemble::{self, Schema};
use crate::config::Config;

/// What is younger may be on its way to its record, where a server may be running.
const GRACE: Duration = Duration::from_hours(1);

/// Check that records, files and keys agree. Exit code: 0 nothing is wrong, 1 something is, 2 it can't be checked.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Fsck {
    /// Decrypt every file to its end.
    #[arg(long)]
    deep: bool,
    /// Destroy what no record names, make pictures anew that files lack, and empty the slots of lost files, with an audit entry
    /// each.
    #[arg(long)]
    repair: bool,
    /// Repair even if more than half of all files seem lost.
    #[arg(long, requires = "repair")]
    force: bool,
    /// Say it as one JSON object.
    #[arg(long)]
    json: bool,
}

/// What was found in all.
struct Found {
    database: Vec<String>,
    files: Report,
    repaired: Option<Repaired>,
}

pub(crate) async fn run(config: &Config, fsck: &Fsck) -> ExitCode {
    match check(config, fsck).await {
        Ok(found) => {
            if fsck.json {
                say(found.to_json());
            } else {
                found.tell();
            }
            let clean = found.database.is_empty() && found.files.is_clean();
            // What was mended was wrong, but isn't any more.
            if clean || (found.repaired.is_some() && found.database.is_empty()) {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            super::complain(&error);
            ExitCode::from(2)
        }
    }
}

async fn check(config: &Config, fsck: &Fsck) -> anyhow::Result<Found> {
    let tables = assemble::tables(config);
    let mut database = tables.records.inspect().await?;
    database.extend(tables.keys.inspect().await?);
    let desk = match assemble::desk(config, Schema::Keep).await {
        Ok(desk) => desk,
        // The database is so damaged that it doesn't open: that is what is found.
        Err(error) if !database.is_empty() => {
            database.push(format!("files can't be checked: {error:#}"));
            return Ok(Found { database, files: Report::default(), repaired: None });
        }
        Err(error) => return Err(error),
    };
    // Alone on its data, even what is young has no record on its way.
    let alone = alone(config);
    let grace = if alone.is_some() { Duration::ZERO } else { GRACE };
    let options = Options { deep: fsck.deep, grace };
    let files = fsck::check(&desk, options).await?;
    let mut repaired = None;
    if fsck.repair && !files.is_clean() {
        if fsck::is_unlikely(&files) && !fsck.force {
            bail!(
                "{} of {} files seem lost: more likely files_url or the key store is another desk's. Nothing was \
                 repaired; --force does it",
                files.lost.len(),
                files.files
            );
        }
        repaired = Some(fsck::repair(&desk, &files).await?);
    }
    Ok(Found { database, files, repaired })
}

/// The lock of the server, where that would be on the same machine.
fn alone(config: &Config) -> Option<File> {
    if config.database_url.is_some() { None } else { assemble::lock(config).ok() }
}

fn name(loss: Loss) -> &'static str {
    match loss {
        Loss::NoKey => "its key is missing",
        Loss::NoObject => "its object is missing",
        Loss::Damaged => "it is damaged",
    }
}

impl Found {
    fn tell(&self) {
        let files = &self.files;
        say(format_args!("{} files, {} keys, {} objects", files.files, files.keys, files.objects));
        for line in &self.database {
            say(format_args!("database: {line}"));
        }
        for lost in &files.lost {
            say(format_args!(
                "lost: file {} (document {}, slot {}): {}",
                lost.object,
                lost.document,
                lost.slot,
                name(lost.loss)
            ));
        }
        for bare in &files.bare {
            say(format_args!(
                "bare: file {} (document {}, slot {}) lacks pictures of it",
                bare.object, bare.document, bare.slot
            ));
        }
        for id in &files.stray_keys {
            say(format_args!("stray: key {id} is of no record"));
        }
        for id in &files.stray_objects {
            say(format_args!("stray: object {id} is of no record"));
        }
        match &self.repaired {
            Some(repaired) => say(format_args!(
                "Repaired: {} stray keys and objects destroyed, {} slots emptied, pictures of {} files made anew; of {} they \
                 can't be made.",
                repaired.strays, repaired.slots, repaired.pictures, repaired.unmade
            )),
            None if self.database.is_empty() && files.is_clean() => say("Nothing is wrong."),
            None => {}
        }
    }

    fn to_json(&self) -> Json {
        let files = &self.files;
        let lost = files.lost.iter().map(|lost| {
            let why = match lost.loss {
                Loss::NoKey => "no_key",
                Loss::NoObject => "no_object",
                Loss::Damaged => "damaged",
            };
            json!({ "object": lost.object, "document": lost.document, "slot": lost.slot, "why": why })
        });
        let bare = files
            .bare
            .iter()
            .map(|bare| json!({ "object": bare.object, "document": bare.document, "slot": bare.slot }));
        let repaired = self.repaired.map(|done| {
            json!({
                "strays": done.strays, "slots": done.slots, "pictures": done.pictures, "unmade": done.unmade,
            })
        });
        json!({
            "files": files.files, "keys": files.keys, "objects": files.objects,
            "database": self.database, "lost": lost.collect::<Vec<_>>(), "bare": bare.collect::<Vec<_>>(),
            "stray_keys": files.stray_keys, "stray_objects": files.stray_objects,
            "repaired": repaired,
        })
    }
}
