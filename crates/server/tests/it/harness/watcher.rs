//! Watches what a desk asks of the operating system, by strace.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

/// Watches system calls of a process and its threads.
pub(crate) struct Watcher {
    strace: Child,
    /// Kept open: strace tells of each new thread, and a closed pipe would end it.
    _said: BufReader<ChildStderr>,
}

impl Watcher {
    /// Writes each call to a file, with all its data: `calls` are their names, with commas.
    pub(crate) fn attach(process: u32, calls: &str, trace: &Path) -> Self {
        Self::start(process, &["-s", "65536", "-e", &format!("trace={calls}")], trace)
    }

    /// Kills the process, as a loss of power would, when one of these calls is begun for the n-th time, counted from 1.
    pub(crate) fn killing(process: u32, calls: &str, place: usize, trace: &Path) -> Self {
        let inject = format!("inject={calls}:signal=KILL:when={place}");
        Self::start(process, &["-e", &format!("trace={calls}"), "-e", &inject], trace)
    }

    /// Lets some calls fail with an error, by its name: in each thread the one of this number, from 1.
    pub(crate) fn fail(process: u32, calls: &str, error: &str, number: usize, trace: &Path) -> Self {
        let inject = format!("inject={calls}:error={error}:when={number}");
        Self::start(process, &["-e", &format!("trace={calls}"), "-e", &inject], trace)
    }

    /// Lets some calls succeed without being made, as on a disk that lies.
    pub(crate) fn pretend(process: u32, calls: &str, trace: &Path) -> Self {
        let inject = format!("inject={calls}:retval=0");
        Self::start(process, &["-e", &format!("trace={calls}"), "-e", &inject], trace)
    }

    fn start(process: u32, options: &[&str], trace: &Path) -> Self {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-y"]).args(options);
        strace.arg("-o").arg(trace).arg("-p").arg(process.to_string());
        let mut child = strace.stderr(Stdio::piped()).spawn().expect("strace is installed");
        let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
        let attached = said.by_ref().lines().map_while(Result::ok).any(|line| line.contains("attached"));
        assert!(attached, "strace attaches to the desk");
        Self { strace: child, _said: said }
    }

    /// Waits for the end of a watch whose process has ended.
    pub(crate) fn wait(mut self) {
        self.strace.wait().expect("strace ends");
    }

    /// Ends the watch; the process goes on.
    pub(crate) fn detach(mut self) {
        let interrupted = Command::new("kill").args(["-INT", &self.strace.id().to_string()]).status();
        assert!(interrupted.is_ok_and(|status| status.success()));
        self.strace.wait().expect("strace ends");
    }
}
