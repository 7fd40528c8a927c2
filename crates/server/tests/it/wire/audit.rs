//! `/api/sys/audittrailentries` (contract section 7): one entry for each record that a request changes.

use serde_json::{Value, json};

use crate::harness::{AUDIT, Answer, BUSINESSES, CHECKS, COWORKERS, DOCUMENTS, Desk, USERS, jpeg, shape};

/// The entries that a request has left, oldest first.
fn left(desk: &Desk, request: impl FnOnce() -> Answer) -> Vec<Value> {
    let last = desk.admin().get(&format!("{AUDIT}?dir=1&size=1")).records();
    let after = last.first().map_or(0, |entry| entry["Id"].as_i64().expect("an id")) + 1;
    let answer = request();
    let entries = desk.admin().get(&format!("{AUDIT}?from_AuditTrailEntry_Id={after}&size=1000")).records();
    for entry in &entries {
        assert_eq!(entry["RequestId"], answer.header("x-request-id"), "{answer}");
        assert_eq!(entry["RemoteAddress"], "127.0.0.1", "{answer}");
    }
    entries
}

/// Entity, id and type of each entry.
fn what(entries: &[Value]) -> Vec<(String, Option<i64>, i64)> {
    let text = |entry: &Value| entry["EntityShortName"].as_str().expect("a name").to_owned();
    let kind = |entry: &Value| entry["AuditType"].as_i64().expect("a number");
    entries.iter().map(|entry| (text(entry), entry["EntityId"].as_i64(), kind(entry))).collect()
}

fn one(entity: &str, id: i64, kind: i64) -> Vec<(String, Option<i64>, i64)> {
    vec![(entity.to_owned(), Some(id), kind)]
}

