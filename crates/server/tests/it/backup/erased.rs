//! What was erased stays erased, whatever backup is put back.

use std::fs;

use proofdesk_domain::entities::file::{self, FILE};
use serde_json::json;

use super::{Folders, assert_clean, assert_whole, back_up, documents, done, empty, named, put_back, shown};
use crate::harness::{DOCUMENTS, Desk, Store};

/// The objects of a document's files.
fn files_of(desk: &Desk, document: i64) -> Vec<String> {
    let files = desk.kept(&FILE).into_iter().filter(|file| file.int(file::DOCUMENT_ID) == Some(document));
    files.map(|file| file.text(file::OBJECT).expect("an object").to_owned()).collect()
}

/// A line of the ledger, as an erasure writes it.
fn note_erased(desk: &Desk, objects: &[String]) {
    let line = json!({
        "receipt": "0192f0c1-2345-7abc-8def-0123456789ab", "on": "2026-11-28T12:00:00Z",
        "records": [], "objects": objects,
    });
    fs::write(desk.data().join("erasures.jsonl"), format!("{line}\n")).expect("a ledger");
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
        note_erased(desk, &objects);
        let restored = put_back(desk.store, desk, &folders);
        for object in &objects {
            assert!(!restored.data().join("files").join(object).exists(), "{object}");
        }
        restored.run();
        for document in erased {
            assert_gone(&restored, *document);
        }
        for document in kept {
            assert_whole(&restored, *document);
        }
        assert_clean(&restored);
        let ledger = fs::read_to_string(restored.data().join("erasures.jsonl")).expect("a ledger");
        assert!(ledger.contains(&objects[0]), "the desk goes on with the ledger");
    }
}

#[test]
fn when_the_copies_of_its_keys_are_too_old_nothing_of_the_erased_opens() {
    let desk = Desk::start(Store::Sqlite);
    let made = documents(&desk, &desk.world(), 3);
    let objects = files_of(&desk, made[0]);
    let folders = back_up(&desk);
    // The copies of keys say in their names how old they are: these are from long ago, by now.
    let copy = named(&folders.keys, "keys-").remove(0);
    let old = folders.keys.join("keys-20200101T000000Z-00000000.jsonl");
    fs::copy(&copy, &old).expect("a copy");
    fs::remove_file(&copy).expect("it goes");
    let answer = desk.admin().delete(&format!("{DOCUMENTS}/{}", made[0]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    // Its keys go at once, on a task of their own.
    wait_until(|| objects.iter().all(|object| !desk.data().join("files").join(object).exists()));
    back_up(&desk);
    assert!(!old.exists(), "the copy from long ago is gone");
    assert_eq!(named(&folders.keys, "keys-").len(), 1);
    for manifest in named(&folders.target, "manifest-") {
        let name = manifest.file_stem().expect("a name").to_string_lossy().replace("manifest-", "");
        let restored = empty(Store::Sqlite, &desk);
        let Folders { target, keys } = &folders;
        let arguments =
            ["restore", shown(target), "--keys", shown(keys), "--name", &name, "--without-ledger"];
        done(&restored, &arguments);
        let keys = fs::read(restored.data().join("keys.db")).expect("the keys");
        for object in &objects {
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
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for, which has no clock of ours")]
fn wait_until(ready: impl Fn() -> bool) {
    for _ in 0..600 {
        if ready() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("waited in vain");
}
