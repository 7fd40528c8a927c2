//! The key file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use crate::testing::RepeatableRandom;
use crate::{MasterKey, MasterKeyError};

const GOOD: &str =
    "proofdesk-master-key-1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

fn write(path: &Path, text: impl AsRef<[u8]>, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn load(path: &Path) -> Result<[u8; 32], MasterKeyError> {
    let key = MasterKey::load_or_create(path, &RepeatableRandom::new(5))?;
    Ok(crate::master_key::check_value(&key.prk()).unwrap())
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_missing_file_is_created_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let created = load(&path).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    let digits = text.strip_prefix("proofdesk-master-key-1:").unwrap().strip_suffix('\n').unwrap();
    assert_eq!(hex::decode(digits).unwrap().len(), 32);
    assert_eq!(names(&folder), ["master.key"]);
    assert_eq!(load(&path).unwrap(), created, "loading again gives the same key");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn each_created_key_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let create = |name: &str, seed| {
        MasterKey::load_or_create(&folder.path().join(name), &RepeatableRandom::new(seed)).unwrap();
        fs::read_to_string(folder.path().join(name)).unwrap()
    };
    assert_ne!(create("a", 1), create("b", 2));
}

#[test]
fn all_that_create_at_once_load_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let loaded: Vec<[u8; 32]> = std::thread::scope(|scope| {
        let load = |seed| {
            let key = MasterKey::load_or_create(&path, &RepeatableRandom::new(seed)).unwrap();
            crate::master_key::check_value(&key.prk()).unwrap()
        };
        let threads: Vec<_> = (0..8).map(|seed| scope.spawn(move || load(seed * 1000))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(loaded.iter().all(|key| *key == loaded[0]));
    assert_eq!(names(&folder), ["master.key"]);
}

#[test]
fn a_file_that_others_may_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777] {
        write(&path, GOOD, mode);
        let refused = load(&path).unwrap_err();
        assert!(matches!(refused, MasterKeyError::Exposed { mode: shown, .. } if shown == mode));
        assert!(refused.to_string().contains(&format!("{mode:03o}")), "{refused}");
    }
    for mode in [0o600, 0o400, 0o700] {
        write(&path, GOOD, mode);
        load(&path).unwrap();
    }
}

#[test]
fn a_file_of_another_form_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let digits = GOOD.trim_end();
    let malformed = [
        String::new(),
        "\n".to_owned(),
        digits[..digits.len() - 1].to_owned(),
        format!("{digits}0"),
        format!("{digits}\n\n"),
        format!(" {digits}"),
        format!("{digits}\r\n"),
        digits.replace("key-1", "key-2"),
        digits.replace("1f", "1g"),
        digits.replace("proofdesk-master-key-1:", ""),
        format!("{digits}{}", " ".repeat(300)),
    ];
    for text in malformed {
        write(&path, &text, 0o600);
        let refused = load(&path).unwrap_err();
        assert!(matches!(refused, MasterKeyError::Malformed(_)), "{text:?}: {refused}");
        assert!(!refused.to_string().contains("0a0b0c"), "the message shows no key");
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            text,
            "a file that isn't understood is never replaced"
        );
    }
    write(&path, [0xff, 0xfe], 0o600);
    assert!(matches!(load(&path).unwrap_err(), MasterKeyError::Malformed(_)));
}

#[test]
fn the_line_may_lack_its_end_and_use_capitals() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    write(&path, GOOD, 0o600);
    let expected = load(&path).unwrap();
    write(&path, GOOD.trim_end(), 0o600);
    assert_eq!(load(&path).unwrap(), expected);
    write(&path, GOOD.replace("0a0b0c0d0e0f", "0A0B0C0D0E0F"), 0o600);
    assert_eq!(load(&path).unwrap(), expected);
}

#[test]
fn a_missing_folder_is_an_error_and_is_not_created() {
    let folder = tempfile::tempdir().unwrap();
    let refused = load(&folder.path().join("missing/master.key")).unwrap_err();
    assert!(matches!(refused, MasterKeyError::Io { .. }));
    assert!(names(&folder).is_empty());
}

#[test]
fn a_key_is_never_shown() {
    assert_eq!(format!("{:?}", MasterKey::from_bytes([0xab; 32])), "MasterKey(..)");
}
