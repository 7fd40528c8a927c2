//! The command `Erase`, over the wire: what is erased, what stays, who may, and what its receipt says.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Answer, CHECKS, COWORKERS, Client, DOCUMENTS, Desk, World, jpeg};

pub(super) fn run(client: &Client, path: &str, key: &str, ids: &[i64]) -> Answer {
    client.post(&format!("{path}/runcommand"), &json!({ "Key": key, "Ids": ids }))
}

/// Erases one record; gives its receipt.
#[track_caller]
pub(super) fn erase(client: &Client, path: &str, id: i64) -> Value {
    let answer = run(client, path, "Erase", &[id]).record();
    assert_eq!(answer["WasSuccessful"], true, "{answer}");
    answer["Value"]["Receipts"][0].clone()
}

fn get(desk: &Desk, path: &str, id: i64) -> Value {
    desk.admin().get(&format!("{path}/{id}")).record()
}

/// Whether a receipt is genuine, as the program says.
fn is_genuine(desk: &Desk, receipt: &Value, key: &str) -> bool {
    let file = desk.folder().join("receipt.json");
    fs::write(&file, serde_json::to_vec_pretty(receipt).expect("JSON")).expect("a file");
    let path = file.display().to_string();
    let done = desk.command(&["erasure", "verify", &path, "--key", key]).output().expect("it runs");
    done.status.success()
}

