//! `/api/spaces/coworkeridentitycheckdocuments` (contract section 2, and the publisher's page of the create).

use serde_json::{Value, json};

use crate::harness::{CHECKS, COWORKERS, DOCUMENTS, Desk, World, jpeg, png, shape};

fn read(desk: &Desk, id: i64) -> Value {
    desk.admin().get(&format!("{DOCUMENTS}/{id}")).record()
}

fn least(world: &World) -> Value {
    json!({ "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Passport" })
}

on_both_stores! {
    fn the_publishers_example(desk) {
        let world = desk.world();
        let answer = desk.admin().post(DOCUMENTS, &least(&world));
        insta::assert_json_snapshot!("created", shape(&answer.record()));
        let order: Vec<String> = answer.text().split('"').skip(1).step_by(2).map(str::to_owned).collect();
        let wanted = ["Status", "Message", "CoworkerIdentityCheckDocument was successfully created.", "Value", "Id"];
        assert_eq!(order[..5], wanted, "the publisher's order");
        insta::assert_json_snapshot!("least", shape(&read(desk, answer.id())));

        let mut body = least(&world);
        body["Name"] = Value::Null;
        let answer = desk.admin().post(DOCUMENTS, &body);
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json(), json!({
            "Message": "Name: is a required field", "Value": null, "WasSuccessful": false,
            "Errors": [{ "AttemptedValue": null, "Message": "is a required field", "PropertyName": "Name" }],
        }));
        assert_eq!(desk.admin().post(DOCUMENTS, &json!({})).errors(), [
            "CoworkerId: is a required field", "CoworkerIdentityCheckId: is a required field",
            "Name: is a required field",
        ]);
    }

    fn a_full_document_shows_its_check_as_texts(desk) {
        let world = desk.world();
        desk.admin().patch(COWORKERS, &json!({
            "Id": world.coworker, "CoworkerType": 2, "CompanyName": "Engines Ltd", "BillingName": "Engines",
        })).id();
        desk.admin().patch(CHECKS, &json!({
            "Id": world.check, "IdentityDocumentNumber": "P-1", "IdentityDocumentIssuedBy": "Utopia",
            "IdentityDocumentExpirationDate": "2031-02-03T04:05:06Z", "AddressDocumentType": 9,
        })).id();
        let [photo, front] = [desk.files.put("face.jpg", jpeg(1)), desk.files.put("front.png", png(2))];
        let back = desk.files.put("the%20back.jpg", jpeg(3));
        let id = desk.document(&world, &json!({
            "Notes": "Please look at page 2", "SystemId": "crm-9", "NewPhotoUrl": photo, "NewDocumentUrl": front,
            "NewAdditionalDocumentUrl": back,
        }));
        insta::assert_json_snapshot!("full", shape(&read(desk, id)));
    }

    fn derived_properties_follow_what_they_come_from(desk) {
        let world = desk.world();
        let id = desk.document(&world, &json!({ "CoworkerFullName": "claimed", "VerificationStatus": 3 }));
        assert_eq!(read(desk, id)["CoworkerFullName"], "Ada Lovelace");
        assert_eq!(read(desk, id)["VerificationStatus"], 1);
        desk.admin().patch(COWORKERS, &json!({ "Id": world.coworker, "FullName": "Countess of Lovelace" })).id();
        desk.admin().patch(CHECKS, &json!({ "Id": world.check, "Name": "Renamed" })).id();
        let after = read(desk, id);
        assert_eq!(after["CoworkerFullName"], "Countess of Lovelace");
        assert_eq!(after["CoworkerIdentityCheckName"], "Renamed");
        assert_eq!(after["ToStringText"], "Document");
    }

    fn a_put_leaves_files_and_empties_the_rest(desk) {
        let world = desk.world();
        let [photo, front] = [desk.files.put("face.jpg", jpeg(1)), desk.files.put("front.png", png(2))];
        let made = json!({ "Notes": "n", "SystemId": "s", "NewPhotoUrl": photo, "NewDocumentUrl": front });
        let id = desk.document(&world, &made);
        let before = read(desk, id);
        assert_eq!(desk.admin().put(DOCUMENTS, &before).id(), id);
        let mut back = read(desk, id);
        back["UpdatedOn"] = before["UpdatedOn"].clone();
        assert_eq!(back, before, "the whole record sent back changes nothing");
        let file = || desk.admin().get(&format!("{DOCUMENTS}/getphoto/{id}")).bytes;
        let kept = file();

        assert_eq!(desk.admin().put(&format!("{DOCUMENTS}/{id}"), &least(&world)).id(), id);
        let after = read(desk, id);
        assert_eq!((&after["Notes"], &after["SystemId"]), (&Value::Null, &Value::Null));
        assert_eq!(after["PhotoFileName"], "face.jpg");
        assert_eq!(file(), kept);

        let mut cleared = least(&world);
        cleared["Id"] = json!(id);
        cleared["ClearPhotoFile"] = json!(true);
        cleared["NewDocumentUrl"] = json!(desk.files.put("other.jpg", jpeg(9)));
        desk.admin().put(DOCUMENTS, &cleared).id();
        let after = read(desk, id);
        assert_eq!(after["PhotoFileName"], Value::Null);
        assert_eq!(after["DocumentFileName"], "other.jpg");
        for instruction in ["ClearPhotoFile", "NewDocumentUrl", "NewPhotoUrl", "ClearDocumentFile"] {
            assert_eq!(after[instruction], Value::Null, "{instruction}");
        }
        desk.admin().get(&format!("{DOCUMENTS}/getphoto/{id}")).is_not_found();

        desk.admin().patch(DOCUMENTS, &json!({ "Id": id, "Notes": "only this" })).id();
        let patched = read(desk, id);
        assert_eq!(patched["Notes"], "only this");
        assert_eq!((&patched["Name"], &patched["DocumentFileName"]), (&after["Name"], &after["DocumentFileName"]));
    }

    fn a_document_belongs_to_one_check_and_its_customer(desk) {
        let world = desk.world();
        let stranger = desk.coworker("Charles Babbage", &[world.business]);
        let errors = |name: &str, value: i64| {
            let mut body = least(&world);
            body[name] = json!(value);
            let answer = desk.admin().post(DOCUMENTS, &body);
            assert_eq!(answer.json()["Errors"][0]["AttemptedValue"], value);
            answer.errors()
        };
        assert_eq!(errors("CoworkerIdentityCheckId", 4711), ["CoworkerIdentityCheckId: does not exist"]);
        assert_eq!(errors("CoworkerId", stranger), ["CoworkerId: must be the customer of the check"]);
        assert_eq!(errors("CoworkerId", 4711).len(), 1);
        let id = desk.document(&world, &json!({}));
        let other = desk.check(world.business, world.coworker, &json!({}));
        let moved = desk.admin().patch(DOCUMENTS, &json!({ "Id": id, "CoworkerIdentityCheckId": other }));
        assert_eq!(moved.errors(), ["CoworkerIdentityCheckId: can't change: a document stays with its check"]);
        assert_eq!(read(desk, id)["CoworkerIdentityCheckId"], world.check);
    }

    fn a_new_file_and_clear_for_one_slot_are_refused(desk) {
        let world = desk.world();
        let url = desk.files.put("face.jpg", jpeg(1));
        for slot in ["Photo", "Document", "AdditionalDocument"] {
            let (new, clear) = (format!("New{slot}Url"), format!("Clear{slot}File"));
            let mut body = least(&world);
            body[&new] = json!(url);
            body[&clear] = json!(true);
            let wanted = format!("{clear}: can't be true together with {new}");
            assert_eq!(desk.admin().post(DOCUMENTS, &body).errors(), [wanted]);
        }
        assert_eq!(desk.admin().get(DOCUMENTS).record()["TotalItems"], 0);
        assert_eq!(desk.files.asked(), Vec::<String>::new(), "nothing is fetched for it");
        let mut body = least(&world);
        body["NewPhotoUrl"] = json!(url);
        body["ClearPhotoFile"] = json!(false);
        body["ClearDocumentFile"] = json!(true);
        let id = desk.admin().post(DOCUMENTS, &body).id();
        assert_eq!(read(desk, id)["PhotoFileName"], "face.jpg");
    }

    fn a_deleted_document_is_gone(desk) {
        let world = desk.world();
        let id = desk.complete_document(&world);
        let before = desk.audit_count();
        let answer = desk.admin().delete(&format!("{DOCUMENTS}/{id}"));
        assert_eq!(answer.done()["Message"], "CoworkerIdentityCheckDocument was successfully deleted.");
        desk.admin().get(&format!("{DOCUMENTS}/{id}")).is_not_found();
        desk.admin().delete(&format!("{DOCUMENTS}/{id}")).is_not_found();
        // Its check waited for the reviewer with it only: it waits for the customer again, which is a change of its own.
        let check = desk.admin().get(&format!("{CHECKS}/{}", world.check)).record();
        assert_eq!(check["VerificationStatus"], 1);
        assert_eq!(desk.audit_count(), before + 2);
    }
}
