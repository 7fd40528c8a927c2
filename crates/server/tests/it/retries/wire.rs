//! Idempotency keys over HTTP.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use ureq::http::Method;

use crate::harness::bench::amount;
use crate::harness::{Answer, BUSINESSES, CHECKS, COWORKERS, Client, DOCUMENTS, Desk, every_role, jpeg, png};

/// Clients that send one request at one time.
const AT_ONCE: usize = 100;
/// How many keys are raced for, unless `PROOFDESK_TEST_KEYS` says otherwise.
const KEYS: usize = 50;

fn post(by: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    by.send(Method::POST, path, &headers, Some(body.to_string().as_bytes()))
}

fn upload(by: &Client, path: &str, key: &str, boundary: &str, name: &str, bytes: &[u8]) -> Answer {
    let head =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    let media = format!("multipart/form-data; boundary={boundary}");
    by.send(Method::POST, path, &[("content-type", &media), ("idempotency-key", key)], Some(&body))
}

#[track_caller]
fn again(first: &Answer, second: &Answer) {
    assert_eq!((second.status, &second.bytes), (first.status, &first.bytes), "{second}");
    assert_eq!(second.header("content-type"), first.header("content-type"));
    assert_eq!((first.header("idempotency-replayed"), second.header("idempotency-replayed")), ("", "true"));
}

fn named(desk: &Desk, path: &str, filter: &str) -> usize {
    desk.admin().get(&format!("{path}?{filter}&size=1000")).records().len()
}

