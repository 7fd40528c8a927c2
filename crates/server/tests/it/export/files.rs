//! Files in an export: those that can't be in it are named, and those that can't be read end it.

use futures::TryStreamExt;
use proofdesk_desk::caller::Caller;
use proofdesk_desk::export;
use proofdesk_domain::entities::{check, check::CHECK, coworker::COWORKER};
use proofdesk_domain::entities::{document::DOCUMENT, file, file::FILE};
use proofdesk_domain::roles::Operation;
use proofdesk_domain::slots::Slot;
use serde_json::{Value, json};
use uuid::Uuid;

use super::archive::Archive;
use super::path;
use crate::harness::bench::{Bench, grant};
use crate::harness::{BUSINESSES, CHECKS, COWORKERS, Store};

/// The file in a slot of the document at a place.
fn slot(shown: &Value, document: i64, place: usize) -> Value {
    let documents = shown["Documents"].as_array().expect("documents");
    let found = documents.iter().find(|own| own["Id"] == document).expect("the document");
    found["Files"][place].clone()
}

on_both_stores! {
    fn a_held_file_is_named_and_stays(desk: with [("SCAN__CLAMD", "tcp://127.0.0.1:1")]) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let archive = Archive::of(&desk.admin().get(&path(world.coworker)));
        let held = slot(&archive.described(), document, 0);
        assert_eq!((&held["State"], &held["Entry"], &held["Name"]), (&json!("Held"), &Value::Null, &json!("face.jpg")));
        assert!(archive.entries.keys().all(|name| !name.starts_with("files/")), "{:?}", archive.entries.keys());
    }

    fn an_erased_file_is_named_as_erased(desk) {
        let world = desk.world();
        let (document, erased) = (desk.complete_document(&world), desk.complete_document(&world));
        desk.admin().post(&format!("{CHECKS}/runcommand"), &json!({ "Key": "MarkAsVerified", "Ids": [world.check] })).done();
        let erase = json!({ "Key": "Erase", "Ids": [erased] });
        desk.admin().post(&format!("{}/runcommand", DOCUMENT.path), &erase).record();
        // The check has ended long ago, and photos are kept for a day.
        desk.admin().patch(BUSINESSES, &json!({ "Id": world.business, "KeepPhotoDays": 1, "KeepRecordDays": 36_525 })).id();
        let ended = desk.kept(&CHECK).pop().expect("the check").with(check::ENDED_ON, 1_700_000_000_i64);
        desk.keep(ended);
        assert!(desk.command(&["retention", "run"]).output().expect("the binary runs").status.success());
        let archive = Archive::of(&desk.admin().get(&path(world.coworker)));
        let shown = archive.described();
        let states = |document| [0, 1, 2].map(|place| slot(&shown, document, place)["State"].clone());
        assert_eq!(states(document), ["Erased", "Included", "Empty"]);
        assert_eq!(states(erased), ["Erased", "Erased", "Erased"]);
        let receipt = shown["Documents"].as_array().expect("documents").iter().find(|own| own["Id"] == erased);
        assert_eq!(receipt.expect("the document")["ErasureReceipt"]["Receipt"]["EntityId"], erased);
        let kept = &shown["Checks"][0]["Retention"];
        assert_eq!(kept, &json!({ "KeepDays": 36_525, "KeptUntil": "2123-11-15T22:13:20Z", "LegalHold": false }));
    }

    fn what_is_left_of_an_erased_customer_is_given_out(desk) {
        let world = desk.world();
        desk.complete_document(&world);
        let erase = json!({ "Key": "Erase", "Ids": [world.coworker] });
        desk.admin().post(&format!("{COWORKERS}/runcommand"), &erase).record();
        let archive = Archive::of(&desk.admin().get(&path(world.coworker)));
        let shown = archive.described();
        assert_eq!(shown["Person"]["ErasureReceipt"]["Receipt"]["EntityId"], world.coworker);
        assert!(!archive.holds("Ada Lovelace") && !archive.holds("customer@example.com"));
    }

    fn a_damaged_file_fails_the_request(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let object = desk.kept(&FILE)[1].text(file::OBJECT).expect("an object").to_owned();
        let place = desk.data().join("files").join(object);
        let mut bytes = std::fs::read(&place).expect("the object");
        let last = bytes.len() - 20;
        bytes[last] ^= 1;
        std::fs::write(&place, bytes).expect("the object");
        let answer = desk.admin().get(&path(world.coworker));
        assert_eq!(answer.message(500), "An error has occurred.");
        let said = format!("CoworkerIdentityCheckDocument {document}: the file in the slot Document can't be read");
        assert!(desk.log().contains(&said), "the log says which");
        let entries = desk.audit("Coworker", world.coworker);
        assert!(entries.iter().all(|entry| entry["Description"] != "Coworker was exported"), "{entries:#?}");
    }
}

/// A file that goes while the archive is sent: what came of it doesn't open, wherever it was cut off.
#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_was_cut_off_does_not_open() {
    let bench = Bench::new(Store::Sqlite).await;
    let document = bench.create(&DOCUMENT, bench.document_of(bench.check().await)).await;
    for slot in [Slot::Photo, Slot::Document] {
        bench.fill(&Caller::system(), document, slot).await.expect("a file");
    }
    let by = grant(&Caller::system(), &COWORKER, Operation::Read);
    let export = || export::of(&bench.desk, &by, bench.coworker);
    let whole: Vec<_> = export().await.expect("an export").stream().try_collect().await.expect("all of it");
    let whole = whole.concat();
    let entries = Archive::read(&whole).expect("an archive").entries;
    assert_eq!(entries.keys().filter(|name| name.starts_with("files/")).count(), 2);
    for length in (0..whole.len()).step_by(37) {
        assert!(Archive::read(&whole[..length]).is_err(), "the first {length} bytes");
    }
    let begun = export().await.expect("an export");
    let object = bench.all(&FILE).await[1].text(file::OBJECT).and_then(|id| Uuid::parse_str(id).ok());
    bench.desk.vault().shred(object.expect("an object")).await.expect("it is destroyed");
    let mut stream = std::pin::pin!(begun.stream());
    let mut sent = Vec::new();
    let failed = loop {
        match stream.try_next().await {
            Ok(Some(piece)) => sent.extend_from_slice(&piece),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(failed && sent.len() > 1000, "{}", sent.len());
    assert!(Archive::read(&sent).is_err());
    assert!(export().await.is_err(), "and the next one isn't begun");
}
