//! Every error of the contract (section 5).

use std::fs;

use serde_json::json;
use ureq::http::Method;

use crate::harness::{AUDIT, BUSINESSES, CHECKS, DOCUMENTS, ROLES};

on_both_stores! {
    fn a_malformed_body_is_a_400_in_the_envelope(desk) {
        let json = [("content-type", "application/json")];
        for body in ["", "{", "{\"Name\":}", "[1]", "\"text\"", "null", "{\"Name\":\"\\ud800\"}", "\u{feff}{"] {
            for (method, path) in [(Method::POST, CHECKS), (Method::PUT, CHECKS), (Method::PATCH, DOCUMENTS)] {
                let answer = desk.admin().send(method, path, &json, Some(body.as_bytes()));
                assert_eq!(answer.errors().len(), 1, "{body}");
                assert_eq!(answer.json()["Errors"][0]["PropertyName"], "", "{body}");
            }
        }
        let broken = desk.admin().send(Method::POST, CHECKS, &json, Some(b"{\"Name\":\"\xff\"}"));
        assert_eq!(broken.errors().len(), 1);
        let deep = format!("{{\"Name\":{}", "[".repeat(100_000));
        assert_eq!(desk.admin().send(Method::POST, CHECKS, &json, Some(deep.as_bytes())).errors().len(), 1);
    }

    fn a_body_that_is_too_large_is_refused(desk: with [("API__BODY_BYTES", "2000")]) {
        let fits = json!({ "Name": "x".repeat(200) });
        desk.admin().post(BUSINESSES, &fits).id();
        let large = json!({ "Name": "x".repeat(2000) });
        for (method, path) in [(Method::POST, BUSINESSES), (Method::PUT, CHECKS)] {
            let body = large.to_string();
            let json = [("content-type", "application/json")];
            let answer = desk.admin().send(method, path, &json, Some(body.as_bytes()));
            assert_eq!(answer.message(413), "The body is too large: at most 2000 bytes are taken.");
        }
        assert_eq!(desk.admin().get(BUSINESSES).record()["TotalItems"], 1);
    }

    fn what_there_is_not(desk) {
        for path in ["/", "/api", "/api/spaces", "/api/spaces/coworkeridentitychecks/1/2", "/api/sys/unknown",
            "/favicon.ico"] {
            assert_eq!(desk.admin().get(path).message(404), "There is no such resource.", "{path}");
        }
        for (method, path) in [
            (Method::DELETE, CHECKS), (Method::POST, &*format!("{CHECKS}/1")), (Method::PATCH, "/api/token"),
            (Method::GET, "/api/token"), (Method::POST, AUDIT), (Method::POST, ROLES), (Method::PUT, AUDIT),
            (Method::DELETE, &*format!("{AUDIT}/1")), (Method::PUT, &*format!("{ROLES}/1")),
        ] {
            let answer = desk.admin().send(method.clone(), path, &[], None);
            assert_eq!(answer.message(405), format!("The resource does not support the method {method}."), "{path}");
            assert!(!answer.header("allow").is_empty(), "{path}");
        }
        for media in ["text/plain", "application/xml", "multipart/form-data; boundary=x"] {
            let answer = desk.admin().send(Method::POST, CHECKS, &[("content-type", media)], Some(b"{}"));
            let plain = media.split(';').next().expect("a media type");
            assert_eq!(answer.message(415), format!("The media type {plain} is not supported; send application/json."));
        }
    }

    fn ids_that_are_none_are_not_found(desk) {
        desk.world();
        for id in ["0", "-1", "4711", "9223372036854775807", "9223372036854775808", "1.0", "one", "%31%20", "1e0"] {
            for verb in ["", "/getphoto", "/getdocument", "/getadditionaldocument"] {
                desk.admin().get(&format!("{DOCUMENTS}{verb}/{id}")).is_not_found();
            }
            if id != "one" {
                desk.admin().delete(&format!("{CHECKS}/{id}")).is_not_found();
            }
        }
    }

    fn a_missing_role_is_a_403_by_setting(desk: with [("API__MISSING_ROLE_STATUS", "403")]) {
        let world = desk.world();
        let reader = desk.user_with_roles(&["CoworkerIdentityCheck-Read"], &[world.business]);
        let path = format!("{CHECKS}/{}", world.check);
        reader.get(&path).record();
        let denied = reader.delete(&path);
        assert_eq!(denied.message(403), "Authorization has been denied for this request.");
        assert_eq!(denied.header("www-authenticate"), "");
        desk.anonymous().get(&path).is_denied();
        assert_eq!(desk.admin().get(&path).status, 200);
    }

    fn what_fails_inside_tells_no_more_than_its_name(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        fs::remove_dir_all(desk.data().join("files")).expect("the files are lost");
        let answer = desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}"));
        let id = answer.header("x-request-id").to_owned();
        assert_eq!(answer.message(500), "An error has occurred.");
        assert_eq!(answer.json(), json!({ "Message": "An error has occurred.", "RequestId": id }));
        assert!(desk.log().contains(&id));
        desk.admin().get(&format!("{DOCUMENTS}/{document}")).record();
    }

    fn every_answer_carries_its_request_and_is_not_stored(desk) {
        let world = desk.world();
        let answers = [
            desk.admin().get(CHECKS), desk.admin().get("/nothing"), desk.anonymous().get(CHECKS),
            desk.admin().post(DOCUMENTS, &json!({})), desk.admin().get(&format!("{CHECKS}/{}", world.check)),
        ];
        let mut ids: Vec<&str> = answers.iter().map(|answer| answer.header("x-request-id")).collect();
        assert!(ids.iter().all(|id| id.len() == 32 && desk.log().contains(*id)), "{ids:?} are in the log");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), answers.len(), "each has its own");
        for answer in &answers {
            assert_eq!(answer.header("cache-control"), "no-store", "{answer}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer}");
        }
    }

    fn a_refused_body_leaves_the_connection_in_order(desk) {
        let world = desk.world();
        let path = format!("{CHECKS}/{}", world.check);
        let json = [("content-type", "application/json")];
        let text = [("content-type", "text/plain")];
        let body = vec![b' '; 100_000];
        let (admin, nobody) = (desk.admin(), desk.anonymous());
        for _ in 0..10 {
            nobody.send(Method::POST, CHECKS, &json, Some(&body)).is_denied();
            // A client whose token has ended renews it on the same connection.
            assert_eq!(nobody.form("/api/token", &[("grant_type", "password")]).status, 400);
            for (path, headers, status) in [(CHECKS, text, 415), ("/nothing", json, 404), (&*path, json, 405)] {
                let refused = admin.send(Method::POST, path, &headers, Some(&body));
                assert_eq!((refused.status, refused.header("connection")), (status, ""), "{refused}");
                assert_eq!(admin.get(path).status == 404, status == 404);
            }
        }
        let large = nobody.send(Method::POST, CHECKS, &json, Some(&vec![b' '; 300_000]));
        large.is_denied();
        assert_eq!(large.header("connection"), "close", "who sends more is told that the connection ends");
        nobody.get(CHECKS).is_denied();
    }
}
