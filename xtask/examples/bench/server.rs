//! The server under test: started in a folder of its own, and ended with this.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::usage::Process;

/// The administrator's e-mail address.
pub(crate) const ADMIN: &str = "admin@localhost";
/// The administrator's password; the server is reached from this machine only, and gone in minutes.
pub(crate) const PASSWORD: &str = "known to everybody, for minutes";

/// How long a server is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(2);

/// A server that runs.
pub(crate) struct Server {
    child: Child,
    /// Held, so that what the server says has somewhere to go.
    _output: BufReader<ChildStdout>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it with its data in a folder, its log beside it.
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self> {
        let log = folder.join("server.log");
        let mut command = Command::new(program);
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PROOFDESK_"))
        {
            command.env_remove(name);
        }
        let mut child = command
            .arg("serve")
            .env("PROOFDESK_LISTEN", "127.0.0.1:0")
            .env("PROOFDESK_DATA", folder.join("data"))
            .env("PROOFDESK_ADMIN_EMAIL", ADMIN)
            .env("PROOFDESK_ADMIN_PASSWORD", PASSWORD)
            // A flood comes from many addresses; here all come from one.
            .env("PROOFDESK_LIMITS__ADDRESS_PER_SECOND", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).context("the server's log")?)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = child.stdout.take().context("the server's output")?;
        let mut output = BufReader::new(output);
        match address(&mut output) {
            Ok(address) => Ok(Self { child, _output: output, address }),
            Err(error) => {
                end(&mut child);
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                Err(error).with_context(|| format!("the server does not start:\n{said}"))
            }
        }
    }

    /// Its process.
    pub(crate) fn process(&self) -> Process {
        Process(self.child.id())
    }

    /// The memory that is resident once it has nothing to do, in KiB.
    pub(crate) async fn idle_kib(&self) -> Result<u64> {
        tokio::time::sleep(REST).await;
        self.process().resident_kib()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    // It has ended by itself if this fails.
    drop(child.kill());
    drop(child.wait());
}

/// The address, from the line that the server says once it listens.
fn address(output: &mut impl BufRead) -> Result<SocketAddr> {
    let mut line = String::new();
    while output.read_line(&mut line)? > 0 {
        if let Some((_, rest)) = line.split_once("serves http://") {
            let address = rest.split('/').next().unwrap_or_default();
            return address.parse().with_context(|| format!("{address:?} is no address"));
        }
        line.clear();
    }
    bail!("it says no address")
}
