//! Whatever is changed in a backup is found.

use std::fs;
use std::path::Path;

use super::{back_up, documents, done, named, objects, ran, refused, shown, text};
use crate::harness::{self, Desk, Store};

/// Verifies, and requires that something is found.
#[track_caller]
fn assert_found(desk: &Desk, what: &str) {
    let folders = super::Folders::of(desk);
    let output = ran(desk, &["backup", "verify", shown(&folders.target), "--keys", shown(&folders.keys)]);
    assert_eq!(output.status.code(), Some(1), "{what}: {}", text(&output));
}

/// Changes a file, and puts it back when it was looked at.
#[track_caller]
fn with(desk: &Desk, path: &Path, what: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let sound = fs::read(path).expect("a file");
    let mut bytes = sound.clone();
    change(&mut bytes);
    fs::write(path, bytes).expect("a file");
    assert_found(desk, &format!("{what} of {}", path.display()));
    fs::write(path, sound).expect("a file");
}

#[test]
fn every_change_of_a_backup_is_found() {
    let desk = Desk::start(Store::Sqlite);
    let world = desk.world();
    documents(&desk, &world, 2);
    back_up(&desk);
    documents(&desk, &world, 1);
    let folders = back_up(&desk);
    let files = objects(&folders.target.join("objects"));
    assert_eq!(files.len(), 18, "each file is there once, with its two pictures");
    let flips = harness::count("FLIPS", 3);
    let parts = [
        named(&folders.target, "manifest-"),
        named(&folders.target, "records-"),
        named(&folders.keys, "keys-"),
    ];
    for path in parts.iter().flatten().chain(&files[..2]) {
        let length = fs::metadata(path).expect("a file").len() as usize;
        for number in 0..flips {
            let place = (number * length / flips + number * 13) % length;
            with(&desk, path, &format!("bit {} of byte {place}", number % 8), |bytes| {
                bytes[place] ^= 1 << (number % 8);
            });
        }
        with(&desk, path, "the last byte", |bytes| bytes.truncate(bytes.len() - 1));
        with(&desk, path, "one more byte", |bytes| bytes.push(b'\n'));
        with(&desk, path, "everything", Vec::clear);
    }
    for path in parts[1].iter().chain(&files) {
        let aside = path.with_extension("aside");
        fs::rename(path, &aside).expect("it goes");
        assert_found(&desk, &format!("without {}", path.display()));
        fs::rename(&aside, path).expect("it comes back");
    }
    for pair in &parts {
        let [one, other] = pair.as_slice() else { panic!("two backups") };
        with(&desk, one, "swapped", |bytes| *bytes = fs::read(other).expect("a file"));
    }
    with(&desk, &files[0], "swapped", |bytes| *bytes = fs::read(&files[1]).expect("a file"));
    done(&desk, &["backup", "verify", shown(&folders.target), "--keys", shown(&folders.keys)]);
}

#[test]
fn a_damaged_backup_is_not_put_back() {
    let desk = Desk::start(Store::Sqlite);
    documents(&desk, &desk.world(), 1);
    let folders = back_up(&desk);
    let object = &objects(&folders.target.join("objects"))[0];
    fs::write(object, "rubbish").expect("a file");
    let restored = super::empty(Store::Sqlite, &desk);
    let (target, keys) = (shown(&folders.target), shown(&folders.keys));
    refused(&restored, &["restore", target, "--keys", keys, "--without-ledger"], "nothing was restored");
    assert!(!restored.data().join("desk.db").exists());
}
