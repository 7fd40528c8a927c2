//! Measures a server that `cargo xtask bench` has built: starts it on real disk, fills it over HTTP, and puts loads on it
//! in interleaved rounds. The figures and their targets are explained in `docs/performance.md`.
#![allow(clippy::print_stdout, reason = "the figures are its output")]
#![allow(clippy::print_stderr, reason = "its progress, apart from the figures")]

mod baseline;
mod cases;
mod client;
mod decode;
mod figures;
mod flood;
mod load;
mod memory;
#[path = "../../src/bench/options.rs"]
mod options;
mod picture;
mod report;
mod rounds;
mod seed;
mod server;
mod syncs;
mod targets;
mod usage;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;

use crate::cases::{Bench, Case};
use crate::decode::Decoding;
use crate::options::Options;
use crate::report::Report;
use crate::server::Server;

/// Measures a server.
#[derive(Parser)]
struct Arguments {
    /// The server's program, built with the feature `bench`.
    #[arg(long)]
    server: PathBuf,
    /// A folder on a real disk, for the server's data and for `bench.json`.
    #[arg(long)]
    target: PathBuf,
    /// Node.js, which runs what the decoder is compared with.
    #[arg(long)]
    node: PathBuf,
    /// The script that it runs.
    #[arg(long)]
    rival: PathBuf,
    #[command(flatten)]
    options: Options,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // One thread: the server is to have as much of the machine as it can get.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let options = &arguments.options;
    let cases = Case::chosen(&options.only);
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(&arguments.target);
    let folder = folder.context("a folder for the server's data")?;
    let server = Server::start(&arguments.server, folder.path())?;
    let idle_kib = server.idle_kib().await?;
    let bench = Bench { world: seed::fill(&server, options.rows).await?, server };
    let photo = picture::photo()?;
    let one_job = memory::one_job(&bench, &photo).await?;
    let figures = rounds::measure(&bench, &cases, options).await?;
    let syncs = syncs::count(&bench).await?;
    let loaded_kib = bench.server.idle_kib().await?;
    let decoding = decoding(arguments, &photo, folder.path()).await?;
    let report = Report { options, figures, syncs, idle_kib, loaded_kib, one_job, decoding };
    println!("{report}");
    let file = arguments.target.join("bench.json");
    std::fs::write(&file, format!("{:#}\n", report.json())).context("bench.json")?;
    eprintln!("The same as JSON: {}", file.display());
    Ok(())
}

/// The decoder and its rival, if they are chosen.
async fn decoding(arguments: &Arguments, photo: &[u8], folder: &Path) -> Result<Decoding> {
    let options = &arguments.options;
    if !options.only.is_empty() && !options.only.iter().any(|start| decode::NAME.starts_with(start.as_str()))
    {
        return Ok(Decoding::default());
    }
    let rival = decode::Program { node: arguments.node.clone(), script: arguments.rival.clone() };
    decode::measure(&arguments.server, &rival, photo, options.rounds, folder).await
}
