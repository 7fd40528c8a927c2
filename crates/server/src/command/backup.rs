//! `proofdesk backup` and `proofdesk restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};

use super::{complain, say};
use crate::assemble::{self, Schema};
use crate::backup::{self, Ledgers, Wanted};
use crate::config::Config;

/// Take a backup while the desk goes on, or verify backups.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Backup {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// The folder for records and files.
    #[arg(required = true, value_name = "TARGET_DIR")]
    target: Option<PathBuf>,
    /// The folder for the keys, on another disk; by default `backup.keys` of the configuration.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Verify all backups in a folder. Exit code: 0 all are whole, 1 something is wrong, 2 it can't be checked.
    Verify {
        /// The folder of the backups.
        target: PathBuf,
        /// The folder of the keys, whose copies are verified too; by default `backup.keys`.
        #[arg(long, value_name = "DIR")]
        keys: Option<PathBuf>,
    },
}

/// Put a backup back, on an empty machine.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The folder of the backups.
    target: PathBuf,
    /// The folder with the copies of the keys, or one of them.
    #[arg(long, value_name = "DIR")]
    keys: PathBuf,
    /// Which backup, as `backup` named it; the latest if none is named.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The ledger of erasures, besides the configuration's own.
    #[arg(long, value_name = "FILE", conflicts_with = "without_ledger")]
    ledger: Option<PathBuf>,
    /// The ledger is lost: go on without it. Goes on record.
    #[arg(long)]
    without_ledger: bool,
}

pub(crate) async fn run(config: &Config, backup: Backup) -> ExitCode {
    let done = match backup.verb {
        Some(Verb::Verify { target, keys }) => return verify(config, target, keys).await,
        None => make(config, backup.target, backup.keys).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn make(config: &Config, target: Option<PathBuf>, keys: Option<PathBuf>) -> anyhow::Result<()> {
    let target = target.context("TARGET_DIR is missing")?;
    let keys = keys.or_else(|| config.backup.keys.clone());
    let keys = keys.context("there is no folder for the keys: set backup.keys, or use --keys")?;
    backup::make(config, &target, &keys).await
}

async fn verify(config: &Config, target: PathBuf, keys: Option<PathBuf>) -> ExitCode {
    let keys = keys.or_else(|| config.backup.keys.clone());
    let looked = async {
        let desk = assemble::desk(config, Schema::Keep).await?;
        backup::verify(desk.vault(), &target, keys.as_deref()).await
    };
    match looked.await {
        Ok((count, wrong)) if wrong.is_empty() => {
            say(format_args!("{count} backups are whole."));
            ExitCode::SUCCESS
        }
        Ok((_, wrong)) => {
            wrong.iter().for_each(say);
            ExitCode::FAILURE
        }
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}

pub(crate) async fn restore(config: &Config, restore: &Restore) -> anyhow::Result<()> {
    let wanted = Wanted { target: &restore.target, keys: &restore.keys, name: restore.name.as_deref() };
    let ledgers = Ledgers { file: restore.ledger.clone(), without: restore.without_ledger };
    backup::restore(config, &wanted, &ledgers).await
}
