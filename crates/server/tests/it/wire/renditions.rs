//! What is made of files to be looked at, and what is said of their quality.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Answer, BUSINESSES, DOCUMENTS, Desk, jpeg, pdf, png, webp};

fn look(desk: &Desk, slot: &str, document: i64, query: &str) -> Answer {
    desk.admin().get(&format!("{DOCUMENTS}/get{slot}/{document}{query}"))
}

/// The objects in the vault.
fn objects(desk: &Desk) -> usize {
    let listed = std::fs::read_dir(desk.data().join("files")).expect("the files");
    let is_object = |name: &str| name.len() == 36 && name.bytes().filter(|byte| *byte == b'-').count() == 4;
    listed.filter(|entry| is_object(&entry.as_ref().expect("a file").file_name().to_string_lossy())).count()
}

/// Waits for what the desk destroys behind the answer.
fn until_objects(desk: &Desk, wanted: usize) {
    let patience = Instant::now() + Duration::from_secs(20);
    while objects(desk) != wanted {
        assert!(Instant::now() < patience, "{} objects, not {wanted}", objects(desk));
        std::thread::yield_now();
    }
}

/// A PNG with the right structure, and nothing in it that could be unpacked.
fn hollow_png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let parts: [(&[u8], &[u8]); 3] = [
        (b"IHDR", &[0, 0, 0, 64, 0, 0, 0, 64, 8, 2, 0, 0, 0]),
        (b"IDAT", &[0x78, 0x9c, 0xff, 0xff]),
        (b"IEND", &[]),
    ];
    for (name, data) in parts {
        let named = [name, data].concat();
        bytes.extend((data.len() as u32).to_be_bytes());
        bytes.extend(&named);
        bytes.extend(crc(&named).to_be_bytes());
    }
    bytes
}

/// CRC-32 (PNG, annex D), bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

