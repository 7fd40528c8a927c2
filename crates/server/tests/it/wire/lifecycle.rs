//! Where checks and documents stand, and what moves them (contract section 2, Lifecycle).

use serde_json::{Value, json};

use crate::harness::{CHECKS, DOCUMENTS, Desk, World, jpeg, pdf, png};

const PENDING: i64 = 1;
const SUBMITTED: i64 = 2;
const SUCCESSFUL: i64 = 3;
const FAILED: i64 = 4;
const CANCELLED: i64 = 5;

fn status(desk: &Desk, path: &str, id: i64) -> i64 {
    desk.admin().get(&format!("{path}/{id}")).record()["VerificationStatus"].as_i64().expect("a number")
}

fn run(desk: &Desk, path: &str, key: &str, id: i64) -> crate::harness::Answer {
    let parameters = json!([{ "Name": "Notes", "Value": "The picture is blurred." }]);
    let body = json!({ "Key": key, "Ids": [id], "Parameters": parameters });
    desk.admin().post(&format!("{path}/runcommand"), &body)
}

/// Puts a file into each of these slots, one request for each, and gives where the document stood after each.
fn filled(desk: &Desk, document: i64, slots: &[&str]) -> Vec<i64> {
    let fill = |slot: &&str| {
        desk.admin().upload(&format!("{DOCUMENTS}/upload{slot}/{document}"), "scan.png", &png(5)).id();
        status(desk, DOCUMENTS, document)
    };
    slots.iter().map(fill).collect()
}

