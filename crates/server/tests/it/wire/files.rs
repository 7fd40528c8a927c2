//! Files on their way in and out (contract sections 1, 2 and 4).

use proofdesk_testkit::free_port;
use serde_json::{Value, json};
use ureq::http::Method;

use crate::harness::{Answer, CHECKS, DOCUMENTS, Desk, Reply, gif, jpeg, multipart, pdf, png, webp};

const SLOTS: [(&str, &str); 3] =
    [("Photo", "photo"), ("Document", "document"), ("AdditionalDocument", "additionaldocument")];

fn file(desk: &Desk, slot: &str, document: i64) -> Answer {
    desk.admin().get(&format!("{DOCUMENTS}/get{slot}/{document}"))
}

fn pixels(bytes: &[u8]) -> Vec<u8> {
    image::load_from_memory(bytes).expect("a picture").to_rgb8().into_raw()
}

/// That an attempt with these properties makes nothing; gives what it was told.
fn refused(desk: &Desk, with: &Value) -> Vec<String> {
    let world = desk.world();
    let mut body =
        json!({ "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Refused" });
    for (name, value) in with.as_object().expect("properties") {
        body[name] = value.clone();
    }
    let errors = desk.admin().post(DOCUMENTS, &body).errors();
    assert_eq!(desk.admin().get(DOCUMENTS).record()["TotalItems"], 0, "a refused file makes nothing");
    assert_eq!(desk.admin().get(&format!("{CHECKS}/{}", world.check)).record()["VerificationStatus"], 1);
    errors
}

