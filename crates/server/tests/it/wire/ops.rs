//! What operators see: health, metrics, the log, and a desk that starts again.

use serde_json::json;

use crate::harness::{ADMIN_PASSWORD, CHECKS, DOCUMENTS, Store, jpeg};

on_both_stores! {
    fn health_and_metrics(desk) {
        for path in ["/healthz", "/readyz"] {
            assert_eq!(desk.anonymous().get(path).record(), json!({ "Status": "ok" }));
        }
        let world = desk.world();
        desk.admin().get(&format!("{CHECKS}/{}", world.check)).record();
        let metrics = desk.anonymous().get("/metrics");
        assert_eq!((metrics.status, metrics.header("content-type")), (200, "text/plain; version=0.0.4; charset=utf-8"));
        let text = metrics.text();
        let read = format!("http_requests_total{{method=\"GET\",route=\"{CHECKS}/{{id}}\",status=\"200\"}} 1");
        assert!(text.contains(&read), "{text}");
        assert!(!text.contains(&format!("{CHECKS}/{}\"", world.check)), "routes, without ids");
    }

    fn metrics_are_not_for_everybody(desk: with [("HTTP__METRICS_ALLOW", "[\"10.0.0.0/8\"]")]) {
        assert_eq!(desk.anonymous().get("/metrics").message(404), "There is no such resource.");
    }

    fn the_log_keeps_secrets(desk: with [("LOG__LEVEL", "debug")]) {
        let world = desk.world();
        desk.admin().patch(CHECKS, &json!({ "Id": world.check, "IdentityDocumentNumber": "NUMBER-4711" })).id();
        desk.admin().get(&format!("{CHECKS}?CoworkerIdentityCheck_IdentityDocumentNumber=NUMBER-4711")).record();
        let url = desk.files.put("holder-of-the-passport.jpg", jpeg(1));
        let signed = format!("{url}?signature=SIGNATURE");
        let document = desk.document(&world, &json!({ "NewPhotoUrl": signed, "Notes": "NOTES-4711" }));
        desk.admin().upload(&format!("{DOCUMENTS}/uploaddocument/{document}"), "name-of-the-holder.jpg", &jpeg(2)).id();
        desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}"));
        desk.anonymous().with_authorization("Bearer STOLEN-TOKEN").get(CHECKS).is_denied();
        desk.anonymous().send(ureq::http::Method::POST, CHECKS, &[], Some(b"{\"BODY-4711\"")).is_denied();
        let missing = json!({
            "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "d",
            "NewPhotoUrl": desk.files.url("missing-of-the-holder.jpg"),
        });
        desk.admin().post(DOCUMENTS, &missing).errors();
        let log = desk.log();
        assert!(log.contains(DOCUMENTS), "the log was read");
        for secret in [
            ADMIN_PASSWORD, desk.admin().token(), "NUMBER-4711", "NOTES-4711", "BODY-4711", "STOLEN-TOKEN", "SIGNATURE",
            "of-the-holder", "holder-of", "Ada Lovelace", "customer@example.com",
        ] {
            assert!(!log.contains(secret), "{secret} is in the log");
        }
    }

    fn a_desk_that_is_killed_starts_again_with_everything(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let path = format!("{DOCUMENTS}/{document}");
        let before = desk.admin().get(&path).record();
        let photo = desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}")).bytes;
        let authorization = format!("Bearer {}", desk.admin().token());
        desk.kill();
        desk.run();
        let admin = desk.anonymous().with_authorization(&authorization);
        assert_eq!(admin.get(&path).record(), before);
        assert_eq!(admin.get(&format!("{DOCUMENTS}/getphoto/{document}")).bytes, photo);
        if desk.store == Store::Sqlite {
            let second = desk.command(&["serve"]).output().expect("the binary runs");
            let said = String::from_utf8_lossy(&second.stderr).into_owned();
            assert!(!second.status.success() && said.contains("another proofdesk serves"), "{said}");
        }
    }
}