on_both_stores! {
    fn a_document_is_submitted_when_its_required_slots_are_filled(desk) {
        let business = desk.business("Harbour");
        let coworker = desk.coworker("Ada", &[business]);
        let cases: [(Value, &[&str], &[i64]); 4] = [
            (json!({ "IdentityDocumentType": 1 }), &["document", "photo"], &[PENDING, SUBMITTED]),
            (json!({ "IdentityDocumentType": 2 }), &["photo", "document", "additionaldocument"],
             &[PENDING, PENDING, SUBMITTED]),
            (json!({ "AddressDocumentType": 9 }), &["document"], &[SUBMITTED]),
            (json!({ "VerificationType": 1 }), &["document", "additionaldocument", "photo"],
             &[PENDING, PENDING, SUBMITTED]),
        ];
        for (asks, slots, wanted) in cases {
            let check = desk.check(business, coworker, &asks);
            let document = desk.document(&World { business, coworker, check }, &json!({}));
            assert_eq!(status(desk, CHECKS, check), PENDING);
            assert_eq!(filled(desk, document, slots), wanted, "{asks}");
            assert_eq!(status(desk, CHECKS, check), SUBMITTED, "{asks}");
        }
    }

    fn a_required_file_taken_back_withdraws(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        assert_eq!(status(desk, CHECKS, world.check), SUBMITTED);
        desk.admin().patch(DOCUMENTS, &json!({ "Id": document, "ClearPhotoFile": true })).id();
        assert_eq!(status(desk, DOCUMENTS, document), PENDING);
        assert_eq!(status(desk, CHECKS, world.check), PENDING);
    }

    fn verifying_fixes_everything(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        run(desk, CHECKS, "MarkAsVerified", world.check).done();
        assert_eq!(status(desk, CHECKS, world.check), SUCCESSFUL);
        assert_eq!(status(desk, DOCUMENTS, document), SUCCESSFUL);
        files_are_fixed(desk, &world, document, "Successful");
    }

    fn cancelling_fixes_everything(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        run(desk, CHECKS, "Cancel", world.check).done();
        assert_eq!(status(desk, CHECKS, world.check), CANCELLED);
        assert_eq!(status(desk, DOCUMENTS, document), CANCELLED);
        files_are_fixed(desk, &world, document, "Cancelled");
    }

    fn a_rejected_check_is_submitted_again(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        run(desk, CHECKS, "MarkAsRejected", world.check).done();
        assert_eq!(status(desk, CHECKS, world.check), FAILED);
        let rejected = desk.admin().get(&format!("{DOCUMENTS}/{document}")).record();
        assert_eq!(rejected["VerificationStatus"], FAILED);
        assert_eq!(rejected["Notes"], "The picture is blurred.", "the customer sees why");

        desk.admin().patch(DOCUMENTS, &json!({ "Id": document, "Name": "The same files" })).id();
        assert_eq!(status(desk, DOCUMENTS, document), FAILED, "only new files start a new round");
        let front = desk.files.put("sharp.pdf", pdf("sharp"));
        desk.admin().patch(DOCUMENTS, &json!({ "Id": document, "NewDocumentUrl": front })).id();
        assert_eq!(status(desk, DOCUMENTS, document), SUBMITTED);
        assert_eq!(status(desk, CHECKS, world.check), SUBMITTED);
        run(desk, CHECKS, "MarkAsVerified", world.check).done();
        assert_eq!(status(desk, DOCUMENTS, document), SUCCESSFUL);

        let told: Vec<String> = desk.audit("CoworkerIdentityCheck", world.check).iter()
            .map(|entry| entry["Description"].as_str().expect("a text").to_owned())
            .filter(|text| text.contains("became"))
            .collect();
        assert_eq!(told, ["Submitted", "Failed", "Submitted", "Successful"]
            .map(|status| format!("CoworkerIdentityCheck became {status}")), "each decision stays in the audit trail");
    }

    fn what_the_lifecycle_does_not_allow_changes_nothing(desk) {
        let world = desk.world();
        let document = desk.document(&world, &json!({}));
        let refused = |path: &str, key: &str, id: i64, state: &str| {
            let before = (desk.admin().get(&format!("{path}/{id}")).record(), desk.audit_count());
            let said = run(desk, path, key, id).refusal();
            assert!(said.contains(state), "{said} names {state}");
            assert_eq!((desk.admin().get(&format!("{path}/{id}")).record(), desk.audit_count()), before);
        };
        for key in ["MarkAsVerified", "MarkAsRejected"] {
            refused(CHECKS, key, world.check, "Pending");
            refused(DOCUMENTS, key, document, "Pending");
        }
        filled(desk, document, &["photo", "document"]);
        run(desk, CHECKS, "MarkAsRejected", world.check).done();
        for key in ["MarkAsVerified", "MarkAsRejected", "Cancel"] {
            refused(CHECKS, key, world.check, "Failed");
            refused(DOCUMENTS, key, document, "Failed");
        }
        filled(desk, document, &["photo"]);
        run(desk, CHECKS, "MarkAsVerified", world.check).done();
        for key in ["MarkAsVerified", "MarkAsRejected", "Cancel"] {
            refused(CHECKS, key, world.check, "Successful");
            refused(DOCUMENTS, key, document, "Successful");
        }
    }

    fn another_document_may_answer_a_rejection(desk) {
        let world = desk.world();
        let first = desk.complete_document(&world);
        run(desk, CHECKS, "MarkAsRejected", world.check).done();
        let second = desk.complete_document(&world);
        assert_eq!(status(desk, DOCUMENTS, second), SUBMITTED);
        assert_eq!(status(desk, CHECKS, world.check), SUBMITTED);
        run(desk, CHECKS, "MarkAsVerified", world.check).done();
        assert_eq!(status(desk, DOCUMENTS, second), SUCCESSFUL);
        assert_eq!(status(desk, DOCUMENTS, first), FAILED, "the earlier decision stays");
    }

    fn a_cancelled_document_leaves_its_check_waiting(desk) {
        let world = desk.world();
        let pending = desk.document(&world, &json!({}));
        run(desk, DOCUMENTS, "Cancel", pending).done();
        assert_eq!(status(desk, DOCUMENTS, pending), CANCELLED);
        assert_eq!(status(desk, CHECKS, world.check), PENDING);
        files_are_fixed_alone(desk, pending);
        let submitted = desk.complete_document(&world);
        run(desk, DOCUMENTS, "Cancel", submitted).done();
        assert_eq!(status(desk, DOCUMENTS, submitted), CANCELLED);
        assert_eq!(status(desk, CHECKS, world.check), PENDING, "nothing waits for the reviewer");
    }

    fn a_decided_check_stays_decided(desk) {
        let world = desk.world();
        let first = desk.complete_document(&world);
        run(desk, CHECKS, "MarkAsRejected", world.check).done();
        desk.complete_document(&world);
        run(desk, CHECKS, "MarkAsVerified", world.check).done();
        let why = "can't be taken: the check is Successful, and its files are final";
        let path = format!("{DOCUMENTS}/uploadphoto/{first}");
        assert_eq!(desk.admin().upload(&path, "late.jpg", &jpeg(7)).errors(), [format!("file: {why}")]);
        let cleared = desk.admin().patch(DOCUMENTS, &json!({ "Id": first, "ClearPhotoFile": true }));
        assert_eq!(cleared.errors(), [format!("ClearPhotoFile: {why}")]);
        assert_eq!((status(desk, CHECKS, world.check), status(desk, DOCUMENTS, first)), (SUCCESSFUL, FAILED));
    }

    fn a_check_that_asks_for_more_waits_for_all_its_documents(desk) {
        let world = desk.world();
        let documents = [desk.complete_document(&world), desk.complete_document(&world)];
        desk.admin().patch(CHECKS, &json!({ "Id": world.check, "IdentityDocumentType": 2 })).id();
        assert_eq!(documents.map(|document| status(desk, DOCUMENTS, document)), [PENDING, PENDING]);
        assert_eq!(status(desk, CHECKS, world.check), PENDING);
        run(desk, CHECKS, "MarkAsVerified", world.check).refusal();
    }

    fn a_document_takes_its_check_along(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        run(desk, DOCUMENTS, "MarkAsVerified", document).done();
        assert_eq!(status(desk, DOCUMENTS, document), SUCCESSFUL);
        assert_eq!(status(desk, CHECKS, world.check), SUCCESSFUL);
    }
}