on_both_stores! {
    fn every_file_can_be_looked_at_in_each_size(desk) {
        let world = desk.world();
        let document = desk.document(&world, &json!({
            "NewPhotoUrl": desk.files.put("face.webp", webp(1)),
            "NewDocumentUrl": desk.files.put("front.pdf", pdf("front")),
            "NewAdditionalDocumentUrl": desk.files.put("back.png", png(3)),
        }));
        for (slot, view, thumbnail) in [
            ("photo", (64, 48), (64, 48)), ("document", (1545, 2000), (396, 512)),
            ("additionaldocument", (64, 48), (64, 48)),
        ] {
            for (query, (width, height)) in [("?size=view", view), ("?SIZE=Thumbnail", thumbnail)] {
                let made = look(desk, slot, document, query);
                assert_eq!((made.status, made.header("content-type")), (200, "image/jpeg"), "{slot} {query}");
                let picture = image::load_from_memory(&made.bytes).expect("a picture");
                let near = |is: u32, wanted: u32| is.abs_diff(wanted) <= 1;
                assert!(near(picture.width(), width) && near(picture.height(), height),
                    "{slot} {query}: {} x {}", picture.width(), picture.height());
                let part = desk.admin().get_with(
                    &format!("{DOCUMENTS}/get{slot}/{document}{query}"), &[("range", "bytes=2-5")]);
                assert_eq!((part.status, part.bytes.as_slice()), (206, &made.bytes[2..6]));
            }
            let original = look(desk, slot, document, "?size=original");
            assert_eq!(original.bytes, look(desk, slot, document, "").bytes);
        }
        let name = look(desk, "document", document, "?size=view").header("content-disposition").to_owned();
        assert!(name.ends_with("front.jpg"), "{name}");
        let audit = desk.audit("CoworkerIdentityCheckDocument", document);
        let last = audit.last().expect("a look");
        assert_eq!(last["AuditType"], 100);
        assert!(last["NewValue"].as_str().expect("values").contains("view"), "{last}");
    }

    fn a_size_or_a_page_that_is_none_is_told(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let before = desk.audit_count();
        for (query, told) in [
            ("?size=huge", "size: is one of original, view and thumbnail"),
            ("?size=view&page=0", "page: is a number from 1"),
            ("?size=view&page=x", "page: is a number from 1"),
            ("?size=thumbnail&page=2", "page: goes with size=view only"),
            ("?page=2", "page: goes with size=view only"),
        ] {
            assert_eq!(look(desk, "photo", document, query).errors(), [told], "{query}");
        }
        look(desk, "photo", document, "?size=view&page=2").is_not_found();
        look(desk, "additionaldocument", document, "?size=view").is_not_found();
        assert_eq!(desk.audit_count(), before, "there was nothing to look at");
    }

    fn renditions_go_with_their_file(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        assert_eq!(objects(desk), 2 * 3, "each file with its view and its thumbnail");
        let path = format!("{DOCUMENTS}/uploadphoto/{document}");
        let before = look(desk, "photo", document, "?size=thumbnail").bytes;
        desk.admin().upload(&path, "new.pdf", &pdf("new")).id();
        until_objects(desk, 2 * 3);
        assert_ne!(look(desk, "photo", document, "?size=thumbnail").bytes, before);
        let cleared = json!({ "Id": document, "ClearPhotoFile": true });
        desk.admin().patch(DOCUMENTS, &cleared).id();
        until_objects(desk, 3);
        look(desk, "photo", document, "?size=view").is_not_found();
        desk.admin().delete(&format!("{DOCUMENTS}/{document}")).done();
        until_objects(desk, 0);
    }

    fn a_file_that_can_not_be_decoded_is_refused(desk) {
        let world = desk.world();
        let body = json!({
            "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Hollow",
            "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)),
            "NewDocumentUrl": desk.files.put("front.png", hollow_png()),
        });
        let errors = desk.admin().post(DOCUMENTS, &body).errors();
        assert_eq!(errors, ["NewDocumentUrl: is damaged: its picture can't be decoded"]);
        assert_eq!(desk.admin().get(DOCUMENTS).record()["TotalItems"], 0);
        until_objects(desk, 0);
    }

    fn what_is_wrong_with_a_picture_is_told(desk) {
        let world = desk.world();
        let body = json!({
            "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Small",
            "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)),
            "NewDocumentUrl": desk.files.put("front.pdf", pdf("front")),
        });
        let keyed = |key: &str| {
            let bytes = body.to_string().into_bytes();
            let headers = [("content-type", "application/json"), ("idempotency-key", key)];
            desk.admin().send(ureq::http::Method::POST, DOCUMENTS, &headers, Some(&bytes))
        };
        let (made, again) = (keyed("one"), keyed("one"));
        let warning = json!({ "Slot": "Photo", "Code": "Small", "Message": "has a short side of less than 400 pixels" });
        assert!(made.record()["Value"]["Warnings"].as_array().expect("warnings").contains(&warning), "{made}");
        assert_eq!(again.record()["Value"], made.record()["Value"], "the same again");
        let id = made.id();
        let read = |id: i64| desk.admin().get(&format!("{DOCUMENTS}/{id}")).record()["Warnings"].clone();
        assert!(read(id).as_str().expect("a text").contains("Photo: Small"), "{}", read(id));
        // A PDF isn't measured; with it in place of the photo, nothing is wrong any more.
        let upload = desk.admin().upload(&format!("{DOCUMENTS}/uploadphoto/{id}"), "face.pdf", &pdf("face"));
        assert_eq!(upload.record()["Value"], json!({ "Id": id }));
        assert_eq!(read(id), Value::Null);
    }

    fn a_location_may_refuse_what_is_wrong(desk) {
        let world = desk.world();
        let path = format!("{BUSINESSES}/{}", world.business);
        let mut business = desk.admin().get(&path).record();
        business["RefuseWarnings"] = json!("Small, Ugly");
        assert_eq!(desk.admin().put(BUSINESSES, &business).errors().len(), 1);
        business["RefuseWarnings"] = json!("Blurred, Small");
        desk.admin().put(BUSINESSES, &business).id();
        let body = json!({
            "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Small",
            "NewPhotoUrl": desk.files.put("face.jpg", jpeg(1)),
        });
        let errors = desk.admin().post(DOCUMENTS, &body).errors();
        assert_eq!(errors, ["NewPhotoUrl: has a short side of less than 400 pixels"]);
        until_objects(desk, 0);
    }
}
