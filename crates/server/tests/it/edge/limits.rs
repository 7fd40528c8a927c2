//! The limits of a request: at each, one under and one over.

use ureq::http::Method;

use crate::harness::{Answer, BUSINESSES, CHECKS, Desk, Raw};

fn json_body(desk: &Desk, body: &[u8]) -> Answer {
    desk.admin().send(Method::POST, BUSINESSES, &[("content-type", "application/json")], Some(body))
}

/// A business with something more, which is ignored.
fn with_more(desk: &Desk, more: &str) -> Answer {
    json_body(desk, format!("{{\"Name\":\"x\",\"More\":{more}}}").as_bytes())
}

on_both_stores! {
    fn json_has_a_depth_and_a_number_of_values(desk) {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for depth in [30, 31] {
            with_more(desk, &nested(depth)).id();
        }
        assert_eq!(with_more(desk, &nested(32)).errors(), ["The body is nested deeper than 32 levels."]);
        let wide = |values: usize| format!("[{}]", vec!["0"; values].join(","));
        for values in [9_996, 9_997] {
            with_more(desk, &wide(values)).id();
        }
        assert_eq!(with_more(desk, &wide(9_998)).errors(), ["The body has more than 10000 values."]);
        let made = desk.admin().get(BUSINESSES).record()["TotalItems"].clone();
        assert_eq!(made, 4, "a refused body leaves nothing");
    }

    fn forms_have_a_number_of_values(desk) {
        let form = |fields: usize| {
            let body = format!("Name=x{}", "&More=1".repeat(fields - 1));
            let media = [("content-type", "application/x-www-form-urlencoded")];
            desk.admin().send(Method::POST, BUSINESSES, &media, Some(body.as_bytes()))
        };
        form(9_999).id();
        form(10_000).id();
        assert_eq!(form(10_001).errors(), ["The body has more than 10000 values."]);
    }

    fn a_property_is_given_once(desk) {
        for body in [
            r#"{"Name":"x","Name":"y"}"#, r#"{"Name":"x","name":"y"}"#, r#"{"Name":"x","N\u0061me":"y"}"#,
        ] {
            assert_eq!(json_body(desk, body.as_bytes()).errors().len(), 1, "{body}");
            assert!(json_body(desk, body.as_bytes()).errors()[0].ends_with("is given more than once"), "{body}");
        }
        let twice = desk.admin().form(BUSINESSES, &[("Name", "x"), ("NAME", "y")]);
        assert_eq!(twice.errors(), ["NAME: is given more than once"]);
        assert_eq!(desk.admin().get(BUSINESSES).record()["TotalItems"], 0);
    }

    fn what_is_no_text_is_refused_and_never_fails(desk) {
        for body in [
            &b"{\"Name\":\"\\u0000\"}"[..], b"{\"Name\":\"\0\"}", b"{\"Name\":\"\\ud800\"}", b"{\"Name\":\"\\udfff x\"}",
            b"{\"Name\":\"\xff\"}", b"{\"Name\":\"\xed\xa0\x80\"}", b"{\"Name\":\"\xc0\x80\"}", b"\xef\xbb\xbf{\"Name\":\"x\"}",
            b"{\"Name\":\"x\",\"CountryId\":1e400}", b"{\"Name\":\"x\",\"CountryId\":9223372036854775808}",
            b"{\"Name\":\"x\",\"CountryId\":-1e308}", b"{\"Name\":\"x\",\"CountryId\":1.5}", b"\xff\xfe{\0}\0",
            b"{\"\0\":1}", b"{\"Name\":\"x\"}\0",
        ] {
            assert_eq!(json_body(desk, body).errors().len(), 1, "{:?}", String::from_utf8_lossy(body));
        }
        for media in ["application/json; charset=utf-16", "application/json;charset=\"latin1\""] {
            let answer = desk.admin().send(Method::POST, BUSINESSES, &[("content-type", media)], Some(b"{\"Name\":\"x\"}"));
            assert_eq!(answer.message(415), "The charset of the body is not supported; send UTF-8.");
        }
        for path in ["?Business_Name=%ff", "?%c3=1", "?Business_Name=%00", "?page=1e400"] {
            assert_eq!(desk.admin().get(&format!("{BUSINESSES}{path}")).errors().len(), 1, "{path}");
        }
        assert_eq!(desk.admin().get(BUSINESSES).record()["TotalItems"], 0);
        json_body(desk, "{\"Name\":\"\u{1f600}\\ud83d\\ude00\"}".as_bytes()).id();
    }

    fn a_query_has_a_length_and_a_number_of_parameters(desk) {
        let list = |parameters: usize| desk.admin().get(&format!("{CHECKS}?{}", vec!["a=1"; parameters].join("&")));
        list(199).record();
        list(200).record();
        assert_eq!(list(201).errors(), ["The query has more than 200 parameters."]);
        let long = |length: usize| desk.admin().get(&format!("{CHECKS}?a={}", "x".repeat(length - 2)));
        long(16_383).record();
        long(16_384).record();
        assert_eq!(long(16_385).message(414), "The query has 16385 bytes; at most 16384 are taken.");
        let path = |length: usize| desk.admin().get(&format!("/{}", "x".repeat(length - 1)));
        assert_eq!((path(2_047).status, path(2_048).status), (404, 404));
        assert_eq!(path(2_049).message(414), "The path has 2049 bytes; at most 2048 are taken.");
    }
}

/// Heads don't reach a store.
#[test]
fn a_head_has_a_size_and_a_number_of_fields() {
    let desk = Desk::start(crate::harness::Store::Sqlite);
    let status = |fields: &str| {
        let head = format!("GET /healthz HTTP/1.1\r\nhost: desk\r\n{fields}connection: close\r\n\r\n");
        let answers = Raw::connect(&desk.url()).send(head).answers();
        assert_eq!(answers.len(), 1, "{answers:?}");
        (answers[0].status, answers[0].message())
    };
    let many = |fields: usize| status(&"x: y\r\n".repeat(fields - 2));
    assert_eq!((many(99).0, many(100).0), (200, 200));
    assert_eq!(many(101).0, 431);
    let fixed = "GET /healthz HTTP/1.1\r\nhost: desk\r\nx: \r\nconnection: close\r\n\r\n".len();
    let large = |bytes: usize| status(&format!("x: {}\r\n", "y".repeat(bytes - fixed)));
    assert_eq!((large(60_000).0, large(64 * 1024 + 1).0), (200, 431));
    assert_eq!(large(1024 * 1024).0, 431);
}