on_both_stores! {
    fn a_check_is_erased_with_its_documents_and_keeps_what_was_decided(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        run(desk.admin(), CHECKS, "MarkAsVerified", &[world.check]).done();
        let before = get(desk, CHECKS, world.check);
        let receipt = erase(desk.admin(), CHECKS, world.check);
        let counts = &receipt["Receipt"]["Counts"];
        assert_eq!([&counts["Keys"], &counts["Objects"], &counts["Records"], &counts["Files"]], [6, 6, 2, 2]);
        assert_eq!(receipt["Receipt"]["UniqueId"], before["UniqueId"]);
        assert!(counts["AuditValues"].as_u64().expect("a number") >= 3, "{counts}");
        let check = get(desk, CHECKS, world.check);
        assert_eq!((&check["Name"], &check["VerificationStatus"]), (&json!(""), &json!(3)));
        for kept in ["UniqueId", "CreatedOn", "EndedOn", "IdentityDocumentType", "CoworkerId"] {
            assert_eq!(check[kept], before[kept], "{kept}");
        }
        assert!(check["ErasedOn"].is_string(), "{check}");
        let erased = get(desk, DOCUMENTS, document);
        assert_eq!([&erased["Name"], &erased["PhotoFileName"], &erased["CoworkerFullName"]], [&json!(""), &Value::Null, &Value::Null]);
        desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}")).is_not_found();
        assert_eq!(get(desk, COWORKERS, world.coworker)["FullName"], "Ada Lovelace", "the customer stays");
        let entries = desk.audit("CoworkerIdentityCheck", world.check);
        assert!(entries.iter().any(|entry| entry["AuditType"] == 104), "{entries:?}");
        assert!(entries.iter().all(|entry| entry["OldValue"].is_null() && entry["NewValue"].is_null()), "{entries:?}");
    }

    fn what_was_erased_is_closed_for_good_and_erasing_it_again_gives_the_same_receipt(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let receipt = erase(desk.admin(), CHECKS, world.check);
        assert_eq!(erase(desk.admin(), CHECKS, world.check), receipt);
        assert_eq!(erase(desk.admin(), DOCUMENTS, document), receipt, "it went with its check");
        assert_eq!(desk.admin().get(&format!("{CHECKS}/getreceipt/{}", world.check)).record(), receipt);
        assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/getreceipt/{document}")).record(), receipt);
        let audit = desk.audit_count();
        for (path, id) in [(CHECKS, world.check), (DOCUMENTS, document)] {
            let errors = desk.admin().patch(path, &json!({ "Id": id, "Name": "Again" })).errors();
            assert_eq!(errors, ["Id: was erased, and can't be changed any more"]);
            for key in ["MarkAsVerified", "Cancel"] {
                assert!(run(desk.admin(), path, key, &[id]).refusal().contains("was erased"), "{key}");
            }
        }
        let upload = desk.admin().upload(&format!("{DOCUMENTS}/uploadphoto/{document}"), "a.jpg", &jpeg(3));
        assert_eq!(upload.errors().len(), 1);
        let body = json!({ "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "New" });
        assert_eq!(desk.admin().post(DOCUMENTS, &body).errors().len(), 1);
        assert!(run(desk.admin(), CHECKS, "PlaceLegalHold", &[world.check]).refusal().contains("was erased"));
        assert_eq!(desk.audit_count(), audit, "nothing was changed");
    }

    fn a_document_alone_leaves_its_check_waiting_for_another(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        assert_eq!(get(desk, CHECKS, world.check)["VerificationStatus"], 2);
        erase(desk.admin(), DOCUMENTS, document);
        let check = get(desk, CHECKS, world.check);
        assert_eq!((&check["VerificationStatus"], &check["Name"]), (&json!(1), &json!("Check")));
        assert_eq!(get(desk, DOCUMENTS, document)["VerificationStatus"], 5);
        desk.complete_document(&world);
        run(desk.admin(), CHECKS, "MarkAsVerified", &[world.check]).done();
        assert_eq!(get(desk, DOCUMENTS, document)["VerificationStatus"], 5, "no decision reaches it");
    }

    fn a_customer_goes_with_all_checks_and_takes_nothing_new(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let other = desk.coworker("Grace Hopper", &[world.business]);
        let receipt = erase(desk.admin(), COWORKERS, world.coworker);
        assert_eq!(receipt["Receipt"]["Counts"]["Records"], 3);
        for (path, id, name) in [(COWORKERS, world.coworker, "FullName"), (CHECKS, world.check, "Name"), (DOCUMENTS, document, "Name")] {
            let record = get(desk, path, id);
            assert_eq!(record[name], "", "{record}");
            assert!(record["ErasedOn"].is_string());
        }
        assert_eq!(get(desk, COWORKERS, other)["FullName"], "Grace Hopper");
        let body = json!({ "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "Check" });
        let errors = desk.admin().post(CHECKS, &body).errors();
        assert_eq!(errors, ["CoworkerId: was erased, and takes nothing new"]);
        let errors = desk.admin().patch(COWORKERS, &json!({ "Id": world.coworker, "FullName": "Ada" })).errors();
        assert_eq!(errors, ["Id: was erased, and can't be changed any more"]);
    }

    fn a_legal_hold_refuses_it_until_it_is_lifted(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        run(desk.admin(), CHECKS, "PlaceLegalHold", &[world.check]).done();
        run(desk.admin(), CHECKS, "PlaceLegalHold", &[world.check]).done();
        assert_eq!(get(desk, CHECKS, world.check)["LegalHold"], true);
        let audit = desk.audit_count();
        for (path, id) in [(CHECKS, world.check), (DOCUMENTS, document), (COWORKERS, world.coworker)] {
            let said = run(desk.admin(), path, "Erase", &[id]).refusal();
            assert!(said.contains(&format!("{}: is under a legal hold", world.check)), "{said}");
        }
        assert_eq!(desk.admin().delete(&format!("{CHECKS}/{}", world.check)).errors().len(), 1);
        assert_eq!(desk.admin().delete(&format!("{DOCUMENTS}/{document}")).errors().len(), 1);
        let body = json!({ "Id": document, "ClearPhotoFile": true });
        assert_eq!(desk.admin().patch(DOCUMENTS, &body).errors().len(), 1);
        assert_eq!(desk.audit_count(), audit);
        assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}")).bytes, jpeg(1));
        // PUT leaves it: it is no property that a client writes.
        let whole = json!({ "Id": world.check, "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "Check", "IdentityDocumentType": 1, "LegalHold": false });
        desk.admin().put(CHECKS, &whole).id();
        assert_eq!(get(desk, CHECKS, world.check)["LegalHold"], true);
        run(desk.admin(), CHECKS, "LiftLegalHold", &[world.check]).done();
        erase(desk.admin(), CHECKS, world.check);
        let kinds: Vec<Value> = desk.audit("CoworkerIdentityCheck", world.check).iter().map(|entry| entry["AuditType"].clone()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == 116).count(), 1, "{kinds:?}");
        assert_eq!(kinds.iter().filter(|kind| **kind == 117).count(), 1, "{kinds:?}");
    }

    fn it_needs_the_right_to_delete_and_foreign_records_are_missing(desk) {
        let world = desk.world();
        let elsewhere = desk.business("Elsewhere");
        let document = desk.complete_document(&world);
        let roles = ["CoworkerIdentityCheck-Edit", "CoworkerIdentityCheckDocument-Edit"];
        let editor = desk.user_with_roles(&roles, &[world.business]);
        let all = [roles[0], roles[1], "CoworkerIdentityCheck-Delete", "CoworkerIdentityCheckDocument-Delete", "Coworker-Delete"];
        let stranger = desk.user_with_roles(&all, &[elsewhere]);
        for (path, id) in [(CHECKS, world.check), (DOCUMENTS, document)] {
            run(&editor, path, "Erase", &[id]).is_denied();
            let said = |id: i64| run(&stranger, path, "Erase", &[id]).refusal().replace(&id.to_string(), "ID");
            assert_eq!(said(id), said(999_999));
            stranger.get(&format!("{path}/getreceipt/{id}")).is_denied();
        }
        let said = |id: i64| run(&stranger, COWORKERS, "Erase", &[id]).refusal().replace(&id.to_string(), "ID");
        assert_eq!(said(world.coworker), said(999_999));
        let customers = desk.user_with_roles(&["Coworker-Delete"], &[world.business]);
        assert!(run(&customers, COWORKERS, "Erase", &[world.coworker]).refusal().contains("can't delete"));
        assert_eq!(get(desk, COWORKERS, world.coworker)["FullName"], "Ada Lovelace");
        desk.user_with_roles(&all, &[world.business]).get(&format!("{CHECKS}/getreceipt/{}", world.check)).is_denied();
        let holder = desk.user_with_roles(&["CoworkerIdentityCheck-Edit"], &[world.business]);
        run(&holder, CHECKS, "PlaceLegalHold", &[world.check]).done();
        run(&holder, CHECKS, "LiftLegalHold", &[world.check]).is_denied();
    }

    fn a_run_is_begun_for_all_or_for_none(desk) {
        let world = desk.world();
        let held = desk.check(world.business, world.coworker, &json!({}));
        run(desk.admin(), CHECKS, "PlaceLegalHold", &[held]).done();
        for ids in [[world.check, held], [world.check, 999_999]] {
            run(desk.admin(), CHECKS, "Erase", &ids).refusal();
            assert_eq!(get(desk, CHECKS, world.check)["Name"], "Check");
        }
        let second = desk.check(world.business, world.coworker, &json!({}));
        let both = run(desk.admin(), CHECKS, "Erase", &[world.check, second, second]).record();
        assert_eq!(both["Value"]["Receipts"].as_array().map(Vec::len), Some(2));
    }

    fn a_retry_with_its_key_gives_the_same_receipt(desk) {
        let world = desk.world();
        let body = json!({ "Key": "Erase", "Ids": [world.check] }).to_string();
        let send = || {
            let headers = [("content-type", "application/json"), ("idempotency-key", "erase-1")];
            let path = format!("{CHECKS}/runcommand");
            desk.admin().send(ureq::http::Method::POST, &path, &headers, Some(body.as_bytes()))
        };
        let (first, again) = (send(), send());
        assert_eq!(first.record()["Value"], again.record()["Value"]);
        assert_eq!(again.header("idempotency-replayed"), "true");
    }

    fn receipts_are_signed_and_a_changed_one_is_not_genuine(desk) {
        let World { check, .. } = desk.world();
        let receipt = erase(desk.admin(), CHECKS, check);
        let key = receipt["PublicKey"].as_str().expect("a key").to_owned();
        assert!(is_genuine(desk, &receipt, &key));
        let doctor = desk.command(&["doctor"]).output().expect("it runs").stdout;
        assert!(String::from_utf8_lossy(&doctor).contains(&key), "doctor says the key");
        for (name, value) in [("EntityId", json!(check + 1)), ("FinishedOn", json!("2020-01-01T00:00:00Z")), ("More", json!(1))] {
            let mut changed = receipt.clone();
            changed["Receipt"][name] = value;
            assert!(!is_genuine(desk, &changed, &key), "{name}");
        }
        assert!(!is_genuine(desk, &receipt, &"11".repeat(32)), "another desk's key");
    }
}
