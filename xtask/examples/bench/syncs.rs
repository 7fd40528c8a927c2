//! How often the server waits for the disk: counted by `strace`, beside the measurements, which it would slow down.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::cases::{Bench, Kind};
use crate::load::{self, Until};
use crate::rounds::settle;

/// The syncs of one load of creates.
pub(crate) struct Syncs {
    /// How many connections there were.
    pub(crate) connections: usize,
    /// How many syncs there were for a create.
    pub(crate) each: f64,
}

/// How many creates are looked at, with how many connections.
const LOADS: [(usize, u64); 2] = [(1, 300), (64, 6000)];

/// Counts the syncs of creates; none if there is no `strace`.
pub(crate) async fn count(bench: &Bench) -> Result<Vec<Syncs>> {
    let mut counted = Vec::new();
    let strace = Command::new("strace").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !strace.is_ok_and(|status| status.success()) {
        eprintln!("The syncs are not counted: there is no strace (apt-get install strace).");
        return Ok(counted);
    }
    for (connections, creates) in LOADS {
        let requests = Arc::new(bench.requests(Kind::Create, &[]));
        settle(bench.server.process()).await?;
        let trace = Trace::start(bench)?;
        let outcome = load::run(bench.server.address, requests, connections, Until::Count(creates)).await;
        let syncs = trace.stop()?;
        counted.push(Syncs { connections, each: syncs as f64 / outcome?.requests.max(1) as f64 });
    }
    Ok(counted)
}

struct Trace {
    strace: Child,
    summary: tempfile::NamedTempFile,
}

impl Trace {
    fn start(bench: &Bench) -> Result<Self> {
        let summary = tempfile::NamedTempFile::new()?;
        let mut strace = Command::new("strace")
            .args(["-f", "-c", "-e", "trace=fsync,fdatasync", "-p", &bench.server.process().0.to_string()])
            .arg("-o")
            .arg(summary.path())
            .stderr(Stdio::piped())
            .spawn()
            .context("strace")?;
        // It says so once it is attached to all threads.
        let said = strace.stderr.as_mut().context("strace's output")?;
        BufReader::new(said).read_line(&mut String::new())?;
        Ok(Self { strace, summary })
    }

    /// The number of syncs since the start.
    fn stop(mut self) -> Result<u64> {
        Command::new("kill").args(["-INT", &self.strace.id().to_string()]).status().context("kill")?;
        self.strace.wait()?;
        let summary = fs::read_to_string(self.summary.path())?;
        Ok(summary.lines().filter_map(calls).sum())
    }
}

/// The calls in a line such as `99.99    0.000311         311         1           fsync`.
fn calls(line: &str) -> Option<u64> {
    let words: Vec<&str> = line.split_whitespace().collect();
    matches!(words.last(), Some(&"fsync" | &"fdatasync")).then(|| words.get(3)?.parse().ok())?
}