/// A final document takes no file, though its check still does.
fn files_are_fixed_alone(desk: &Desk, document: i64) {
    let path = format!("{DOCUMENTS}/uploadphoto/{document}");
    assert_eq!(desk.admin().upload(&path, "late.jpg", &jpeg(77)).errors().len(), 1);
    desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}")).is_not_found();
}

/// The files of a final document can be neither replaced nor cleared.
fn files_are_fixed(desk: &Desk, world: &World, document: i64, state: &str) {
    let (one, photo) = (format!("{DOCUMENTS}/{document}"), format!("{DOCUMENTS}/getphoto/{document}"));
    let before = desk.admin().get(&one).record();
    let bytes = desk.admin().get(&photo).bytes;
    let url = desk.files.put("late.jpg", jpeg(77));
    let why = format!("can't be taken: the document is {state}, and its files are final");
    let patched = desk.admin().patch(DOCUMENTS, &json!({ "Id": document, "NewPhotoUrl": url }));
    assert_eq!(patched.errors(), [format!("NewPhotoUrl: {why}")]);
    let cleared = desk.admin().patch(DOCUMENTS, &json!({ "Id": document, "ClearDocumentFile": true }));
    assert_eq!(cleared.errors(), [format!("ClearDocumentFile: {why}")]);
    for slot in ["photo", "document", "additionaldocument"] {
        let path = format!("{DOCUMENTS}/upload{slot}/{document}");
        assert_eq!(desk.admin().upload(&path, "late.jpg", &jpeg(77)).errors(), [format!("file: {why}")]);
    }
    assert_eq!(desk.admin().get(&one).record(), before);
    assert_eq!(desk.admin().get(&photo).bytes, bytes);
    assert!(!desk.files.asked().contains(&"/late.jpg".to_owned()), "nothing is fetched for it");
    let late =
        json!({ "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Late" });
    let said = desk.admin().post(DOCUMENTS, &late).errors();
    assert_eq!(said, [format!("CoworkerIdentityCheckId: is {state} and takes no more documents")]);
}
