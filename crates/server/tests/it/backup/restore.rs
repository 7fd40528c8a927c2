//! Where a backup can be put back, and what happens when that is interrupted.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use super::{assert_clean, assert_whole, back_up, documents, done, empty, named, put_back, refused, shown};
use crate::harness::{AUDIT, Desk, Store};

/// What a backup counts of a table.
fn sums(manifest: &std::path::Path) -> Vec<Value> {
    let text = fs::read_to_string(manifest).expect("a manifest");
    let manifest: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    manifest["tables"].as_array().expect("tables").clone()
}

#[test]
fn a_desk_moves_to_the_other_database_and_back() {
    let desk = Desk::start(Store::Sqlite);
    let made = documents(&desk, &desk.world(), 3);
    let first = sums(&named(&back_up(&desk).target, "manifest-")[0]);
    let mut before = desk;
    for store in [Store::Postgres, Store::Sqlite] {
        let next = put_back(store, &before, &super::Folders::of(&before));
        let moved = sums(&named(&back_up(&next).target, "manifest-")[0]);
        assert_eq!(first.len(), moved.len());
        for (one, other) in first.iter().zip(&moved) {
            // Tokens end, and that the desk was put back is on record.
            let name = one["name"].as_str().expect("a name");
            if !["tokens", "audit_entries", "audit_values"].contains(&name) {
                assert_eq!(one, other, "{store:?}");
            }
        }
        assert_clean(&next);
        before = next;
    }
    before.run();
    for document in &made {
        assert_whole(&before, *document);
    }
    assert!(before.complete_document(&before.world()) > made[2], "ids go on");
}

#[test]
fn a_backup_is_put_back_on_an_empty_machine_only_and_with_its_master_key() {
    let desk = Desk::start(Store::Sqlite);
    documents(&desk, &desk.world(), 1);
    let folders = back_up(&desk);
    let (target, keys) = (shown(&folders.target), shown(&folders.keys));
    let restore = ["restore", target, "--keys", keys, "--without-ledger"];
    refused(&desk, &restore, "another proofdesk serves");
    desk.kill();
    refused(&desk, &restore, "is not empty");
    let other = Desk::builder(Store::Sqlite).idle();
    refused(&other, &restore, "master key");
    assert!(!other.data().join("master.key").exists(), "none is made up");
    let stranger = Desk::start(Store::Sqlite);
    let wrong = empty(Store::Sqlite, &stranger);
    refused(&wrong, &restore, "master key");
    let full = Desk::start(Store::Postgres);
    full.kill();
    refused(&full, &restore, "is not empty");
}

#[test]
fn keys_are_never_kept_with_the_files() {
    let desk = Desk::start(Store::Sqlite);
    let target = desk.folder().join("backups");
    for keys in [target.clone(), target.join("keys"), desk.folder().to_owned()] {
        refused(&desk, &["backup", shown(&target), "--keys", shown(&keys)], "must not lie in");
    }
    refused(
        &desk,
        &["backup", shown(&desk.data().join("x")), "--keys", shown(&desk.folder().join("k"))],
        "lie apart",
    );
    refused(&desk, &["backup", shown(&target)], "backup.keys");
}

on_both_stores! {
    fn an_interrupted_restore_is_no_desk_until_it_is_run_again_killed(desk) {
        let world = desk.world();
        let made = documents(desk, &world, 3);
        let folders = back_up(desk);
        let (target, keys) = (shown(&folders.target), shown(&folders.keys));
        let ledger = desk.data().join("erasures.jsonl");
        let arguments = ["restore", target, "--keys", keys, "--ledger", shown(&ledger)];
        let restored = empty(desk.store, desk);
        let note = restored.data().join("restore.unfinished");
        let mut killed = 0;
        for round in 0..6 {
            let mut restore = restored.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
            // As far as it gets: at the note, or a little later in each round.
            let mut looks = 0;
            while restore.try_wait().expect("a state").is_none() {
                if note.exists() {
                    looks += 1;
                }
                if looks > round * 400 {
                    restore.kill().expect("it is killed");
                    break;
                }
                std::thread::yield_now();
            }
            restore.wait().expect("it ends");
            if !note.exists() {
                break;
            }
            killed += 1;
            for command in ["serve", "fsck"] {
                refused(&restored, &[command], "has begun and not ended");
            }
        }
        assert!(killed > 0, "it was interrupted at least once");
        if note.exists() {
            done(&restored, &arguments);
        }
        restored.run();
        assert_clean(&restored);
        for document in &made {
            assert_whole(&restored, *document);
        }
    }

    fn a_restore_without_the_ledger_is_refused_unless_it_goes_on_record(desk) {
        let made = documents(desk, &desk.world(), 1);
        let token = desk.admin().clone();
        let folders = back_up(desk);
        let (target, keys) = (shown(&folders.target), shown(&folders.keys));
        let restored = empty(desk.store, desk);
        refused(&restored, &["restore", target, "--keys", keys], "--without-ledger");
        done(&restored, &["restore", target, "--keys", keys, "--without-ledger"]);
        restored.run();
        for document in &made {
            assert_whole(&restored, *document);
        }
        let entries = restored.admin().get(&format!("{AUDIT}?size=1000")).records();
        let noted: Vec<&Value> = entries.iter().filter(|entry| entry["AuditType"] == 121).collect();
        assert_eq!(noted.len(), 1);
        assert!(noted[0].to_string().contains("without the ledger"), "{}", noted[0]);
        let old = restored.anonymous().with_authorization(&format!("Bearer {}", token.token()));
        assert_eq!(old.get(&format!("{AUDIT}?size=1")).status, 401, "a token from before is none any more");
    }
}
