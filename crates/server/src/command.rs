//! The command line.

mod backup;
mod client;
mod demo;
mod doctor;
mod erasure;
mod fsck;
mod keys;
mod migrate;
mod retention;
mod serve;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::assemble;
use crate::backup as backups;
use crate::config::Config;
use crate::keys::hide;
use crate::telemetry;

/// The identity-check desk that you run yourself.
#[derive(Debug, Parser)]
#[command(name = "proofdesk", version, about)]
pub(crate) struct Arguments {
    /// The configuration, a TOML file.
    #[arg(long, global = true, env = "PROOFDESK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the desk until it is stopped.
    Serve,
    /// Serve a throw-away desk with invented customers, and say how to try it.
    Demo,
    /// Bring the database's schema up to date.
    Migrate,
    /// Manage users.
    User(user::User),
    /// Manage machine clients: programs that sign in for themselves.
    Client(client::Client),
    /// Verify receipts of erasures.
    Erasure(erasure::Erasure),
    /// Destroy what has been kept for long enough, as the server does every hour.
    Retention(retention::Retention),
    /// Replace the keys that wrap those of files, and count them.
    Keys(keys::Keys),
    /// Check the configuration and everything that the desk needs.
    Doctor,
    /// Check that records, files and keys agree.
    Fsck(fsck::Fsck),
    /// Take a backup while the desk goes on, or verify backups.
    Backup(backup::Backup),
    /// Put a backup back, on an empty machine.
    Restore(backup::Restore),
    /// Decode files from the standard input, for the desk that started this process.
    #[command(name = assemble::DECODE, hide = true)]
    DecodeWorker,
}

/// Threads for file system calls, long reads and password hashes. Each keeps memory of its own; more of them would not make
/// one disk faster.
const BLOCKING_THREADS: usize = 16;

/// Runs what was asked for.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if matches!(arguments.command, Command::DecodeWorker) {
        // Before there is any thread but this one: what keeps the process in, keeps in one thread.
        proofdesk_decoder::worker::run()?;
        return Ok(ExitCode::SUCCESS);
    }
    if matches!(arguments.command, Command::Serve) {
        hide()?;
    }
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().max_blocking_threads(BLOCKING_THREADS).build()?;
    let config = arguments.config.as_deref();
    match arguments.command {
        Command::Serve => runtime.block_on(serve::run(&load(config)?)),
        Command::Demo => demo::run(runtime, config),
        Command::Migrate => runtime.block_on(migrate::run(&load(config)?)),
        Command::User(user) => runtime.block_on(user::run(&load(config)?, user)),
        Command::Client(client) => runtime.block_on(client::run(&load(config)?, client)),
        Command::Erasure(erasure) => runtime.block_on(erasure::run(config, erasure)),
        Command::Retention(retention) => runtime.block_on(retention::run(&load(config)?, retention)),
        Command::Keys(keys) => runtime.block_on(keys::run(&load(config)?, keys)),
        Command::Doctor => runtime.block_on(doctor::run(config)),
        Command::DecodeWorker => Ok(()),
        Command::Restore(restore) => runtime.block_on(backup::restore(&read(config)?, &restore)),
        Command::Backup(backup) => return Ok(runtime.block_on(backup::run(&load(config)?, backup))),
        Command::Fsck(fsck) => {
            let code = |config: Config| runtime.block_on(fsck::run(&config, &fsck));
            return Ok(load(config).map_or_else(
                |error| {
                    complain(&error);
                    ExitCode::from(2)
                },
                code,
            ));
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

/// The configuration of a desk that is whole, with the log that it asks for.
fn load(file: Option<&std::path::Path>) -> anyhow::Result<Config> {
    let config = read(file)?;
    backups::unfinished(&config)?;
    Ok(config)
}

/// The configuration, with the log that it asks for.
fn read(file: Option<&std::path::Path>) -> anyhow::Result<Config> {
    let config = Config::load(file)?;
    telemetry::start_log(&config.log)?;
    Ok(config)
}

/// Says on the standard error what went wrong, with its causes.
#[expect(clippy::print_stderr, reason = "this is the command line talking to its user")]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("proofdesk: {error:#}");
}

/// Says something on the standard output.
#[expect(clippy::print_stdout, reason = "this is the command line talking to its user")]
pub(crate) fn say(text: impl std::fmt::Display) {
    println!("{text}");
}
