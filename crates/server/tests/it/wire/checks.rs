//! `/api/spaces/coworkeridentitychecks` (contract section 2).

use serde_json::{Value, json};

use crate::harness::{CHECKS, DOCUMENTS, Desk, World, jpeg, shape};

/// Every writable property, with a value of its own.
fn full(world: &World) -> Value {
    json!({
        "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "Identity",
        "IdentityCheckProvider": 1, "IdentityDocumentType": 3, "IdentityDocumentNumber": "X 123",
        "IdentityDocumentIssuedBy": "Utopia", "IdentityDocumentExpirationDate": "2031-02-03T04:05:06Z",
        "AddressDocumentType": 9, "VerificationType": 1, "Description": "An identity card, both sides.",
        "Billed": true, "StripeVerificationSessionId": "vs_1",
        "ProposalGuid": "11111111-2222-4333-8444-555555555555",
        "CoworkerContractGuid": "21111111-2222-4333-8444-555555555555",
        "ContractContactGuid": "31111111-2222-4333-8444-555555555555",
        "SystemId": "crm-7",
    })
}

fn read(desk: &Desk, id: i64) -> Value {
    desk.admin().get(&format!("{CHECKS}/{id}")).record()
}

on_both_stores! {
    fn a_check_is_created_and_read(desk) {
        let world = desk.world();
        let answer = desk.admin().post(CHECKS, &full(&world));
        insta::assert_json_snapshot!("created", shape(&answer.record()));
        insta::assert_json_snapshot!("check", shape(&read(desk, answer.id())));
        let least = json!({ "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "Least" });
        let least = desk.admin().post(CHECKS, &least).id();
        insta::assert_json_snapshot!("least", shape(&read(desk, least)));
    }

    fn an_absent_verification_type_follows_the_document_type(desk) {
        let world = desk.world();
        let made = |with: Value| {
            let id = desk.check(world.business, world.coworker, &with);
            read(desk, id)["VerificationType"].as_i64().expect("a number")
        };
        assert_eq!(made(json!({})), 0);
        assert_eq!(made(json!({ "IdentityDocumentType": 1 })), 1);
        assert_eq!(made(json!({ "AddressDocumentType": 9 })), 2);
        assert_eq!(made(json!({ "IdentityDocumentType": 1, "VerificationType": 2 })), 2);
        assert_eq!(made(json!({ "IdentityDocumentType": 0, "AddressDocumentType": 4 })), 2);
    }

    fn one_request_asks_for_two_checks(desk) {
        let world = desk.world();
        let mut body = json!({
            "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "Both",
            "IdentityCheckProvider1": 1, "VerificationType1": 1, "Description1": "A passport",
            "IdentityCheckProvider2": 2, "VerificationType2": 2, "Description2": "A bank statement",
        });
        let first = desk.admin().post(CHECKS, &body).id();
        let pair = desk.admin().get(&format!("{CHECKS}?CoworkerIdentityCheck_Name=Both")).records();
        assert_eq!(pair.len(), 2);
        assert_eq!(pair[0]["Id"], first, "the answer's id is the first one's");
        let told = |check: &Value| {
            [&check["IdentityCheckProvider"], &check["VerificationType"], &check["Description"]].map(Value::clone)
        };
        assert_eq!(told(&pair[0]), [json!(1), json!(1), json!("A passport")]);
        assert_eq!(told(&pair[1]), [json!(2), json!(2), json!("A bank statement")]);
        assert_eq!(pair[0]["IdentityCheckGroupGuid"], pair[1]["IdentityCheckGroupGuid"]);
        assert_ne!(pair[0]["IdentityCheckGroupGuid"], read(desk, world.check)["IdentityCheckGroupGuid"]);
        assert_ne!(pair[0]["UniqueId"], pair[1]["UniqueId"]);
        for check in &pair {
            assert_eq!(desk.audit("CoworkerIdentityCheck", check["Id"].as_i64().expect("an id")).len(), 1);
        }

        body["Name"] = json!("One");
        for absent in ["IdentityCheckProvider2", "VerificationType2", "Description2"] {
            body[absent] = Value::Null;
        }
        desk.admin().post(CHECKS, &body).id();
        let one = desk.admin().get(&format!("{CHECKS}?CoworkerIdentityCheck_Name=One")).records();
        assert_eq!(one.len(), 1);
        assert_eq!(told(&one[0]), [json!(1), json!(1), json!("A passport")]);

        body["Name"] = json!("None");
        body["VerificationType2"] = json!(77);
        let errors = desk.admin().post(CHECKS, &body).errors();
        assert_eq!(errors, ["VerificationType2: must be a value of eIdVerificationType"]);
        let none = desk.admin().get(&format!("{CHECKS}?CoworkerIdentityCheck_Name=None")).records();
        assert_eq!(none, Vec::<Value>::new());
    }

    fn a_record_of_one_desk_can_be_posted_again(desk) {
        let world = desk.world();
        let id = desk.admin().post(CHECKS, &full(&world)).id();
        let record = read(desk, id);
        let copy = desk.admin().post(CHECKS, &record).id();
        assert_ne!(copy, id);
        let mut copied = read(desk, copy);
        for own in ["Id", "UniqueId", "CreatedOn", "UpdatedOn", "IdentityCheckGroupGuid"] {
            copied[own] = record[own].clone();
        }
        assert_eq!(copied, record);
    }

    fn what_is_read_only_is_ignored(desk) {
        let world = desk.world();
        let claims = json!({
            "VerificationStatus": 3, "LastError": "claimed", "BusinessName": "claimed", "IsNew": true, "Id": 4711,
            "CoworkerFullName": "claimed", "CoworkerCoworkerType": "Company", "ToStringText": "claimed",
            "IdentityCheckGroupGuid": "11111111-2222-4333-8444-555555555555",
            "UniqueId": "11111111-2222-4333-8444-555555555555", "CreatedOn": "2001-01-01T00:00:00Z",
            "UpdatedBy": "claimed", "Unknown": { "deep": [1] },
        });
        let id = desk.check(world.business, world.coworker, &claims);
        assert_ne!(id, 4711);
        let made = read(desk, id);
        assert!(!made.to_string().contains("claimed") && !made.to_string().contains("11111111"), "{made}");
        assert_eq!(made["VerificationStatus"], 1);
        let mut claims = claims;
        claims["Id"] = json!(id);
        desk.admin().patch(CHECKS, &claims).id();
        let mut after = read(desk, id);
        after["UpdatedOn"] = made["UpdatedOn"].clone();
        assert_eq!(after, made);
    }

    fn put_replaces_and_patch_changes(desk) {
        let world = desk.world();
        let id = desk.admin().post(CHECKS, &full(&world)).id();
        let before = read(desk, id);

        desk.admin().patch(CHECKS, &json!({ "Id": id, "Description": "Changed" })).id();
        let mut wanted = before.clone();
        wanted["Description"] = json!("Changed");
        let mut patched = read(desk, id);
        patched["UpdatedOn"] = wanted["UpdatedOn"].clone();
        assert_eq!(patched, wanted);

        let answer = desk.admin().put(CHECKS, &before);
        assert_eq!(answer.record()["Message"], "CoworkerIdentityCheck was successfully updated.");
        assert_eq!(answer.id(), id);
        let mut back = read(desk, id);
        back["UpdatedOn"] = before["UpdatedOn"].clone();
        assert_eq!(back, before, "the whole record sent back changes nothing");

        let path = format!("{CHECKS}/{id}");
        let least = json!({ "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "Least" });
        assert_eq!(desk.admin().put(&path, &least).id(), id);
        let after = read(desk, id);
        for (name, empty) in [
            ("Description", Value::Null), ("IdentityDocumentNumber", Value::Null), ("SystemId", Value::Null),
            ("IdentityDocumentExpirationDate", Value::Null), ("ProposalGuid", Value::Null), ("Billed", json!(false)),
            ("IdentityDocumentType", json!(0)), ("VerificationType", json!(0)), ("IdentityCheckProvider", json!(0)),
        ] {
            assert_eq!(after[name], empty, "{name}");
        }
        for kept in ["UniqueId", "CreatedOn", "IdentityCheckGroupGuid", "VerificationStatus"] {
            assert_eq!(after[kept], before[kept], "{kept}");
        }
        assert_eq!(desk.admin().put(&path, &json!({ "Name": "x" })).errors(), [
            "BusinessId: is a required field", "CoworkerId: is a required field",
        ]);
    }

    fn the_ids_of_path_and_body_must_agree(desk) {
        let world = desk.world();
        let other = desk.check(world.business, world.coworker, &json!({}));
        let mut body = read(desk, world.check);
        body["Name"] = json!("Moved");
        let errors = desk.admin().put(&format!("{CHECKS}/{other}"), &body).errors();
        assert_eq!(errors, ["Id: must be the one in the path"]);
        assert_eq!(read(desk, world.check)["Name"], "Check");
        assert_eq!(read(desk, other)["Name"], "Check");
        body["Id"] = Value::Null;
        assert_eq!(desk.admin().put(CHECKS, &body).errors(), ["Id: is a required field"]);
        assert_eq!(desk.admin().patch(CHECKS, &json!({ "Name": "x" })).errors(), ["Id: is a required field"]);
        assert_eq!(desk.admin().put(&format!("{CHECKS}/{}", world.check), &body).id(), world.check);
        body["Id"] = json!(99_999);
        desk.admin().put(CHECKS, &body).is_not_found();
        desk.admin().patch(CHECKS, &body).is_not_found();
        desk.admin().put(&format!("{CHECKS}/99999"), &body).is_not_found();
    }

    fn everything_that_is_wrong_is_listed(desk) {
        let answer = desk.admin().post(CHECKS, &json!({
            "BusinessId": 4711, "Name": "  ", "Billed": "maybe", "IdentityDocumentType": 98,
            "Description": "x".repeat(4001),
            "IdentityDocumentExpirationDate": "31.12.2030", "ProposalGuid": "guid", "IdentityCheckProvider": 1.5,
        }));
        insta::assert_json_snapshot!("errors", answer.json());
        assert_eq!(answer.status, 400);
        assert_eq!(answer.errors().len(), 9);
        assert_eq!(desk.admin().get(CHECKS).record()["TotalItems"], 0);
    }

    fn deleting_a_check_deletes_its_documents(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let second = desk.document(&world, &json!({}));
        let stays = desk.check(world.business, world.coworker, &json!({}));
        let before = desk.audit_count();
        let answer = desk.admin().delete(&format!("{CHECKS}/{}", world.check));
        assert_eq!(answer.done()["Message"], "CoworkerIdentityCheck was successfully deleted.");
        assert_eq!(desk.audit_count(), before + 3, "an entry for the check and each document");
        desk.admin().get(&format!("{CHECKS}/{}", world.check)).is_not_found();
        for document in [document, second] {
            desk.admin().get(&format!("{DOCUMENTS}/{document}")).is_not_found();
            desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}")).is_not_found();
            let entries = desk.audit("CoworkerIdentityCheckDocument", document);
            assert_eq!(entries.last().expect("an entry")["AuditType"], 3);
        }
        assert_eq!(desk.admin().get(CHECKS).ids(), [stays]);
        desk.admin().delete(&format!("{CHECKS}/{}", world.check)).is_not_found();
        assert_eq!(desk.audit_count(), before + 3, "what was refused leaves no entry");
    }

    fn a_changed_check_asks_for_other_slots(desk) {
        let world = desk.world();
        desk.admin().patch(CHECKS, &json!({ "Id": world.check, "IdentityDocumentType": 3 })).id();
        let photo = desk.files.put("face.jpg", jpeg(1));
        let front = desk.files.put("front.jpg", jpeg(2));
        let document = desk.document(&world, &json!({ "NewPhotoUrl": photo, "NewDocumentUrl": front }));
        let status = || {
            let document = desk.admin().get(&format!("{DOCUMENTS}/{document}")).record();
            (read(desk, world.check)["VerificationStatus"].clone(), document["VerificationStatus"].clone())
        };
        assert_eq!(status(), (json!(1), json!(1)), "an identity card lacks its back");
        desk.admin().patch(CHECKS, &json!({ "Id": world.check, "IdentityDocumentType": 1 })).id();
        assert_eq!(status(), (json!(2), json!(2)), "a passport has none");
    }
}
