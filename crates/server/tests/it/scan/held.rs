//! What the scanner hasn't seen.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::{STREAM, bad_pdf, desk};
use crate::crash::wait_until;
use crate::harness::{CHECKS, Clamd, DOCUMENTS, Desk, EICAR_NAME, Store, jpeg, noise, pdf};

/// What the audit trail calls the end of a held file.
const SCAN_DESTROYED: i64 = 123;

#[test]
fn a_file_is_held_until_the_scanner_is_there() {
    if !Clamd::is_there("scan::held::a_file_is_held_until_the_scanner_is_there") {
        return;
    }
    for store in [Store::Sqlite, Store::Postgres] {
        let (desk, port) = desk(store, &[]);
        let world = desk.world();
        let document = desk.complete_document(&world);
        assert_held(&desk, document, 2);
        let run = json!({ "Key": "MarkAsVerified", "Ids": [document] });
        let verify = |path: &str, body: &Value| desk.admin().post(&format!("{path}/runcommand"), body).json();
        let refused = verify(DOCUMENTS, &run);
        assert_eq!(refused["WasSuccessful"], false, "{refused}");
        assert!(refused.to_string().contains("malware scan"), "{refused}");
        let by_check = verify(CHECKS, &json!({ "Key": "MarkAsVerified", "Ids": [world.check] }));
        assert_eq!(by_check["WasSuccessful"], false, "{by_check}");

        let _clamd = Clamd::start(port, STREAM);
        wait_until(|| record(&desk, document)["FilesHeld"] == 0);
        assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}")).bytes, jpeg(1));
        assert_eq!(verify(DOCUMENTS, &run)["WasSuccessful"], true);
        let released = |entry: &Value| entry.to_string().contains("released by the malware scan");
        let entries = desk.audit("CoworkerIdentityCheckDocument", document);
        assert_eq!(entries.iter().filter(|entry| released(entry)).count(), 2, "{entries:#?}");
    }
}

#[test]
fn malware_in_a_held_file_is_destroyed_and_the_customer_asked_again() {
    if !Clamd::is_there("scan::held::malware_in_a_held_file_is_destroyed_and_the_customer_asked_again") {
        return;
    }
    for store in [Store::Sqlite, Store::Postgres] {
        let (desk, port) = desk(store, &[]);
        let world = desk.world();
        let (photo, front) = (desk.files.put("face.jpg", jpeg(1)), desk.files.put("front.pdf", bad_pdf()));
        let document = desk.document(&world, &json!({ "NewPhotoUrl": photo, "NewDocumentUrl": front }));
        assert_held(&desk, document, 2);
        assert_eq!(record(&desk, document)["VerificationStatus"], 2);
        let _clamd = Clamd::start(port, STREAM);
        wait_until(|| record(&desk, document)["FilesHeld"] == 0);
        let after = record(&desk, document);
        assert_eq!(after["DocumentFileName"], json!(null), "the slot is empty");
        assert_eq!(after["PhotoFileName"], "face.jpg", "the other file stays");
        assert_eq!(after["VerificationStatus"], 1, "the customer is asked again");
        assert_eq!(desk.admin().get(&format!("{CHECKS}/{}", world.check)).record()["VerificationStatus"], 1);
        assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/getdocument/{document}")).status, 404);
        let files = || std::fs::read_dir(desk.data().join("files")).expect("the files").count();
        wait_until(|| files() == 3);
        let entries = desk.audit("CoworkerIdentityCheckDocument", document);
        let destroyed: Vec<_> = entries.iter().filter(|entry| entry["AuditType"] == SCAN_DESTROYED).collect();
        assert_eq!(destroyed.len(), 1, "{entries:#?}");
        assert!(destroyed[0].to_string().contains(EICAR_NAME), "{destroyed:#?}");
        let upload = format!("{DOCUMENTS}/uploaddocument/{document}");
        assert_eq!(desk.admin().upload(&upload, "front.pdf", &pdf("harmless")).status, 200);
        assert_eq!(record(&desk, document)["VerificationStatus"], 2);
    }
}

/// What the scanner of the next test takes, in bytes.
const LIMIT: u64 = 100_000;

#[test]
fn a_file_larger_than_the_scanner_takes_is_held() {
    if !Clamd::is_there("scan::held::a_file_larger_than_the_scanner_takes_is_held") {
        return;
    }
    let large = noise();
    // Once the desk knows the limit, and once it finds out.
    for known in [LIMIT, STREAM] {
        let (desk, port) = desk(Store::Sqlite, &[("SCAN__STREAM_BYTES", &known.to_string())]);
        let _clamd = Clamd::start(port, LIMIT);
        let world = desk.world();
        let url = desk.files.put("front.png", large.clone());
        let document = desk.document(&world, &json!({ "NewDocumentUrl": url }));
        assert_held(&desk, document, 1);
        // Another file in its place ends the wait.
        let upload = format!("{DOCUMENTS}/uploaddocument/{document}");
        assert_eq!(desk.admin().upload(&upload, "front.pdf", &pdf("small")).status, 200);
        assert_eq!(record(&desk, document)["FilesHeld"], 0);
        assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/getdocument/{document}")).bytes, pdf("small"));
    }
}

#[test]
fn a_scanner_that_hangs_holds_the_file_and_not_the_customer() {
    let hanging = TcpListener::bind("127.0.0.1:0").expect("a port");
    let clamd = format!("tcp://{}", hanging.local_addr().expect("an address"));
    // It takes the file, and then says nothing: what is accepted by nobody waits in the system's queue.
    let settings = [("SCAN__CLAMD", clamd.as_str()), ("SCAN__SECONDS", "1"), ("SCAN__RETRY_SECONDS", "3600")];
    let desk = Desk::builder(Store::Sqlite).settings(&settings).start();
    let world = desk.world();
    let document = desk.document(&world, &json!({ "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)) }));
    assert_held(&desk, document, 1);
    assert!(desk.log().contains("answer: timed out"), "the limit ended the wait");
    assert_eq!(desk.admin().delete(&format!("{DOCUMENTS}/{document}")).status, 200);
}

fn record(desk: &Desk, document: i64) -> Value {
    desk.admin().get(&format!("{DOCUMENTS}/{document}")).record()
}

/// So many files of a document are held, and none of them is given out.
#[track_caller]
fn assert_held(desk: &Desk, document: i64, held: u64) {
    let record = record(desk, document);
    assert_eq!(record["FilesHeld"], held, "{record}");
    let mut refused = 0;
    for (slot, name) in [("photo", "PhotoFileName"), ("document", "DocumentFileName")] {
        if record[name].is_null() {
            continue;
        }
        let answer = desk.admin().get(&format!("{DOCUMENTS}/get{slot}/{document}"));
        assert_eq!(answer.status, 409, "{answer}");
        assert!(answer.text().contains("waits for the malware scan"), "{answer}");
        refused += 1;
    }
    assert_eq!(refused, held);
}
