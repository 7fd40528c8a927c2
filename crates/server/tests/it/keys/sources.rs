//! The master key from elsewhere than a file, and where it can't be seen.

use std::fs;

use super::{failure, hang_up, key, key_file, wait_until, write_key};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, DOCUMENTS, Desk, Store};

/// A file that the kernel shows of the desk's process.
fn of_process(desk: &Desk, name: &str) -> Vec<u8> {
    fs::read(format!("/proc/{}/{name}", desk.process_id())).expect("a file of the process")
}

/// How often the digits of a key are in it, as they are written and as bytes.
fn holds(bytes: &[u8], digit: char) -> usize {
    let text = digit.to_string().repeat(32);
    let raw = [u8::from_str_radix(&digit.to_string().repeat(2), 16).expect("a digit"); 32];
    let count = |part: &[u8]| bytes.windows(part.len()).filter(|window| *window == part).count();
    count(text.as_bytes()) + count(&raw)
}

fn reads_what_it_keeps(desk: &Desk) {
    let world = desk.world();
    let document = desk.complete_document(&world);
    desk.kill();
    desk.run();
    let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
    assert_eq!(admin.get(&format!("{DOCUMENTS}/getphoto/{document}")).status, 200);
}

#[test]
fn a_key_from_the_environment_is_not_left_there() {
    let desk = Desk::builder(Store::Sqlite);
    let desk = desk.set("KEYS__SOURCE", "environment").set("MASTER_KEY", &key('a')).start();
    reads_what_it_keeps(&desk);
    assert!(!key_file(&desk).exists());
    let environment = of_process(&desk, "environ");
    assert!(holds(key('a').as_bytes(), 'a') > 0, "the test finds a key");
    assert!(environment.windows(16).any(|window| window == b"PROOFDESK_LISTEN"), "its variables are seen");
    for file in ["environ", "cmdline"] {
        assert_eq!(holds(&of_process(&desk, file), 'a'), 0, "{file}");
    }
    assert!(!desk.log().contains("aaaaaaaa"));
    assert!(desk.command(&["doctor"]).status().expect("it runs").success());
}

#[test]
fn a_key_in_a_file_is_seen_nowhere_either() {
    let desk = Desk::start(Store::Sqlite);
    desk.kill();
    fs::remove_dir_all(desk.data()).expect("removed");
    fs::create_dir(desk.data()).expect("made");
    write_key(&key_file(&desk), &key('b'));
    desk.run();
    for file in ["environ", "cmdline"] {
        assert_eq!(holds(&of_process(&desk, file), 'b'), 0, "{file}");
    }
    let limits = String::from_utf8(of_process(&desk, "limits")).expect("text");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a line");
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"]);
}

#[test]
fn a_key_comes_from_a_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key");
    write_key(&file, &key('c'));
    let command = format!("[\"cat\", {:?}]", file.display().to_string());
    let desk = Desk::builder(Store::Sqlite);
    let desk = desk.set("KEYS__SOURCE", "command").set("KEYS__COMMAND", &command).start();
    reads_what_it_keeps(&desk);
    assert!(!key_file(&desk).exists());
    desk.kill();
    fs::rename(&file, folder.path().join("hidden")).expect("hidden");
    desk.run();
    let ready = || desk.anonymous().get("/readyz").json()["Status"].clone();
    assert_eq!(ready(), "sealed");
    assert!(desk.log().contains("the command failed: exit status: 1"), "{}", desk.log());
    fs::rename(folder.path().join("hidden"), &file).expect("put back");
    hang_up(&desk);
    wait_until(|| ready() == "ok");
    desk.kill();
    write_key(&file, &key('d'));
    assert!(failure(&desk, &["serve"]).contains("does not belong to this key store"));
}

#[test]
fn a_source_that_can_not_be_is_named() {
    let desk = Desk::start(Store::Sqlite);
    let refused = |name: &str, value: &str| {
        let output = desk.command(&["doctor"]).env(name, value).output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(refused("PROOFDESK_KEYS__SOURCE", "command").contains("keys.command is missing"));
    assert!(refused("PROOFDESK_KEYS__COMMAND", "[\"cat\"]").contains("keys.command is only used with"));
    assert!(refused("PROOFDESK_KEYS__SOURCE", "vault").contains("keys.source"));
}
