//! What a process uses, as Linux tells it in `/proc` (proc(5)).

use std::fs;
use std::path::{Path, PathBuf};
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

    /// The CPU time of its first thread so far, to the nanosecond: all of it, where it has but one.
    pub(crate) fn first_thread_cpu(self) -> Result<Duration> {
        scheduled(&self.file("schedstat"))
    }

    /// The processes that it has started and that run.
    pub(crate) fn children(self) -> Result<Vec<Self>> {
        let mut children = Vec::new();
        for thread in fs::read_dir(self.file("task"))? {
            let listed = fs::read_to_string(thread?.path().join("children"))?;
            children.extend(listed.split_whitespace().filter_map(|id| id.parse().ok()).map(Self));
        }
        Ok(children)
    }

    /// Whether it decodes: it says so itself.
    pub(crate) fn is_decoder(self) -> bool {
        fs::read(self.file("cmdline")).is_ok_and(|line| line.starts_with(b"proofdesk\0decode-worker"))
    }

    /// The memory that is resident now, in KiB.
    pub(crate) fn resident_kib(self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most memory that was resident since [`Process::forget_peak`], in KiB.
    pub(crate) fn peak_kib(self) -> Result<u64> {
        self.status("VmHWM:")
    }

    /// What of its resident memory is pages of files: of the program, which it shares with others that run it. In KiB.
    pub(crate) fn file_kib(self) -> Result<u64> {
        self.status("RssFile:")
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
    scheduled(Path::new("/proc/thread-self/schedstat"))
}

fn scheduled(file: &Path) -> Result<Duration> {
    let text = fs::read_to_string(file).context("the kernel tells no CPU time of threads")?;
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Ok(Duration::from_nanos(nanos.context("schedstat")?))
}
