//! A desk without its master key answers nothing but that, and opens when the key comes.

use std::fs;

use serde_json::Value;
use ureq::http::Method;

use super::{failure, hang_up, key, key_file, wait_until, write_key};
use crate::harness::{DOCUMENTS, Desk, jpeg};

/// What answers without a master key too.
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Every operation that the desk describes, as method and path.
fn operations(desk: &Desk) -> Vec<(Method, String)> {
    let document = desk.anonymous().get("/openapi.json").json();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let path = path.replace(['{', '}'], "");
        for method in item.as_object().expect("operations").keys() {
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes());
            operations.extend(method.ok().map(|method| (method, path.clone())));
        }
    }
    operations.retain(|(method, path)| {
        !OPEN.contains(&path.as_str())
            && [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(method)
    });
    operations
}

fn status(desk: &Desk) -> Value {
    desk.anonymous().get("/readyz").json()["Status"].clone()
}

on_both_stores! {
    fn a_desk_without_its_key_is_sealed_and_opens_by_itself(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let photo = desk.admin().get(&format!("{DOCUMENTS}/getphoto/{document}")).bytes;
        let operations = operations(desk);
        assert!(operations.len() > 60, "only {} operations", operations.len());
        desk.kill();
        let hidden = desk.folder().join("hidden.key");
        fs::rename(key_file(desk), &hidden).expect("hidden");

        desk.run();
        let anonymous = desk.anonymous();
        for (method, path) in operations.into_iter().chain([(Method::GET, "/".to_owned()), (Method::GET, "/docs".to_owned())]) {
            let answer = anonymous.send(method.clone(), &path, &[], None);
            assert_eq!(answer.status, 503, "{method} {path}");
            assert_eq!((answer.header("retry-after"), answer.header("connection")), ("10", "close"));
            assert!(answer.message(503).starts_with("The desk is sealed"), "{path}");
        }
        assert_eq!(anonymous.get("/healthz").status, 200);
        assert_eq!((anonymous.get("/readyz").status, status(desk)), (503, "sealed".into()));
        assert_eq!(anonymous.get("/metrics").status, 200);
        assert!(!key_file(desk).exists(), "no key is made for a desk that has one");

        write_key(&key_file(desk), &key('e'));
        hang_up(desk);
        wait_until(|| desk.log().contains("does not belong to this key store"));
        assert_eq!(status(desk), "sealed", "another key opens nothing");

        fs::rename(&hidden, key_file(desk)).expect("put back");
        hang_up(desk);
        wait_until(|| status(desk) == "ok");
        let admin = desk.signed_in(crate::harness::ADMIN_EMAIL, crate::harness::ADMIN_PASSWORD);
        assert_eq!(admin.get(&format!("{DOCUMENTS}/getphoto/{document}")).bytes, photo);
        admin.upload(&format!("{DOCUMENTS}/uploadphoto/{document}"), "face.jpg", &jpeg(3)).id();
    }

    fn another_key_stops_the_start(desk) {
        desk.kill();
        let right = fs::read(key_file(desk)).expect("the key");
        write_key(&key_file(desk), &key('e'));
        let refused = failure(desk, &["serve"]);
        assert!(refused.contains("this master key does not belong to this key store"), "{refused}");
        assert!(!refused.contains("eeee"), "{refused}");
        let refused = failure(desk, &["user", "list"]);
        assert!(refused.contains("this master key does not belong to this key store"), "{refused}");
        fs::write(key_file(desk), right).expect("put back");
        desk.run();
    }
}
