//! `proofdesk retention run`: works beside a running server.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use proofdesk_desk::retention;

use super::say;
use crate::assemble::{self, Schema};
use crate::config::Config;

/// Destroy what has been kept for long enough, as the server does every hour.
#[derive(Debug, Args)]
pub(crate) struct Retention {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Destroy it now.
    Run {
        /// Only list what would be destroyed.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(crate) async fn run(config: &Config, retention: Retention) -> anyhow::Result<()> {
    let Verb::Run { dry_run } = retention.verb;
    let desk = assemble::desk(config, Schema::Keep).await?;
    if !dry_run {
        let ran = retention::run(&desk).await?;
        say(format_args!("{} checks were erased, and {} files of others destroyed.", ran.checks, ran.files));
        return Ok(());
    }
    let due = retention::due_now(&desk).await?;
    for one in &due {
        let what = one.slot.map_or("the whole check", |slot| slot.prefix());
        let since = Timestamp::from_second(one.since).unwrap_or_default();
        say(format_args!("{}\t{}\t{what}\tsince {since}", one.entity.name, one.id));
    }
    let checks = due.iter().filter(|one| one.slot.is_none()).count();
    let files = due.len() - checks;
    say(format_args!(
        "{checks} checks would be erased, and {files} files of others destroyed. Nothing was changed."
    ));
    Ok(())
}
