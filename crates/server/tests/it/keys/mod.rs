//! The keys that everything hangs on: where the master key comes from, a desk that waits for it, and replacing what wraps.

mod kill_rotation;
mod rotation;
mod sealed;
mod sources;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::harness::Desk;

/// Where the key of a desk lies that comes from a file.
fn key_file(desk: &Desk) -> std::path::PathBuf {
    desk.data().join("master.key")
}

/// A key file that only its owner may read.
fn write_key(path: &Path, line: &str) {
    fs::write(path, line).expect("a key file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("its mode");
}

/// A key line of one digit.
fn key(digit: char) -> String {
    format!("proofdesk-master-key-1:{}", digit.to_string().repeat(64))
}

/// Runs the program beside the desk.
fn run(desk: &Desk, arguments: &[&str]) -> Output {
    desk.command(arguments).output().expect("it runs")
}

/// Runs it, and what it says.
fn done(desk: &Desk, arguments: &[&str]) -> String {
    let output = run(desk, arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Why it failed.
fn failure(desk: &Desk, arguments: &[&str]) -> String {
    let output = run(desk, arguments);
    assert!(!output.status.success(), "{arguments:?} is refused");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Tells the desk to look for its key now.
fn hang_up(desk: &Desk) {
    let done = Command::new("kill").args(["-HUP", &desk.process_id().to_string()]).status();
    assert!(done.expect("kill runs").success());
}

/// Asks again and again, for at most half a minute.
#[expect(clippy::disallowed_methods, reason = "another process is waited for, which has no clock of ours")]
fn wait_until(ready: impl Fn() -> bool) {
    for _ in 0..600 {
        if ready() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited in vain");
}
