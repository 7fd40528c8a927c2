//! Clients that are slow on purpose. The times are one second; nothing here waits for longer, or measures how long it took.

use serde_json::json;

use crate::harness::{BUSINESSES, DOCUMENTS, Desk, Raw, Store};

const FAST: [(&str, &str); 2] = [("HTTP__HEADER_SECONDS", "1"), ("HTTP__BODY_SECONDS", "1")];

#[test]
fn a_head_has_to_come() {
    let desk = Desk::builder(Store::Sqlite).settings(&FAST).start();
    for start in ["", "G", "PRI * HT", "GET /healthz HTTP/1.1\r\nhost: desk\r\n", "\r\n"] {
        assert_eq!(Raw::connect(&desk.url()).send(start).answers(), [], "{start:?}");
    }
    let mut kept = Raw::connect(&desk.url());
    let answers = kept.send("GET /healthz HTTP/1.1\r\nhost: desk\r\n\r\nGET /hea").answers();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200]);
}

on_both_stores! {
    fn a_body_has_to_come(desk: with FAST) {
        let world = desk.world();
        let token = desk.admin().token().to_owned();
        let document = desk.document(&world, &json!({}));
        let ask = |method: &str, path: &str, media: &str, authorization: &str| {
            let head = format!(
                "{method} {path} HTTP/1.1\r\nhost: desk\r\nauthorization: Bearer {authorization}\r\n\
                 content-type: {media}\r\ncontent-length: 5000\r\n\r\n"
            );
            let mut raw = Raw::connect(&desk.url());
            let answers = raw.send(head).send("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc").answers();
            assert_eq!(answers.len(), 1, "{answers:?}");
            assert_eq!(answers[0].header("connection"), "close");
            answers[0].clone()
        };
        let upload = format!("{DOCUMENTS}/uploadphoto/{document}");
        for (path, media) in [
            (BUSINESSES, "application/json"), ("/api/token", "text/plain"), (&*upload, "multipart/form-data; boundary=x"),
        ] {
            let answer = ask("POST", path, media, &token);
            assert_eq!((answer.status, &*answer.message()), (408, "The body came too slowly."), "{path}");
            assert_eq!((answer.header("x-request-id").len(), answer.header("cache-control")), (32, "no-store"));
        }
        // What is refused by its head stays refused for that.
        assert_eq!(ask("POST", BUSINESSES, "application/json", "none").status, 401);
        assert_eq!(desk.admin().get(BUSINESSES).record()["TotalItems"], 1, "nothing was made");
        let metrics = desk.anonymous().get("/metrics").text();
        assert!(metrics.contains("http_slow_total{what=\"body\"} 4"), "{metrics}");
    }
}

/// An answer that nobody takes ends its connection; what was written before is all that the client gets.
#[test]
fn an_answer_has_to_be_taken() {
    let desk = Desk::builder(Store::Sqlite).settings(&FAST).start();
    let request = "GET /openapi.json HTTP/1.1\r\nhost: desk\r\n\r\n";
    let mut raw = Raw::connect(&desk.url());
    raw.send(request.repeat(200));
    let given_up = "http_slow_total{what=\"answer\"} 1";
    while !desk.anonymous().get("/metrics").text().contains(given_up) {
        std::thread::yield_now();
    }
    let size = desk.anonymous().get("/openapi.json").bytes.len();
    assert!(raw.bytes_to_end().len() < 200 * size, "not all of it");
}
