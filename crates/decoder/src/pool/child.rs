//! One child: its process and its two pipes.

use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::time::ClockId;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::{Receiver, Sender};

use super::Options;
use crate::error::DecodeError;
use crate::protocol::{self, HEAD, MAX_PAYLOAD, Said};
use crate::sandbox::{PROCESSOR, Parts};

/// What the child's allocator is told, and all that is in its environment: it starts no thread, which neither filter would
/// keep in, keeps no address space, which is limited, and needs one arena for one thread.
const ALLOCATOR: (&str, &str) = ("_RJEM_MALLOC_CONF", "background_thread:false,retain:false,narenas:1");

/// How long a child may take to say that it is there.
const START: Duration = Duration::from_secs(10);

/// A process that decodes. Killed and reaped when dropped.
pub(super) struct Child {
    process: Option<std::process::Child>,
    pub(super) input: Sender,
    pub(super) output: Receiver,
    /// What keeps it in.
    pub(super) parts: Parts,
    /// Files that it has begun.
    pub(super) jobs: u32,
}

impl Child {
    /// Starts one, and waits until it is confined.
    pub(super) async fn start(options: &Options) -> Result<Self, DecodeError> {
        let gone = |what: &str| DecodeError::Unavailable(format!("a decoder {what}"));
        let (process, input, output) =
            spawn(options).map_err(|error| gone(&format!("can't be started: {error}")))?;
        let parts = Parts { landlock: false, seccomp: false };
        let mut child = Self { process: Some(process), input, output, parts, jobs: 0 };
        match tokio::time::timeout(START, child.hear()).await {
            Ok(Some(Said::Hello(parts))) => child.parts = parts,
            _ => return Err(gone("can't confine itself, or isn't one")),
        }
        Ok(child)
    }

    /// The next frame; `None` if it is gone, or talks nonsense.
    pub(super) async fn hear(&mut self) -> Option<Said> {
        let mut head = [0; HEAD];
        self.output.read_exact(&mut head).await.ok()?;
        let (tag, length) = protocol::head(head)?;
        let mut payload = [0; MAX_PAYLOAD];
        self.output.read_exact(&mut payload[..length]).await.ok()?;
        protocol::read_said(tag, &payload[..length])
    }

    /// Whether it still runs.
    pub(super) fn lives(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| matches!(process.try_wait(), Ok(None)))
    }

    /// Allows it so much processor time from now on, and gives the clock that counts it. The kernel's own limit is in whole
    /// seconds, and lies up to one behind.
    pub(super) fn allow(&self, processor: Duration) -> Option<ClockId> {
        let id = i32::try_from(self.process.as_ref()?.id()).ok()?;
        let clock = nix::time::clock_getcpuclockid(nix::unistd::Pid::from_raw(id)).ok()?;
        let end = Duration::from(clock.now().ok()?) + processor;
        let limit = Rlimit { current: Some(end.as_secs() + 1), maximum: Some(PROCESSOR) };
        prlimit(Some(Pid::from_raw(id)?), Resource::Cpu, limit).ok()?;
        Some(clock)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let mut end = move || {
            // An error means that it is gone already.
            let _gone = process.kill();
            let _reaped = process.wait();
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(end)),
            Err(_) => end(),
        }
    }
}

fn spawn(options: &Options) -> std::io::Result<(std::process::Child, Sender, Receiver)> {
    let mut process = Command::new(&options.program)
        .arg0("proofdesk")
        .args(&options.arguments)
        .env_clear()
        .env(ALLOCATOR.0, ALLOCATOR.1)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // What a decoder complains of may quote the file.
        .stderr(Stdio::null())
        .spawn()?;
    let mut pipes = || {
        let lost = || std::io::Error::other("no pipe");
        let input = OwnedFd::from(process.stdin.take().ok_or_else(lost)?);
        let output = OwnedFd::from(process.stdout.take().ok_or_else(lost)?);
        Ok((Sender::from_owned_fd(input)?, Receiver::from_owned_fd(output)?))
    };
    match pipes() {
        Ok((input, output)) => Ok((process, input, output)),
        Err(error) => {
            let _gone = process.kill();
            let _reaped = process.wait();
            Err(error)
        }
    }
}
