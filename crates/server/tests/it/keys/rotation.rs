//! Replacing what wraps the keys of files, beside a running server.

use std::fs;

use super::{done, failure, key, key_file, write_key};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, AUDIT, DOCUMENTS, Desk, Store, jpeg, png};

fn readable(desk: &Desk, documents: &[i64]) {
    for document in documents {
        let answer = desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

fn files(desk: &Desk) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(desk.data().join("files")).expect("the files");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.clone(), fs::read(path).expect("a file")))
        .collect();
    files.sort();
    files
}

on_both_stores! {
    fn the_key_of_a_location_is_replaced_while_the_desk_serves(desk) {
        let world = desk.world();
        let mut documents: Vec<i64> = (0..3).map(|_| desk.complete_document(&world)).collect();
        let before = files(desk);
        let location = world.business.to_string();
        let status = done(desk, &["keys", "status"]);
        assert!(status.contains(&format!("{location}\t1\tcurrent\t18")), "{status}");
        let said = done(desk, &["keys", "rotate", "--business", &location]);
        assert!(said.contains("18 keys of files are wrapped anew, 1 keys of locations were made, 1 destroyed."), "{said}");
        let status = done(desk, &["keys", "status"]);
        assert!(status.contains(&format!("{location}\t2\tcurrent\t18")), "{status}");
        assert!(!status.contains("retired"), "{status}");
        assert_eq!(files(desk), before, "no file was written anew");
        readable(desk, &documents);
        // The running desk still remembers the key that is gone.
        documents.push(desk.complete_document(&world));
        let said = done(desk, &["keys", "rotate", "--business", "all"]);
        assert!(said.contains("24 keys of files are wrapped anew"), "{said}");
        desk.kill();
        desk.run();
        let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
        for document in &documents {
            assert_eq!(admin.get(&format!("{DOCUMENTS}/getphoto/{document}")).status, 200);
        }
        let entries = admin.get(&format!("{AUDIT}?AuditTrailEntry_AuditType=113&size=100")).records();
        assert_eq!(entries.len(), 4, "two for each rotation: {entries:?}");
        assert!(entries.iter().any(|entry| entry["Description"].as_str().is_some_and(|said| said.contains("18 under 1 new keys"))), "{entries:?}");
    }

    fn the_master_key_is_replaced_while_the_desk_serves(desk) {
        let world = desk.world();
        let mut documents = vec![desk.complete_document(&world)];
        let admin = desk.admin().token().to_owned();
        let old = fs::read_to_string(key_file(desk)).expect("the key");
        let new = desk.folder().join("new.key");
        write_key(&new, &key('f'));
        let said = done(desk, &["keys", "rotate", "--master", "--new-key-file", new.to_str().expect("text")]);
        assert!(said.contains("2 keys of locations are wrapped by the new master key"), "{said}");
        assert_eq!(fs::read_to_string(key_file(desk)).expect("the key").trim_end(), key('f'));
        assert!(!key_file(desk).with_extension("key.next").exists());
        readable(desk, &documents);
        // Another location has no key yet: the running desk makes one, with the new master key.
        let other = desk.world();
        documents.push(desk.complete_document(&other));
        let said = done(desk, &["keys", "rotate", "--master"]);
        assert!(said.contains("3 keys of locations are wrapped"), "{said}");
        let made = fs::read_to_string(key_file(desk)).expect("the key");
        assert!(made != old && made.trim_end() != key('f'), "a new key was made");
        readable(desk, &documents);
        desk.kill();
        desk.run();
        let again = desk.anonymous().with_authorization(&format!("Bearer {admin}"));
        for document in &documents {
            let answer = again.get(&format!("{DOCUMENTS}/getphoto/{document}"));
            assert_eq!(answer.status, 200, "a token of before is good still");
        }
        desk.kill();
        write_key(&key_file(desk), &old);
        assert!(failure(desk, &["serve"]).contains("does not belong to this key store"));
        write_key(&key_file(desk), &made);
        desk.run();
    }
}

#[test]
fn a_source_that_gives_both_keys_is_asked_for_the_other_one() {
    let (old, new) = (key('1'), key('2'));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys");
    write_key(&file, &old);
    let command = format!("[\"cat\", {:?}]", file.display().to_string());
    let desk = Desk::builder(Store::Sqlite);
    let desk = desk.set("KEYS__SOURCE", "command").set("KEYS__COMMAND", &command).start();
    let world = desk.world();
    let body = serde_json::json!({ "NewPhotoUrl": desk.files.put("f.jpg", jpeg(1)), "NewDocumentUrl": desk.files.put("d.png", png(2)) });
    let document = desk.document(&world, &body);
    assert!(failure(&desk, &["keys", "rotate", "--master"]).contains("gives the present master key only"));
    write_key(&file, &format!("{old}\n{new}\n"));
    done(&desk, &["keys", "rotate", "--master"]);
    write_key(&file, &new);
    readable(&desk, &[document]);
    // The running desk needs the new one for a location without a key.
    let other = desk.world();
    let other = desk.complete_document(&other);
    desk.kill();
    desk.run();
    let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
    for document in [document, other] {
        assert_eq!(admin.get(&format!("{DOCUMENTS}/getphoto/{document}")).status, 200);
    }
}

#[test]
fn a_desk_that_does_not_get_the_new_key_writes_nothing_that_it_could_not_open() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    write_key(file.path(), &key('1'));
    let command = format!("[\"cat\", {:?}]", file.path().display().to_string());
    let desk = Desk::builder(Store::Sqlite);
    let desk = desk.set("KEYS__SOURCE", "command").set("KEYS__COMMAND", &command).start();
    let world = desk.world();
    let document = desk.complete_document(&world);
    let next = desk.folder().join("next.key");
    write_key(&next, &key('2'));
    let said = done(&desk, &["keys", "rotate", "--master", "--new-key-file", next.to_str().expect("text")]);
    assert!(said.contains("doesn't give the new master key yet"), "{said}");
    readable(&desk, &[document]);
    desk.complete_document(&world);
    let other = desk.world();
    let body = serde_json::json!({
        "CoworkerId": other.coworker, "CoworkerIdentityCheckId": other.check, "Name": "d",
        "NewPhotoUrl": desk.files.put("f.jpg", jpeg(1)),
    });
    let refused = desk.admin().post(DOCUMENTS, &body);
    assert_eq!(refused.status, 503, "a new location needs the master key: {}", refused.text());
    assert!(refused.text().contains("sealed"), "{}", refused.text());
    assert!(
        desk.log()
            .contains("the master key was replaced, and where it comes from does not give the new one yet")
    );
    write_key(file.path(), &key('2'));
    desk.complete_document(&other);
}

#[test]
fn what_can_not_be_rotated_is_refused() {
    let desk = Desk::start(Store::Sqlite);
    for wrong in [
        &["keys", "rotate"][..],
        &["keys", "rotate", "--master", "--business", "1"],
        &["keys", "rotate", "--business", "0"],
        &["keys", "rotate", "--business", "some"],
        &["keys", "rotate", "--business", "1", "--new-key-file", "x"],
        &["keys", "rotate", "--master", "--new-key-file", "/nonexistent"],
    ] {
        failure(&desk, wrong);
    }
    assert!(done(&desk, &["keys", "rotate", "--business", "all"]).contains("0 keys of files"));
}
