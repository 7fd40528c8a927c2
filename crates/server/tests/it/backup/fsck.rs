//! Each kind of damage, planted alone, is found and named; what can be mended is mended.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::{assert_clean, checked, documents, objects, ran, text};
use crate::harness::{DOCUMENTS, Desk, Store, noise, png};

/// An id that tells no age.
const ID: &str = "0b9b7f6e-3f1c-4f5e-9a53-0d6a4b1c2d3e";
/// The same, as 16 bytes.
const HEX: &str = "0b9b7f6e3f1c4f5e9a530d6a4b1c2d3e";

/// The object of the face photo of the first document.
fn photo(desk: &Desk) -> PathBuf {
    let file = desk.kept(&proofdesk_domain::entities::file::FILE).remove(0);
    let object = file.text(proofdesk_domain::entities::file::OBJECT).expect("an object").to_owned();
    desk.data().join("files").join(object)
}

fn flip(path: &PathBuf, place: usize) {
    let mut bytes = fs::read(path).expect("a file");
    bytes[place] ^= 1;
    fs::write(path, bytes).expect("a file");
}

/// One is lost for this reason; a repair empties its slot, on record, and all is well again.
#[track_caller]
fn assert_lost(desk: &Desk, document: i64, why: &str, how: &[&str]) {
    let (found, code) = checked(desk, how);
    assert_eq!(code, 1, "{found}");
    assert_eq!(found["lost"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!((&found["lost"][0]["why"], &found["lost"][0]["document"]), (&json!(why), &json!(document)));
    let (found, code) = checked(desk, &[how, &["--repair"]].concat());
    assert_eq!((code, &found["repaired"]["slots"]), (0, &json!(1)), "{found}");
    let record = desk.admin().get(&format!("{DOCUMENTS}/{document}")).record();
    assert_eq!(record["PhotoFileName"], json!(null));
    assert_eq!(record["VerificationStatus"], 1, "it waits for the customer again");
    let entries = desk.audit("CoworkerIdentityCheckDocument", document);
    let lost = entries.iter().filter(|entry| entry["AuditType"] == 120).count();
    assert_eq!(lost, 1, "{entries:?}");
    // The customer hands in again.
    let url = desk.files.put("again.png", png(9));
    let change = json!({ "Id": document, "NewPhotoUrl": url });
    let answer = desk.admin().patch(DOCUMENTS, &change);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_clean(desk);
}

on_both_stores! {
    fn a_lost_key_is_found_and_mended(desk) {
        let document = documents(desk, &desk.world(), 1)[0];
        let object = photo(desk);
        let hex = object.file_name().expect("a name").to_string_lossy().replace('-', "");
        assert_clean(desk);
        if desk.store == Store::Sqlite {
            desk.execute_in("keys.db", &format!("DELETE FROM keys WHERE id = x'{hex}'"));
        } else {
            desk.execute(&format!("DELETE FROM proofdesk_keys.keys WHERE id = decode('{hex}', 'hex')"));
        }
        assert_lost(desk, document, "no_key", &[]);
    }

    fn a_lost_object_is_found_and_mended(desk) {
        let document = documents(desk, &desk.world(), 1)[0];
        fs::remove_file(photo(desk)).expect("it goes");
        assert_lost(desk, document, "no_object", &[]);
    }

    fn a_damaged_header_is_found_and_mended(desk) {
        let document = documents(desk, &desk.world(), 1)[0];
        flip(&photo(desk), 20);
        assert_lost(desk, document, "damaged", &[]);
    }

    fn strays_are_found_and_destroyed(desk) {
        documents(desk, &desk.world(), 1);
        let stray = desk.data().join("files").join(ID);
        fs::write(&stray, "rubbish").expect("a file");
        if desk.store == Store::Sqlite {
            desk.execute_in("keys.db", &format!("INSERT INTO keys (id, business, version, wrapped) VALUES (x'{HEX}', 1, 1, x'00')"));
        } else {
            desk.execute(&format!("INSERT INTO proofdesk_keys.keys (id, business, version, wrapped) VALUES (decode('{HEX}', 'hex'), 1, 1, decode('00', 'hex'))"));
        }
        let (found, code) = checked(desk, &[]);
        assert_eq!((code, &found["stray_keys"], &found["stray_objects"]), (1, &json!([ID]), &json!([ID])));
        let (found, code) = checked(desk, &["--repair"]);
        assert_eq!((code, found["repaired"]["strays"].as_u64()), (0, Some(2)), "{found}");
        assert!(!stray.exists());
        assert_clean(desk);
    }

    fn a_file_without_a_record_is_young_while_the_desk_runs(desk) {
        documents(desk, &desk.world(), 1);
        desk.execute("DELETE FROM renditions WHERE file_id IN (SELECT id FROM files WHERE slot = 1)");
        desk.execute("DELETE FROM files WHERE slot = 1");
        let (found, code) = checked(desk, &[]);
        assert_eq!((code, &found["stray_keys"]), (0, &json!([])), "{found}");
        if desk.store == Store::Sqlite {
            desk.kill();
            let (found, code) = checked(desk, &[]);
            assert_eq!((code, found["stray_keys"].as_array().map(Vec::len)), (1, Some(3)), "{found}");
        }
    }
}

#[test]
fn damage_in_the_middle_of_a_file_is_found_by_a_deep_check() {
    let desk = Desk::start(Store::Sqlite);
    let world = desk.world();
    let large = noise();
    assert!(large.len() > 200_000, "it has several chunks: {}", large.len());
    let urls = (desk.files.put("large.png", large), desk.files.put("front.png", png(2)));
    let document = desk.document(&world, &json!({ "NewPhotoUrl": urls.0, "NewDocumentUrl": urls.1 }));
    assert_clean(&desk);
    flip(&photo(&desk), 100_000);
    assert_eq!(checked(&desk, &[]).1, 0, "header and last chunk are sound");
    assert_lost(&desk, document, "damaged", &["--deep"]);
}

#[test]
fn references_that_lead_nowhere_and_damaged_pages_are_found_and_left() {
    let desk = Desk::start(Store::Sqlite);
    documents(&desk, &desk.world(), 1);
    desk.execute("UPDATE checks SET coworker_id = 4711");
    let (found, code) = checked(&desk, &["--repair"]);
    assert_eq!(code, 1);
    assert!(found["database"].to_string().contains("coworkers"), "{found}");
    desk.execute("UPDATE checks SET coworker_id = (SELECT min(id) FROM coworkers)");
    assert_clean(&desk);
    for file in ["desk.db", "keys.db"] {
        desk.kill();
        desk.execute_in(file, "PRAGMA wal_checkpoint(TRUNCATE)");
        let path = desk.data().join(file);
        let sound = fs::read(&path).expect("the database");
        let mut bytes = sound.clone();
        // All but the first page, which has the schema.
        bytes[4096..].iter_mut().step_by(7).for_each(|byte| *byte ^= 0x55);
        fs::write(&path, bytes).expect("the database");
        let output = ran(&desk, &["fsck"]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        assert!(text(&output).contains(&format!("database: {file}")), "{}", text(&output));
        for end in ["-wal", "-shm"] {
            let _ = fs::remove_file(desk.data().join(format!("{file}{end}")));
        }
        fs::write(&path, sound).expect("the database");
    }
    assert_clean(&desk);
}

#[test]
fn what_cant_be_checked_is_told_apart_from_what_is_wrong() {
    let desk = Desk::start(Store::Sqlite);
    let output = desk.command(&["fsck"]).env("PROOFDESK_LISTEN", "nowhere").output().expect("it runs");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
}

#[test]
fn a_wrong_folder_of_files_empties_no_slots() {
    let desk = Desk::start(Store::Sqlite);
    let made = documents(&desk, &desk.world(), 6);
    let other = desk.folder().join("other");
    fs::create_dir(&other).expect("a folder");
    let wrong = |force: &[&str]| {
        let mut command = desk.command(&[&["fsck", "--repair"], force].concat());
        command.env("PROOFDESK_FILES_URL", format!("file://{}", other.display())).output().expect("it runs")
    };
    let output = wrong(&[]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("36 of 36 files seem lost"), "{}", text(&output));
    assert_eq!(objects(&desk.data().join("files")).len(), 6 * made.len());
    assert_clean(&desk);
}
