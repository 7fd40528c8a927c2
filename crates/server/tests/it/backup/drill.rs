//! The drill of docs/backup.md, followed word by word: its commands are run as they stand there.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use super::{assert_clean, assert_whole, documents, shown, text};
use crate::harness::Desk;

const PAGE: &str = include_str!("../../../../../docs/backup.md");

/// The commands under a heading, in their order.
fn commands(heading: &str) -> String {
    let (_, section) = PAGE.split_once(&format!("## {heading}\n")).expect("the heading");
    let section = section.split("\n## ").next().unwrap_or(section);
    let blocks = section.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let commands: String = blocks.collect();
    assert!(!commands.is_empty(), "{heading} has commands");
    commands
}

/// A shell for which `proofdesk` is the built program, with the settings of a desk, and the places that the page names.
fn shell(desk: &Desk, places: &Desk, script: &str) -> Command {
    let bin = places.folder().join("bin");
    if !bin.exists() {
        fs::create_dir(&bin).expect("a folder");
        symlink(env!("CARGO_BIN_EXE_proofdesk"), bin.join("proofdesk")).expect("a link");
    }
    let mut command = Command::new("sh");
    // Only what the page and the desk say is set.
    for (name, value) in desk.command(&[]).get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    command.args(["-euc", script]).env("PATH", path).stdin(Stdio::null()).current_dir(desk.folder());
    for (name, folder) in [("BACKUPS", "backups"), ("KEYS", "keys"), ("SAFE", "safe")] {
        command.env(name, places.folder().join(folder));
    }
    command.env("DATA", desk.data());
    command
}

#[track_caller]
fn followed(desk: &Desk, places: &Desk, heading: &str) {
    let output = shell(desk, places, &commands(heading)).output().expect("a shell");
    assert!(output.status.success(), "{heading}: {}", text(&output));
}

on_both_stores! {
    fn the_page_is_followed_word_by_word(desk) {
        let made = documents(desk, &desk.world(), 2);
        fs::create_dir(desk.folder().join("safe")).expect("a folder");
        followed(desk, desk, "Once: what is kept apart");
        followed(desk, desk, "Every day");
        let later = documents(desk, &desk.world(), 1)[0];
        let empty = Desk::builder(desk.store).idle();
        followed(&empty, desk, "The drill: back on an empty machine");
        empty.run();
        assert_clean(&empty);
        for document in &made {
            assert_whole(&empty, *document);
        }
        let answer = empty.admin().get(&format!("{}/{later}", crate::harness::DOCUMENTS));
        assert_eq!(answer.status, 404, "what came after the backup is not in it");
        assert!(shown(&empty.data()).ends_with("data"));
    }
}
