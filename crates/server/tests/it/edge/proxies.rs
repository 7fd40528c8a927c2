//! Who asks, by whom: `http.proxies`.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::harness::{AUDIT, Desk};

static NAMES: AtomicU32 = AtomicU32::new(0);

/// Fails to sign in, each time with another name, and gives the address that the audit trail has of it.
fn remembered(desk: &Desk, headers: &[(&str, &str)]) -> String {
    let media = ("content-type", "application/x-www-form-urlencoded");
    let headers: Vec<_> = headers.iter().copied().chain([media]).collect();
    let form =
        format!("grant_type=password&username={}&password=wrong", NAMES.fetch_add(1, Ordering::Relaxed));
    let answer =
        desk.anonymous().send(ureq::http::Method::POST, "/api/token", &headers, Some(form.as_bytes()));
    assert_eq!(answer.status, 400, "{answer}");
    let entries = desk.admin().get(&format!("{AUDIT}?dir=1&size=10")).records();
    let own = |entry: &&Value| entry["RequestId"] == answer.header("x-request-id");
    let entry = entries.iter().find(own).expect("an entry");
    entry["RemoteAddress"].as_str().expect("an address").to_owned()
}

on_both_stores! {
    fn nobody_is_believed_by_default(desk) {
        for field in ["x-forwarded-for", "forwarded", "x-real-ip", "true-client-ip", "cf-connecting-ip"] {
            assert_eq!(remembered(desk, &[(field, "192.0.2.1")]), "127.0.0.1", "{field}");
            assert_eq!(remembered(desk, &[(field, "for=192.0.2.1")]), "127.0.0.1", "{field}");
        }
        let spoofed = [("x-forwarded-for", "192.0.2.1")];
        assert_eq!(desk.anonymous().get_with("/metrics", &spoofed).status, 200, "127.0.0.1 may read them");
    }

    fn a_trusted_proxy_is_believed(desk: with [("HTTP__PROXIES", "[\"127.0.0.0/8\", \"10.0.0.0/8\"]")]) {
        let by = |value: &str| remembered(desk, &[("x-forwarded-for", value), ("forwarded", "for=198.51.100.9")]);
        assert_eq!(by("192.0.2.1"), "192.0.2.1");
        assert_eq!(by("127.0.0.1, 192.0.2.1, 10.1.2.3"), "192.0.2.1");
        assert_eq!(by("[2001:db8::17]:4711"), "2001:db8::17");
        assert_eq!(by("192.0.2.1, unknown"), "127.0.0.1");
        let metrics = |value: &str| desk.anonymous().get_with("/metrics", &[("x-forwarded-for", value)]).status;
        assert_eq!(metrics("192.0.2.1"), 404);
        assert_eq!(metrics("127.0.0.1, 192.0.2.1"), 404);
        assert_eq!(metrics("unknown"), 404, "who can't be told isn't taken for the proxy");
        assert_eq!(desk.anonymous().get("/metrics").status, 200, "the proxy's own");
    }

    fn a_proxy_may_use_the_standards_field(desk: with [
        ("HTTP__PROXIES", "[\"127.0.0.1/32\"]"), ("HTTP__PROXY_HEADER", "forwarded"),
    ]) {
        let by = |value: &str| remembered(desk, &[("forwarded", value), ("x-forwarded-for", "198.51.100.9")]);
        assert_eq!(by("for=\"[2001:db8::17]:4711\";proto=https"), "2001:db8::17");
        assert_eq!(by("for=_hidden"), "127.0.0.1");
    }

    fn a_proxy_elsewhere_is_not_believed_here(desk: with [("HTTP__PROXIES", "[\"10.0.0.0/8\"]")]) {
        assert_eq!(remembered(desk, &[("x-forwarded-for", "192.0.2.1")]), "127.0.0.1");
    }
}
