//! The master key from a command: of a key management service, a TPM, a password store.

use std::io::Read;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use proofdesk_vault::{MasterKey, MasterKeyError, MasterSource};
use zeroize::Zeroizing;

use super::parse;

const FROM: &str = "keys.command";
/// How long the command may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may go on after it closed its standard output, in steps.
const GRACE_STEPS: u32 = 100;
const GRACE_STEP: Duration = Duration::from_millis(20);
/// More bytes than keys can have.
const MOST: u64 = 4096;

/// A command that prints the keys, one in each line. Asked anew each time.
pub(super) struct Command(Vec<String>);

impl Command {
    pub(super) fn new(command: &[String]) -> Self {
        Self(command.to_vec())
    }
}

#[async_trait]
impl MasterSource for Command {
    async fn load(&self) -> Result<Vec<MasterKey>, MasterKeyError> {
        let command = self.0.clone();
        let asked = tokio::task::spawn_blocking(move || ask(&command, PATIENCE)).await;
        let text = asked.map_err(|error| error.to_string()).and_then(|said| said);
        parse(&text.map_err(|why| MasterKeyError::Unavailable { from: FROM, why })?, FROM)
    }
}

/// What the command prints. What it says on its standard error is thrown away: it may be about the key.
pub(super) fn ask(command: &[String], patience: Duration) -> Result<Zeroizing<String>, String> {
    let [program, arguments @ ..] = command else { return Err("there is no command".to_owned()) };
    let mut asked = std::process::Command::new(program);
    asked.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = asked.spawn().map_err(|error| format!("the command can't be started: {error}"))?;
    let said = child.stdout.take().map_or(Err("it has no output".to_owned()), |out| read(out, patience));
    let ended = if said.is_ok() { wait(&mut child) } else { Err(String::new()) };
    if ended.is_err() {
        // It may have ended by itself just now.
        let _ = child.kill();
        let _ = child.wait();
    }
    let said = said?;
    ended.map(|()| said)
}

/// Reads in a thread of its own, which ends when whoever has the other end closes it.
fn read(out: ChildStdout, patience: Duration) -> Result<Zeroizing<String>, String> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut text = Zeroizing::new(String::with_capacity(MOST as usize));
        let read = out.take(MOST).read_to_string(&mut text);
        // Nobody listens any more after the patience ended.
        let _ = tell.send(read.map(|_| text));
    });
    match told.recv_timeout(patience) {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(_)) => Err("the command's output is not text".to_owned()),
        Err(_) => Err(format!("the command took longer than {} s", patience.as_secs_f32())),
    }
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for, which has no clock of ours")]
fn wait(child: &mut Child) -> Result<(), String> {
    for _ in 0..GRACE_STEPS {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("the command failed: {status}")),
            Ok(None) => thread::sleep(GRACE_STEP),
            Err(error) => return Err(format!("the command can't be waited for: {error}")),
        }
    }
    Err("the command goes on after it closed its output".to_owned())
}
