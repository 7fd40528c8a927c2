//! What every write has in common (contract section 4).

use serde_json::{Value, json};
use ureq::http::Method;

use crate::harness::{CHECKS, COWORKERS, DOCUMENTS, Desk, jpeg, shape};

/// A record without what differs between two of the same content.
fn content(desk: &Desk, path: &str, id: i64) -> Value {
    let mut record = shape(&desk.admin().get(&format!("{path}/{id}")).record());
    record["Id"] = json!("[id]");
    record
}

on_both_stores! {
    fn forms_are_bound_like_json(desk) {
        let world = desk.world();
        let [business, coworker] = [world.business, world.coworker].map(|id| id.to_string());
        let json = desk.admin().post(CHECKS, &json!({
            "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "A & B + Grüße", "Billed": true,
            "IdentityDocumentType": 3, "IdentityDocumentExpirationDate": "2031-02-03T04:05:06Z",
        })).id();
        let form = desk.admin().form(CHECKS, &[
            ("BusinessId", &business), ("CoworkerId", &coworker), ("Name", "A & B + Grüße"), ("Billed", "true"),
            ("IdentityDocumentType", "3"), ("IdentityDocumentExpirationDate", "2031-02-03T04:05:06Z"),
        ]).id();
        assert_eq!(content(desk, CHECKS, form), content(desk, CHECKS, json));

        let id = form.to_string();
        let put = [("Id", &*id), ("BusinessId", &business), ("CoworkerId", &coworker), ("Name", "Put")];
        assert_eq!(desk.admin().form_by(Method::PUT, CHECKS, &put).id(), form);
        desk.admin().put(CHECKS, &json!({
            "Id": json, "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "Put",
        })).id();
        assert_eq!(content(desk, CHECKS, form), content(desk, CHECKS, json));
        assert_eq!(desk.admin().form_by(Method::PATCH, CHECKS, &[("Id", &id), ("Billed", "True")]).id(), form);
        assert_eq!(content(desk, CHECKS, form)["Billed"], true);
        assert_eq!(desk.admin().form(CHECKS, &[]).errors(), desk.admin().post(CHECKS, &json!({})).errors());

        let customer = [
            ("FullName", "Eve"), ("Email", "eve@example.com"), ("Businesses", &*business), ("Businesses", &*business),
        ];
        let customer = desk.admin().form(COWORKERS, &customer).id();
        let customer = desk.admin().get(&format!("{COWORKERS}/{customer}")).record();
        assert_eq!(customer["Businesses"], json!([world.business]), "a key that stands twice is a list");
        let url = desk.files.put("face.jpg", jpeg(1));
        let check = world.check.to_string();
        let document = desk.admin().form(DOCUMENTS, &[
            ("CoworkerId", &coworker), ("CoworkerIdentityCheckId", &check), ("Name", "Form"), ("NewPhotoUrl", &url),
        ]).id();
        assert_eq!(content(desk, DOCUMENTS, document)["PhotoFileName"], "face.jpg");
    }

    fn numbers_and_flags_also_as_texts(desk) {
        let world = desk.world();
        let id = desk.admin().post(CHECKS, &json!({
            "BusinessId": world.business.to_string(), "CoworkerId": world.coworker.to_string(), "Name": "Texts",
            "Billed": "true", "IdentityDocumentType": "1", "IdentityCheckProvider": "Manual",
        })).id();
        let record = desk.admin().get(&format!("{CHECKS}/{id}")).record();
        assert_eq!(record["Billed"], true);
        assert_eq!((&record["IdentityDocumentType"], &record["IdentityCheckProvider"]), (&json!(1), &json!(1)));
        desk.admin().patch(CHECKS, &json!({ "Id": id.to_string(), "Billed": "False" })).id();
        assert_eq!(desk.admin().get(&format!("{CHECKS}/{id}")).record()["Billed"], false);
        let document = json!({
            "CoworkerId": world.coworker.to_string(), "CoworkerIdentityCheckId": world.check.to_string(), "Name": 7,
            "ClearPhotoFile": "true",
        });
        let document = desk.admin().post(DOCUMENTS, &document).id();
        assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/{document}")).record()["Name"], "7");
    }

    fn answers_are_json_whatever_is_accepted(desk) {
        let world = desk.world();
        let path = format!("{CHECKS}/{}", world.check);
        let wanted = desk.admin().get(&path).record();
        for accept in ["text/html", "application/xml;q=1, */*;q=0", "nonsense", "image/png", "application/json"] {
            assert_eq!(desk.admin().get_with(&path, &[("accept", accept)]).record(), wanted, "{accept}");
            desk.admin().get_with(&format!("{CHECKS}/4711"), &[("accept", accept)]).is_not_found();
            desk.anonymous().get_with(&path, &[("accept", accept)]).is_denied();
        }
    }

    fn bodies_of_every_json_media_type(desk) {
        let world = desk.world();
        let body = json!({ "Id": world.check, "Description": "said" }).to_string();
        for media in ["application/json", "application/json; charset=utf-8", "Application/JSON", "text/json"] {
            let headers = [("content-type", media)];
            desk.admin().send(Method::PATCH, CHECKS, &headers, Some(body.as_bytes())).id();
        }
        desk.admin().send(Method::PATCH, CHECKS, &[], Some(body.as_bytes())).id();
        let lower = json!({ "id": world.check, "DESCRIPTION": "lower" });
        desk.admin().patch(CHECKS, &lower).id();
        assert_eq!(desk.admin().get(&format!("{CHECKS}/{}", world.check)).record()["Description"], "lower");
    }

    fn texts_come_back_as_they_were(desk) {
        let world = desk.world();
        for text in ["\u{1F600} \u{202e}\t\"\\/\r\n", "'; DROP TABLE checks; --", "\u{7f}\u{80}\u{ffff}", " spaces "] {
            desk.admin().patch(CHECKS, &json!({ "Id": world.check, "Description": text })).id();
            let record = desk.admin().get(&format!("{CHECKS}/{}", world.check)).record();
            assert_eq!(record["Description"], text);
        }
        let zero = desk.admin().patch(CHECKS, &json!({ "Id": world.check, "Description": "a\0b" }));
        assert_eq!(zero.errors(), ["Description: must not contain the character U+0000"]);
    }
}
