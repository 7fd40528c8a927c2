//! Pictures of files that are missing or broken are found, and made anew from the file.

use std::fs;

use proofdesk_domain::entities::file::FILE;
use proofdesk_domain::entities::rendition::{self, RENDITION};
use serde_json::{Value, json};

use super::{assert_clean, assert_whole, checked, documents};
use crate::harness::{DOCUMENTS, Desk, pdf};

/// What the audit trail calls it.
const PICTURES_MADE: i64 = 124;

/// The views and thumbnails of a document's front, as they are shown.
fn shown(desk: &Desk, document: i64) -> [Vec<u8>; 2] {
    ["view", "thumbnail"].map(|size| {
        let answer = desk.admin().get(&format!("{DOCUMENTS}/getdocument/{document}?size={size}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"), "{size}");
        answer.bytes
    })
}

/// A repair makes the pictures of so many files anew, each on record; nothing else is touched.
#[track_caller]
fn assert_made(desk: &Desk, document: i64, count: u64) {
    let (found, code) = checked(desk, &["--repair"]);
    let expected = json!({ "strays": 0, "slots": 0, "pictures": count, "unmade": 0 });
    assert_eq!((code, &found["repaired"]), (0, &expected), "{found}");
    let entries = desk.audit("CoworkerIdentityCheckDocument", document);
    let made = |entry: &&Value| entry["AuditType"] == PICTURES_MADE;
    assert_eq!(entries.iter().filter(made).count() as u64, count, "{entries:#?}");
    assert_whole(desk, document);
    assert_clean(desk);
}

on_both_stores! {
    fn a_file_from_before_there_were_pictures_gets_them(desk) {
        let document = documents(desk, &desk.world(), 1)[0];
        let before = shown(desk, document);
        let old: Vec<String> = desk.kept(&RENDITION).iter().map(|made| made.text(rendition::OBJECT).expect("an object").to_owned()).collect();
        desk.execute("DELETE FROM renditions");
        for object in old {
            fs::remove_file(desk.data().join("files").join(&object)).expect("the object goes");
            let hex = object.replace('-', "");
            if desk.store == crate::harness::Store::Sqlite {
                desk.execute_in("keys.db", &format!("DELETE FROM keys WHERE id = x'{hex}'"));
            } else {
                desk.execute(&format!("DELETE FROM proofdesk_keys.keys WHERE id = decode('{hex}', 'hex')"));
            }
        }
        let (found, code) = checked(desk, &[]);
        assert_eq!((code, found["bare"].as_array().map(Vec::len)), (1, Some(2)), "{found}");
        assert_eq!((&found["bare"][0]["document"], &found["lost"]), (&json!(document), &json!([])), "{found}");
        assert_made(desk, document, 2);
        assert!(shown(desk, document) == before, "the same pictures");
    }

    fn a_broken_picture_is_made_anew(desk) {
        let document = documents(desk, &desk.world(), 1)[0];
        let before = shown(desk, document);
        let front = desk.kept(&FILE)[1].id();
        let all = desk.kept(&RENDITION);
        let broken = all.iter().find(|made| made.int(rendition::FILE_ID) == Some(front)).expect("a picture");
        let object = broken.text(rendition::OBJECT).expect("an object").to_owned();
        let path = desk.data().join("files").join(&object);
        let mut bytes = fs::read(&path).expect("the object");
        bytes[20] ^= 1;
        fs::write(&path, bytes).expect("the object");
        let (found, code) = checked(desk, &[]);
        assert_eq!((code, &found["lost"][0]["object"]), (1, &json!(object)), "{found}");
        assert_made(desk, document, 1);
        assert!(shown(desk, document) == before, "the same pictures");
    }

    fn one_missing_page_is_noticed(desk) {
        let document = documents(desk, &desk.world(), 1)[0];
        desk.admin().upload(&format!("{DOCUMENTS}/uploadadditionaldocument/{document}"), "back.pdf", &pdf("back")).id();
        assert_clean(desk);
        desk.execute("UPDATE files SET pages = 2 WHERE slot = 3");
        let (found, code) = checked(desk, &[]);
        assert_eq!((code, &found["bare"][0]["slot"], found["bare"].as_array().map(Vec::len)), (1, &json!(3), Some(1)), "{found}");
    }

    fn what_can_not_be_decoded_is_said_and_left(desk) {
        let document = documents(desk, &desk.world(), 1)[0];
        desk.execute("UPDATE files SET media_type = 'application/pdf' WHERE slot = 1");
        desk.execute("DELETE FROM renditions WHERE file_id IN (SELECT id FROM files WHERE slot = 1)");
        let (found, code) = checked(desk, &["--repair"]);
        assert_eq!((code, &found["repaired"]["unmade"], &found["repaired"]["pictures"]), (0, &json!(1), &json!(0)), "{found}");
        assert_whole(desk, document);
        assert_eq!(checked(desk, &[]).0["bare"].as_array().map(Vec::len), Some(1), "it is found again");
    }
}
