//! Keys from texts and from commands.

use std::time::Duration;

use super::command::ask;
use super::parse;

const LINE: &str = "proofdesk-master-key-1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn shell(script: &str) -> Vec<String> {
    ["sh", "-c", script].map(str::to_owned).to_vec()
}

#[test]
fn a_text_has_one_to_four_keys_and_nothing_else() {
    let other = LINE.replace("00", "ff");
    assert_eq!(parse(LINE, "test").unwrap().len(), 1);
    let two = parse(&format!("{LINE}\n{other}\n"), "test").unwrap();
    assert!(!two[0].is(&two[1]));
    assert!(two[0].is(&parse(&format!("{LINE}\r\n\n"), "test").unwrap()[0]));
    let five = format!("{LINE}\n").repeat(5);
    for wrong in ["", "\n", "key", &LINE[1..], &format!("{LINE}0"), &format!("{LINE}\nkey"), &five] {
        let refused = parse(wrong, "test").unwrap_err().to_string();
        assert!(!refused.contains("0a0b0c"), "{refused}");
    }
}

#[test]
fn a_command_says_the_key() {
    let said = ask(&shell(&format!("echo {LINE}; echo about the key >&2")), Duration::from_secs(30)).unwrap();
    assert_eq!(said.trim_end(), LINE);
}

#[test]
fn a_command_that_fails_says_nothing() {
    let patience = Duration::from_secs(30);
    let failed = ask(&shell(&format!("echo {LINE}; echo {LINE} >&2; exit 3")), patience).unwrap_err();
    assert!(failed.contains("exit status: 3"), "{failed}");
    assert!(!failed.contains("0a0b0c"), "{failed}");
    assert!(ask(&["/nonexistent/command".to_owned()], patience).unwrap_err().contains("can't be started"));
    assert!(ask(&[], patience).unwrap_err().contains("no command"));
    assert!(ask(&shell("printf '\\377'"), patience).unwrap_err().contains("not text"));
}

#[test]
fn a_command_that_hangs_is_ended() {
    let hung = ask(&shell("exec sleep 1000"), Duration::from_millis(50)).unwrap_err();
    assert!(hung.contains("longer than"), "{hung}");
    let closed = ask(&shell("exec >&-; exec sleep 1000"), Duration::from_secs(30)).unwrap_err();
    assert!(closed.contains("goes on"), "{closed}");
}