on_both_stores! {
    fn every_slot_is_filled_by_url_and_downloaded(desk) {
        let world = desk.world();
        let named = Reply::file(webp(3)).header("Content-Disposition", "attachment; filename=\"b\u{fc}ck.webp\"");
        let document = desk.document(&world, &json!({
            "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)),
            "NewDocumentUrl": desk.files.put("scans/front.pdf", pdf("front")),
            "NewAdditionalDocumentUrl": desk.files.reply("download", named),
        }));
        let record = desk.admin().get(&format!("{DOCUMENTS}/{document}")).record();
        let photo = file(desk, "photo", document);
        assert_eq!((photo.status, photo.header("content-type")), (200, "image/jpeg"));
        assert_eq!(pixels(&photo.bytes), pixels(&jpeg(1)), "the picture is the same");
        assert_eq!(record["PhotoFileName"], "face.jpg");
        let front = file(desk, "document", document);
        assert_eq!((front.status, front.header("content-type")), (200, "application/pdf"));
        assert_eq!(front.bytes, pdf("front"));
        assert_eq!(record["DocumentFileName"], "front.pdf");
        let back = file(desk, "additionaldocument", document);
        assert_eq!((back.status, back.header("content-type")), (200, "image/webp"));
        assert_eq!(pixels(&back.bytes), pixels(&webp(3)));
        let name = record["AdditionalDocumentFileName"].as_str().expect("a name");
        assert!(std::path::Path::new(name).extension().is_some_and(|end| end == "webp"), "{name}");
    }

    fn a_download_can_only_be_saved(desk) {
        let world = desk.world();
        let url = desk.files.put("face.jpg", jpeg(1));
        let document = desk.document(&world, &json!({ "NewPhotoUrl": url }));
        let path = format!("{DOCUMENTS}/uploadphoto/{document}");
        desk.admin().upload(&path, "na me \u{e9}.jpeg", &jpeg(2)).id();
        let photo = file(desk, "photo", document);
        for (name, wanted) in [
            ("content-disposition", "attachment; filename*=UTF-8''na%20me%20%C3%A9.jpg"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(photo.header(name), wanted, "{name}");
        }
        assert_eq!(photo.header("content-length"), photo.bytes.len().to_string());
    }

    fn ranges_of_a_file(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let whole = file(desk, "document", document).bytes;
        let size = whole.len();
        let path = format!("{DOCUMENTS}/getdocument/{document}");
        let ask = |range: &str| desk.admin().get_with(&path, &[("range", range)]);
        for (range, from, to) in [
            ("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=10-", 10, size), ("bytes=-7", size - 7, size),
            ("bytes=5-99999999", 5, size), ("bytes=0-", 0, size),
        ] {
            let part = ask(range);
            assert_eq!((part.status, part.bytes.as_slice()), (206, &whole[from..to]), "{range}");
            assert_eq!(part.header("content-range"), format!("bytes {from}-{}/{size}", to - 1), "{range}");
        }
        for range in ["bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=x"] {
            let all = ask(range);
            assert_eq!((all.status, all.bytes.len()), (200, size), "{range}");
        }
        let none = ask(&format!("bytes={size}-"));
        assert_eq!(none.header("content-range"), format!("bytes */{size}"));
        assert_eq!(none.message(416), "The file has no such range.");
    }

    fn an_empty_slot_is_not_found(desk) {
        let world = desk.world();
        let document = desk.document(&world, &json!({}));
        let before = desk.audit_count();
        for (_, slot) in SLOTS {
            file(desk, slot, document).is_not_found();
            file(desk, slot, 4711).is_not_found();
            desk.admin().upload(&format!("{DOCUMENTS}/upload{slot}/4711"), "a.jpg", &jpeg(1)).is_not_found();
        }
        assert_eq!(desk.audit_count(), before, "there was nothing to look at");
    }

    fn every_slot_takes_an_upload(desk) {
        let world = desk.world();
        let document = desk.document(&world, &json!({}));
        for (place, (prefix, slot)) in SLOTS.into_iter().enumerate() {
            let bytes = png(place as u8);
            let answer = desk.admin().upload(&format!("{DOCUMENTS}/upload{slot}/{document}"), "../a\\scan.PNG", &bytes);
            assert_eq!(answer.id(), document);
            assert_eq!(answer.record()["Message"], "CoworkerIdentityCheckDocument was successfully updated.");
            assert_eq!(pixels(&file(desk, slot, document).bytes), pixels(&bytes));
            let record = desk.admin().get(&format!("{DOCUMENTS}/{document}")).record();
            assert_eq!(record[format!("{prefix}FileName")], "scan.png");
        }
        desk.admin().upload(&format!("{DOCUMENTS}/uploadphoto/{document}"), "new.jpg", &jpeg(9)).id();
        assert_eq!(pixels(&file(desk, "photo", document).bytes), pixels(&jpeg(9)), "the new file takes the place");
        assert_eq!(pixels(&file(desk, "document", document).bytes), pixels(&png(1)), "the others stay");
    }

    fn an_upload_that_is_none_is_refused(desk) {
        let world = desk.world();
        let document = desk.document(&world, &json!({}));
        let path = format!("{DOCUMENTS}/uploadphoto/{document}");
        let before = desk.admin().get(&format!("{DOCUMENTS}/{document}")).record();
        let (media, body) = multipart("picture", "a.jpg", &jpeg(1));
        let other = desk.admin().send(Method::POST, &path, &[("content-type", &media)], Some(&body));
        assert_eq!(other.errors(), ["file: is a required field"]);
        let plain = desk.admin().send(Method::POST, &path, &[("content-type", "image/jpeg")], Some(&jpeg(1)));
        assert!(plain.message(415).contains("multipart/form-data"));
        let (media, body) = multipart("file", "a.jpg", &jpeg(1));
        let cut = desk.admin().send(Method::POST, &path, &[("content-type", &media)], Some(&body[..body.len() / 2]));
        assert_eq!(cut.errors().len(), 1);
        for bytes in [gif(), b"<html></html>".to_vec(), Vec::new(), jpeg(1)[..400].to_vec()] {
            assert_eq!(desk.admin().upload(&path, "a.jpg", &bytes).errors().len(), 1);
        }
        assert_eq!(desk.admin().get(&format!("{DOCUMENTS}/{document}")).record(), before);
        file(desk, "photo", document).is_not_found();
    }

    fn a_file_that_cannot_be_taken_makes_nothing(desk) {
        let files = &desk.files;
        let errors = refused(desk, &json!({
            "NewPhotoUrl": files.put("a.gif", gif()),
            "NewDocumentUrl": files.put("page.jpg", b"<!doctype html>".to_vec()),
            "NewAdditionalDocumentUrl": files.put("fine.jpg", jpeg(1)),
        }));
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors[0].starts_with("NewPhotoUrl: ") && errors[1].starts_with("NewDocumentUrl: "), "{errors:?}");
        let errors = refused(desk, &json!({
            "NewPhotoUrl": files.url("missing.jpg"), "NewDocumentUrl": files.reply("broken", Reply::status(500)),
            "NewAdditionalDocumentUrl": format!("https://127.0.0.1:{}/closed.jpg", free_port()),
        }));
        let wanted = ["NewPhotoUrl", "NewDocumentUrl", "NewAdditionalDocumentUrl"];
        assert_eq!(errors, wanted.map(|name| format!("{name}: could not be downloaded")), "no more is told");
        let errors = refused(desk, &json!({
            "NewPhotoUrl": "ftp://example.com/a.jpg", "NewDocumentUrl": "not a URL",
            "NewAdditionalDocumentUrl": "https://user:secret@example.com/a.jpg",
        }));
        assert_eq!(errors, [
            "NewPhotoUrl: must start with https://: found ftp", "NewDocumentUrl: is not a valid URL",
            "NewAdditionalDocumentUrl: must not contain a user name or a password",
        ]);
        let denied = desk.admin().get("/api/sys/audittrailentries?AuditTrailEntry_AuditType=102").records();
        assert_eq!(denied.len(), 3, "each attempt is on the record");
        let told = denied[1]["NewValue"].as_str().expect("values");
        assert!(told.contains("127.0.0.1") && !told.contains("missing.jpg"), "hosts, never paths: {told}");
    }

    fn an_address_that_is_not_allowed_is_not_asked(desk: with [("EGRESS__ALLOW", "[]")]) {
        let url = desk.files.put("face.jpg", jpeg(1));
        let https = url.replace("http://", "https://");
        let errors = refused(desk, &json!({ "NewPhotoUrl": url, "NewDocumentUrl": https }));
        let wanted = ["NewPhotoUrl: must start with https://: found http", "NewDocumentUrl: could not be downloaded"];
        assert_eq!(errors, wanted);
        assert_eq!(desk.files.asked(), Vec::<String>::new());
    }

    fn a_file_that_is_too_large_makes_nothing(desk: with [("FILES__BYTES", "3000")]) {
        let mut large = jpeg(1);
        large.resize(9000, 0);
        let errors = refused(desk, &json!({ "NewPhotoUrl": desk.files.put("large.jpg", large.clone()) }));
        assert_eq!(errors.len(), 1);
        assert!(errors[0].starts_with("NewPhotoUrl: ") && errors[0].contains("3,000 bytes"),
            "the limit is told: {errors:?}");
        let world = desk.world();
        let document = desk.document(&world, &json!({}));
        let path = format!("{DOCUMENTS}/uploadphoto/{document}");
        let errors = desk.admin().upload(&path, "large.jpg", &large).errors();
        assert!(errors[0].starts_with("file: ") && errors[0].contains("3,000 bytes"), "{errors:?}");
        file(desk, "photo", document).is_not_found();
    }
}
