//! What a process uses, as Linux tells it in `/proc` (proc(5)).

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

/// The length of the ticks that CPU time is told in: Linux shows programs 100 a second on every machine.
const TICK: Duration = Duration::from_millis(10);

/// A process to look at.
#[derive(Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// This process.
    pub(crate) fn own() -> Self {
        Self(std::process::id())
    }

    /// The CPU time so far: user and system, of all threads and of the children that have ended.
    pub(crate) fn cpu(self) -> Result<Duration> {
        let stat = fs::read_to_string(self.file("stat")).context("the server has ended")?;
        // The name, in parentheses, may hold anything; `utime` is the twelfth field after it.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u32 = fields.skip(11).take(4).filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
        Ok(TICK * ticks)
    }

    /// The memory that is resident now, in KiB.
    pub(crate) fn resident_kib(self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most memory that was resident since [`Process::forget_peak`], in KiB.
    pub(crate) fn peak_kib(self) -> Result<u64> {
        self.status("VmHWM:")
    }

    /// Lets the peak start again from what is resident now.
    pub(crate) fn forget_peak(self) -> Result<()> {
        fs::write(self.file("clear_refs"), "5").context("the peak can't be reset")
    }

    fn status(self, key: &str) -> Result<u64> {
        let status = fs::read_to_string(self.file("status")).context("the server has ended")?;
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.with_context(|| format!("no {key} in /proc"))
    }

    fn file(self, name: &str) -> PathBuf {
        format!("/proc/{}/{name}", self.0).into()
    }
}

/// The CPU time of this thread, to the nanosecond.
pub(crate) fn thread_cpu() -> Result<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")
        .context("the kernel tells no CPU time of threads")?;
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Ok(Duration::from_nanos(nanos.context("schedstat")?))
}
