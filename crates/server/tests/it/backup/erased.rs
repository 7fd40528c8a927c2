//! What was erased stays erased, whatever backup is put back.

use std::fs;
use std::path::Path;
use std::process::Command;

use proofdesk_domain::entities::file::{self, FILE};
use proofdesk_domain::entities::{document, document::DOCUMENT};
use serde_json::{Value, json};

use super::{
    Folders, assert_clean, assert_whole, back_up, documents, done, empty, named, put_back, shown, text,
};
use crate::harness::{DOCUMENTS, Desk, Store};

/// The objects of a document's files.
fn files_of(desk: &Desk, document: i64) -> Vec<String> {
    let files = desk.kept(&FILE).into_iter().filter(|file| file.int(file::DOCUMENT_ID) == Some(document));
    files.map(|file| file.text(file::OBJECT).expect("an object").to_owned()).collect()
}

/// Erases documents, as who may does; gives the receipts.
#[track_caller]
fn erase(desk: &Desk, documents: &[i64]) -> Vec<Value> {
    let body = json!({ "Key": "Erase", "Ids": documents });
    let answer = desk.admin().post(&format!("{DOCUMENTS}/runcommand"), &body).record();
    answer["Value"]["Receipts"].as_array().unwrap_or_else(|| panic!("receipts, not {answer}")).clone()
}

/// Whether the program can be run on another day here.
///
/// # Panics
/// In CI, if it can't.
#[expect(clippy::print_stderr, reason = "a test that is left out must be seen to be")]
fn can_change_the_day(test: &str) -> bool {
    let found =
        Command::new("faketime").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "CI must be able to run {test}: faketime");
    if !found {
        eprintln!("\n*** NOT RUN: {test} needs faketime ***\n");
    }
    found
}

fn back_up_days_ago(desk: &Desk, days: i64) -> Folders {
    back_up_in_days(desk, -days)
}

/// Takes a backup in so many days, by the clock that the program sees.
#[track_caller]
fn back_up_in_days(desk: &Desk, days: i64) -> Folders {
    let folders = Folders::of(desk);
    let program = desk.command(&["backup", shown(&folders.target), "--keys", shown(&folders.keys)]);
    let mut command = Command::new("faketime");
    command.args(["-f", &format!("{days:+}d")]).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    // How long something takes is measured by the true clock.
    let output = command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").output().expect("it runs");
    assert!(output.status.success(), "{}", text(&output));
    folders
}

#[track_caller]
fn assert_gone(desk: &Desk, document: i64) {
    for slot in ["getphoto", "getdocument"] {
        let answer = desk.admin().get(&format!("{DOCUMENTS}/{slot}/{document}"));
        assert_eq!(answer.status, 404, "{slot} of {document}");
    }
}

on_both_stores! {
    fn the_ledger_is_replayed_before_the_desk_opens(desk) {
        let made = documents(desk, &desk.world(), 4);
        let (erased, kept) = made.split_at(2);
        let objects: Vec<String> = erased.iter().flat_map(|document| files_of(desk, *document)).collect();
        assert_eq!(objects.len(), 4);
        let folders = back_up(desk);
        let receipts = erase(desk, erased);
        let restored = put_back(desk.store, desk, &folders);
        for object in &objects {
            assert!(!restored.data().join("files").join(object).exists(), "{object}");
        }
        restored.run();
        for (document, receipt) in erased.iter().zip(&receipts) {
            assert_gone(&restored, *document);
            let again = restored.admin().get(&format!("{DOCUMENTS}/getreceipt/{document}")).record();
            assert_eq!(again["Receipt"]["ReceiptId"], receipt["Receipt"]["ReceiptId"]);
            assert_eq!(again["Receipt"]["Cause"], "Replay");
            let record = restored.kept(&DOCUMENT).into_iter().find(|record| record.id() == *document);
            let record = record.expect("the record");
            assert_eq!(record.text(document::NAME), Some(""), "what was personal is gone again");
        }
        for document in kept {
            assert_whole(&restored, *document);
        }
        assert_clean(&restored);
        let ledger = fs::read_to_string(restored.data().join("erasures.jsonl")).expect("a ledger");
        assert!(ledger.contains(&objects[0]), "the desk goes on with the ledger");
    }

    /// Thirty days are what copies of the keys are kept; backups are kept for ever here, and the ledger is lost.
    fn when_the_copies_of_its_keys_are_too_old_nothing_of_the_erased_opens(desk: with [("BACKUP__KEEP_DAYS", "0")]) {
        if !can_change_the_day("backup::erased::when_the_copies_of_its_keys_are_too_old_nothing_of_the_erased_opens") {
            return;
        }
        let made = documents(desk, &desk.world(), 3);
        let objects = files_of(desk, made[0]);
        let old = back_up_days_ago(desk, 31);
        let young = back_up_days_ago(desk, 29);
        let before = named(&young.keys, "keys-");
        assert_eq!((named(&old.target, "manifest-").len(), before.len()), (2, 2));
        erase(desk, &made[..1]);
        back_up(desk);
        assert!(!before[0].exists(), "the copy of more than thirty days is gone");
        assert!(before[1].exists(), "the younger one isn't yet");
        let folders = back_up_in_days(desk, 2);
        assert!(!before[1].exists(), "two days later it is");
        assert_eq!(named(&folders.keys, "keys-").len(), 2);
        let manifests = named(&folders.target, "manifest-");
        assert_eq!(manifests.len(), 4, "every backup is still there");
        for manifest in manifests {
            assert_nothing_opens(desk, &folders, &manifest, &objects, &made);
        }
    }
}

/// A backup, put back without the ledger: nothing of the first document opens, and all of the others.
#[track_caller]
fn assert_nothing_opens(desk: &Desk, folders: &Folders, manifest: &Path, objects: &[String], made: &[i64]) {
    let name = manifest.file_stem().expect("a name").to_string_lossy().replace("manifest-", "");
    let restored = empty(Store::Sqlite, desk);
    let (target, keys) = (shown(&folders.target), shown(&folders.keys));
    done(&restored, &["restore", target, "--keys", keys, "--name", &name, "--without-ledger"]);
    let keys = fs::read(restored.data().join("keys.db")).expect("the keys");
    for object in objects {
        let id = uuid::Uuid::parse_str(object).expect("an id");
        let found = keys.windows(16).any(|window| window == id.as_bytes());
        assert!(!found, "no key of {object} is there");
    }
    restored.run();
    assert_gone(&restored, made[0]);
    for document in &made[1..] {
        assert_whole(&restored, *document);
    }
    assert_clean(&restored);
}
