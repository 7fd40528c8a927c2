//! Checks of what lies on the disk, backups, and putting them back, with the real binary.

mod damage;
mod drill;
mod erased;
mod fsck;
mod pictures;
mod restore;
mod running;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::harness::{DOCUMENTS, Desk, Store, World, jpeg, png};

/// Where a test keeps what a desk hands out.
struct Folders {
    target: PathBuf,
    keys: PathBuf,
}

impl Folders {
    fn of(desk: &Desk) -> Self {
        Self { target: desk.folder().join("backups"), keys: desk.folder().join("keys") }
    }
}

fn ran(desk: &Desk, arguments: &[&str]) -> Output {
    desk.command(arguments).output().expect("the binary runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn done(desk: &Desk, arguments: &[&str]) -> String {
    let output = ran(desk, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    text(&output)
}

#[track_caller]
fn refused(desk: &Desk, arguments: &[&str], why: &str) {
    let output = ran(desk, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", text(&output));
    assert!(text(&output).contains(why), "{arguments:?}: {}", text(&output));
}

fn shown(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[track_caller]
fn back_up(desk: &Desk) -> Folders {
    let folders = Folders::of(desk);
    done(desk, &["backup", shown(&folders.target), "--keys", shown(&folders.keys)]);
    folders
}

/// An empty machine, with the master key of another.
fn empty(store: Store, like: &Desk) -> Desk {
    let desk = Desk::builder(store).idle();
    fs::create_dir(desk.data()).expect("a folder");
    fs::copy(like.data().join("master.key"), desk.data().join("master.key")).expect("a key");
    desk
}

/// The latest backup, put back on an empty machine with the ledger of the desk that it is of, and served.
#[track_caller]
fn put_back(store: Store, desk: &Desk, folders: &Folders) -> Desk {
    let restored = empty(store, desk);
    let ledger = desk.data().join("erasures.jsonl");
    let (target, keys) = (shown(&folders.target), shown(&folders.keys));
    done(&restored, &["restore", target, "--keys", keys, "--ledger", shown(&ledger)]);
    restored
}

/// What a check finds, as JSON, and its exit code.
#[track_caller]
fn checked(desk: &Desk, more: &[&str]) -> (Value, i32) {
    let output = ran(desk, &[&["fsck", "--json"], more].concat());
    let found = serde_json::from_slice(&output.stdout);
    let found = found.unwrap_or_else(|_| panic!("no JSON: {}", text(&output)));
    (found, output.status.code().expect("an exit code"))
}

#[track_caller]
fn assert_clean(desk: &Desk) {
    let (found, code) = checked(desk, &["--deep"]);
    assert_eq!(code, 0, "{found}");
    assert_eq!((&found["lost"], &found["database"]), (&json!([]), &json!([])), "{found}");
    assert_eq!(found["bare"], json!([]), "{found}");
    assert_eq!((&found["stray_keys"], &found["stray_objects"]), (&json!([]), &json!([])), "{found}");
}

/// A document with two files, as `complete_document` makes it, is there with both, byte by byte.
#[track_caller]
fn assert_whole(desk: &Desk, document: i64) {
    let photo = desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}"));
    assert_eq!((photo.status, photo.bytes == jpeg(1)), (200, true), "the photo of {document}");
    let front = desk.admin().get(&format!("{DOCUMENTS}/getdocument/{document}"));
    assert_eq!((front.status, front.bytes == png(2)), (200, true), "the front of {document}");
}

/// Some documents with their files.
fn documents(desk: &Desk, world: &World, count: usize) -> Vec<i64> {
    (0..count).map(|_| desk.complete_document(world)).collect()
}

/// The objects in a folder, by name.
fn objects(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    all.sort();
    all
}

/// The files of a folder whose names begin so, oldest first.
fn named(folder: &Path, beginning: &str) -> Vec<PathBuf> {
    let begins =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(beginning));
    objects(folder).into_iter().filter(begins).collect()
}