on_both_stores! {
    fn the_same_request_again_does_nothing(desk) {
        let place = desk.world();
        let admin = desk.admin();
        let before = desk.audit_count();
        let customer = json!({ "FullName": "Grace", "Email": "grace@example.com", "Businesses": [place.business] });
        let pair = json!({
            "BusinessId": place.business, "CoworkerId": place.coworker, "Name": "Pair", "VerificationType1": 1,
            "VerificationType2": 2,
        });
        let url = desk.files.put("face.jpg", jpeg(1));
        let document = json!({
            "CoworkerId": place.coworker, "CoworkerIdentityCheckId": place.check, "Name": "D", "NewPhotoUrl": url,
        });
        for (path, body) in [(COWORKERS, &customer), (CHECKS, &pair), (DOCUMENTS, &document), (BUSINESSES, &json!({ "Name": "B" }))] {
            let first = post(admin, path, "k", body);
            let count = desk.audit_count();
            for _ in 0..3 {
                again(&first, &post(admin, path, "k", body));
            }
            assert_eq!(desk.audit_count(), count, "{path}");
            assert_eq!(admin.get(&format!("{path}/{}", first.id())).status, 200);
            let other = post(admin, path, "another", body);
            assert_ne!(other.id(), first.id());
        }
        assert_eq!(desk.files.asked().iter().filter(|path| *path == "/face.jpg").count(), 2, "fetched for each key once");
        assert!(desk.audit_count() > before);
        // A form, and no key at all.
        let form = |key: &str| admin.send(
            Method::POST, BUSINESSES,
            &[("content-type", "application/x-www-form-urlencoded"), ("idempotency-key", key)], Some(b"Name=Form"),
        );
        again(&form("form"), &form("form"));
        assert_ne!(admin.post(BUSINESSES, &json!({ "Name": "B" })).id(), admin.post(BUSINESSES, &json!({ "Name": "B" })).id());
    }

    fn a_decision_and_an_upload_are_told_again(desk) {
        let place = desk.world();
        let admin = desk.admin();
        let document = desk.document(&place, &json!({}));
        let path = format!("{DOCUMENTS}/uploadphoto/{document}");
        let first = upload(admin, &path, "u", "one", "a.png", &png(1));
        let entries = desk.audit_count();
        again(&first, &upload(admin, &path, "u", "another-boundary", "a.png", &png(1)));
        for (name, bytes) in [("b.png", png(1)), ("a.png", png(2)), ("a.png", vec![7; 100]), ("a.png", vec![7; 21 << 20])] {
            upload(admin, &path, "u", "one", name, &bytes).message(422);
        }
        let elsewhere = desk.document(&place, &json!({}));
        upload(admin, &format!("{DOCUMENTS}/uploadphoto/{elsewhere}"), "u", "one", "a.png", &png(1)).message(422);
        let front = format!("{DOCUMENTS}/uploaddocument/{document}");
        upload(admin, &front, "u", "one", "b.png", &png(2)).id();
        assert_eq!(desk.audit_count(), entries + 3, "the second document, the front, and the check that follows");

        let run = |key: &str, command: &str| {
            post(admin, &format!("{CHECKS}/runcommand"), key, &json!({ "Key": command, "Ids": [place.check] }))
        };
        let verified = run("v", "MarkAsVerified");
        verified.done();
        let entries = desk.audit_count();
        again(&verified, &run("v", "MarkAsVerified"));
        run("v", "Cancel").message(422);
        assert!(run("w", "MarkAsVerified").refusal().contains("Successful"), "another key is another request");
        assert_eq!(desk.audit_count(), entries);
        // The tag that was good then is stale now, and the answer is the same.
        let tag = admin.get(&format!("{DOCUMENTS}/{elsewhere}")).header("etag").to_owned();
        let conditional = || {
            let headers = [("content-type", "application/json"), ("idempotency-key", "c"), ("if-match", &tag)];
            let body = json!({ "Key": "Cancel", "Ids": [elsewhere] }).to_string();
            admin.send(Method::POST, &format!("{DOCUMENTS}/runcommand"), &headers, Some(body.as_bytes()))
        };
        again(&conditional(), &conditional());
    }

    fn another_request_with_the_key_is_refused(desk) {
        let admin = desk.admin();
        let body = json!({ "Name": "Once" });
        let first = post(admin, BUSINESSES, "key", &body);
        first.id();
        let message = post(admin, BUSINESSES, "key", &json!({ "Name": "Other" })).message(422);
        assert!(message.contains("Idempotency-Key"), "{message}");
        post(admin, BUSINESSES, "key", &json!({ "Name": "Once", "WebAddress": "" })).message(422);
        let with_query = post(admin, &format!("{BUSINESSES}?x=1"), "key", &body);
        with_query.message(422);
        again(&first, &post(admin, &BUSINESSES.to_uppercase().replace("/API", "/api"), "key", &body));
        assert_eq!(named(desk, BUSINESSES, "Business_Name=Once"), 1);
        // Another route is another scope.
        let coworker = json!({ "FullName": "C", "Email": "c@example.com", "InvoicingBusinessId": first.id() });
        post(admin, COWORKERS, "key", &coworker).id();
    }

    fn nobody_gets_an_answer_of_somebody_else(desk) {
        let [here, there] = [desk.world(), desk.world()];
        let roles = every_role(&["Coworker"]);
        let [first, second] = [here, there].map(|place| desk.user_with_roles(&roles, &[place.business]));
        let body = |place: i64| json!({ "FullName": "Same", "Email": "same@example.com", "Businesses": [place] });
        let own = post(&first, COWORKERS, "shared", &body(here.business));
        let others = post(&second, COWORKERS, "shared", &body(there.business));
        assert_ne!(own.id(), others.id());
        // Byte for byte the same request, by somebody who may not: as without a key.
        let refused = post(&second, COWORKERS, "shared", &body(here.business));
        refused.message(422);
        let refused = post(&second, COWORKERS, "mine", &body(here.business));
        assert_eq!(refused.errors(), ["Businesses: does not exist"]);
        post(&desk.anonymous(), COWORKERS, "shared", &body(here.business)).is_denied();
        post(&desk.user_with_roles(&["Coworker-Read"], &[here.business]), COWORKERS, "shared", &body(here.business)).is_denied();
        again(&own, &post(&first, COWORKERS, "shared", &body(here.business)));
    }

    fn what_was_refused_can_be_sent_again(desk) {
        let admin = desk.admin();
        let business = desk.business("Harbour");
        let body = |email: &str| json!({ "FullName": "N", "Email": email, "InvoicingBusinessId": business });
        assert_eq!(post(admin, COWORKERS, "r", &body("nonsense")).errors().len(), 1);
        let made = post(admin, COWORKERS, "r", &body("good@example.com"));
        again(&made, &post(admin, COWORKERS, "r", &body("good@example.com")));
        post(admin, COWORKERS, "r", &body("nonsense")).message(422);
        let long = "k".repeat(256);
        for bad in ["", long.as_str()] {
            let said = post(admin, COWORKERS, bad, &body("good@example.com")).errors();
            assert_eq!(said, ["Idempotency-Key: must be one key of 1 to 255 printable ASCII characters"]);
        }
        post(admin, COWORKERS, &long[1..], &body("good@example.com")).id();
        // On what isn't posted the header is nothing.
        let headers = [("content-type", "application/json"), ("idempotency-key", long.as_str())];
        let patch = json!({ "Id": made.id(), "FullName": "M" }).to_string();
        admin.send(Method::PATCH, COWORKERS, &headers, Some(patch.as_bytes())).id();
    }

    fn a_restart_forgets_nothing(desk) {
        let body = json!({ "Name": "Once" });
        let first = post(desk.admin(), BUSINESSES, "key", &body);
        let token = desk.admin().token().to_owned();
        desk.kill();
        desk.run();
        let admin = desk.anonymous().with_authorization(&format!("Bearer {token}"));
        again(&first, &post(&admin, BUSINESSES, "key", &body));
        post(&admin, BUSINESSES, "key", &json!({ "Name": "Twice" })).message(422);
    }

    fn a_hundred_at_once_have_one_effect(desk) {
        for number in 0..amount("PROOFDESK_TEST_KEYS", KEYS) {
            let (admin, key, body) = (desk.admin(), format!("key {number}"), json!({ "Name": format!("Raced-{number}-") }));
            let answers: Vec<Answer> = std::thread::scope(|scope| {
                let sent: Vec<_> = (0..AT_ONCE).map(|_| {
                    let (admin, key, body) = (admin.clone(), &key, &body);
                    scope.spawn(move || post(&admin, BUSINESSES, key, body))
                }).collect();
                sent.into_iter().map(|sent| sent.join().expect("an answer")).collect()
            });
            let mut done = BTreeSet::new();
            let mut firsts = 0;
            for answer in &answers {
                if answer.status == 409 {
                    assert!(answer.message(409).contains("under way"), "{answer}");
                    assert_eq!(answer.header("retry-after"), "1");
                    continue;
                }
                answer.id();
                firsts += usize::from(answer.header("idempotency-replayed").is_empty());
                done.insert(answer.bytes.clone());
            }
            assert_eq!((done.len(), firsts), (1, 1), "one answer, given first once: {answers:?}");
            assert_eq!(named(desk, BUSINESSES, &format!("Business_Name=Raced-{number}-")), 1);
        }
    }
}
