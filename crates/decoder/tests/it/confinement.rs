//! What a child can't do any more.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

/// What a child said before it ended, and by which signal it was ended.
fn attempt(wish: &str) -> (String, Option<i32>) {
    let mut child = Command::new(crate::child::program())
        .arg(wish)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let mut said = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut said).expect("words");
    (said, child.wait().expect("an end").signal())
}

/// SIGSYS: the kernel's answer to a system call that isn't in the list.
const BAD_CALL: i32 = 31;

#[test]
fn what_is_not_tried_does_no_harm() {
    assert_eq!(attempt("nothing"), ("confined\nsurvived\n".to_owned(), None));
}

#[test]
fn whoever_opens_connects_starts_or_signals_is_ended() {
    let files = ["open", "write", "append", "remove", "folder", "list", "look", "stderr"];
    let addresses = ["connect", "connect by TCP", "listen", "connect by name", "pair"];
    let processes = ["fork", "run", "trace", "thread", "signal"];
    for wish in [&files[..], &addresses, &processes].concat() {
        assert_eq!(attempt(wish), ("confined\n".to_owned(), Some(BAD_CALL)), "{wish}");
    }
    for made in ["/proofdesk-written", "/proofdesk-folder"] {
        assert!(!std::path::Path::new(made).exists(), "{made}");
    }
}

#[test]
fn memory_has_an_end() {
    let (said, signal) = attempt("memory");
    assert_eq!(said, "confined\n");
    assert!(signal.is_some());
}