on_both_stores! {
    fn every_change_leaves_one_entry(desk) {
        let world = desk.world();
        let admin = desk.admin();
        let check = ("CoworkerIdentityCheck", world.check);
        let document = desk.document(&world, &json!({}));
        let own = ("CoworkerIdentityCheckDocument", document);
        let path = |(entity, id): (&str, i64)| match entity {
            "CoworkerIdentityCheck" => format!("{CHECKS}/{id}"),
            _ => format!("{DOCUMENTS}/{id}"),
        };
        let whole = admin.get(&path(check)).record();
        let changes: Vec<(Answer, Vec<Value>)> = [
            (CHECKS, json!({ "Id": world.check, "Description": "x" })),
            (DOCUMENTS, json!({ "Id": document, "Notes": "x" })),
            (COWORKERS, json!({ "Id": world.coworker, "FullName": "New" })),
            (BUSINESSES, json!({ "Id": world.business, "Name": "New" })),
        ].into_iter().map(|(path, body)| {
            let mut answer = None;
            let entries = left(desk, || {
                let given = admin.patch(path, &body);
                answer = Some(given.clone());
                given
            });
            (answer.expect("an answer"), entries)
        }).collect();
        for (answer, entries) in &changes {
            assert_eq!(entries.len(), 1, "{answer}");
            assert_eq!((&entries[0]["AuditType"], &entries[0]["EntityId"]), (&json!(2), &json!(answer.id())));
            assert_eq!(entries[0]["ActionBy"], "admin@example.com");
            assert_eq!(entries[0]["BusinessId"], world.business);
        }
        assert_eq!(what(&left(desk, || admin.put(CHECKS, &whole))), one(check.0, check.1, 2));
        let upload = || admin.upload(&format!("{DOCUMENTS}/uploaddocument/{document}"), "a.jpg", &jpeg(1));
        assert_eq!(what(&left(desk, upload)), one(own.0, own.1, 2), "the check is not complete yet");
        let look = || admin.get(&format!("{DOCUMENTS}/getdocument/{document}"));
        let entries = left(desk, look);
        assert_eq!(what(&entries), one(own.0, own.1, 100), "looking at a file is on record");
        insta::assert_json_snapshot!("look", shape(&entries[0]));
        let part = || admin.get_with(&format!("{DOCUMENTS}/getdocument/{document}"), &[("range", "bytes=0-1")]);
        assert_eq!(what(&left(desk, part)), one(own.0, own.1, 100));
        for read in [&*path(check), CHECKS, &*path(own), DOCUMENTS, "/api/auth/me", AUDIT] {
            assert_eq!(left(desk, || admin.get(read)), Vec::<Value>::new(), "{read}");
        }
        for refused in [CHECKS, DOCUMENTS, BUSINESSES, USERS] {
            assert_eq!(left(desk, || admin.post(refused, &json!({}))), Vec::<Value>::new(), "{refused}");
        }
        assert_eq!(what(&left(desk, || admin.delete(&path(own)))), one(own.0, own.1, 3));
        assert_eq!(what(&left(desk, || admin.delete(&path(check)))), one(check.0, check.1, 3));
    }

    fn a_submission_leaves_an_entry_for_document_and_check(desk) {
        let world = desk.world();
        let photo = desk.files.put("face.jpg", jpeg(1));
        let front = desk.files.put("front.jpg", jpeg(2));
        let mut document = 0;
        let entries = left(desk, || {
            let answer = desk.admin().post(DOCUMENTS, &json!({
                "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Passport",
                "NewPhotoUrl": photo, "NewDocumentUrl": front,
            }));
            document = answer.id();
            answer
        });
        let mut told = what(&entries);
        told.sort();
        assert_eq!(told, [
            ("CoworkerIdentityCheck".to_owned(), Some(world.check), 2),
            ("CoworkerIdentityCheckDocument".to_owned(), Some(document), 1),
        ]);
        let made = entries.iter().find(|entry| entry["AuditType"] == 1).expect("the document's entry");
        let sources = made["NewValue"].as_str().expect("values");
        let sources: Value = serde_json::from_str(sources).expect("a JSON object");
        assert_eq!(sources["Sources"].as_array().map(Vec::len), Some(2));
        assert_eq!(sources["Sources"][0]["Address"], "127.0.0.1");
        assert!(!made.to_string().contains("face.jpg?") && !made.to_string().contains(&photo), "no URL");
    }

    fn values_before_and_after(desk) {
        let world = desk.world();
        let change = json!({ "Id": world.check, "IdentityDocumentNumber": "P-1", "Billed": true });
        desk.admin().patch(CHECKS, &change).id();
        let entries = left(desk, || {
            desk.admin().patch(CHECKS, &json!({ "Id": world.check, "IdentityDocumentNumber": "P-2", "Billed": true }))
        });
        insta::assert_json_snapshot!("changed", shape(&entries[0]));
        let created = desk.audit("CoworkerIdentityCheck", world.check).remove(0);
        let mut shown = shape(&created);
        let new: Value = serde_json::from_str(created["NewValue"].as_str().expect("values")).expect("a JSON object");
        shown["NewValue"] = shape(&new);
        insta::assert_json_snapshot!("created", shown);
        assert!(!entries[0]["Description"].as_str().expect("a text").contains("P-"),
            "no personal data but in the values");
    }

    fn sign_ins_are_on_record(desk) {
        let sign_in = |password: &str| {
            let form = [("grant_type", "password"), ("username", "admin@example.com"), ("password", password)];
            desk.anonymous().form("/api/token", &form)
        };
        let good = left(desk, || sign_in("correct horse battery staple"));
        assert_eq!((good.len(), &good[0]["AuditType"]), (1, &json!(101)));
        assert_eq!(good[0]["ActionBy"], "admin@example.com");
        let bad = left(desk, || sign_in("wrong password"));
        assert_eq!((bad.len(), &bad[0]["AuditType"]), (1, &json!(102)));
        assert!(!bad[0].to_string().contains("wrong password"));
        let entries = desk.admin().get(&format!("{AUDIT}?AuditTrailEntry_AuditType=SignIn")).records();
        assert!(entries.iter().all(|entry| entry["AuditType"] == 101) && !entries.is_empty());
    }

    fn filters_of_the_trail(desk) {
        let world = desk.world();
        let find = |query: String| desk.admin().get(&format!("{AUDIT}?{query}")).records();
        let check = world.check;
        let own = find(format!("AuditTrailEntry_EntityShortName=identitycheck&AuditTrailEntry_EntityId={check}"));
        assert_eq!(own.len(), 1);
        assert!(find(format!("AuditTrailEntry_Business={}", world.business)).len() >= 3);
        assert_eq!(find("AuditTrailEntry_AuditType=3".to_owned()), Vec::<Value>::new());
        assert_eq!(find("to_AuditTrailEntry_CreatedOn=2001-01-01".to_owned()), Vec::<Value>::new());
        let id = own[0]["Id"].as_i64().expect("an id");
        assert_eq!(desk.admin().get(&format!("{AUDIT}/{id}")).record(), own[0]);
        assert_eq!(desk.admin().get(&format!("{AUDIT}/?id=[{id}]")).record(), json!([own[0]]));
    }
}
