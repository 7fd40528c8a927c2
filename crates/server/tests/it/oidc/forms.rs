//! No page of somebody else's makes a browser do something at the desk.

use super::browser::{Browser, SESSION, sessions};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Desk, Store};

#[test]
fn a_form_from_elsewhere_does_nothing() {
    let desk = Desk::start(Store::Sqlite);
    let mut browser = Browser::new(&desk);
    browser.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD, "");
    let form = browser.form_token();
    let own = desk.url();
    let port: u16 = own.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let near = format!("http://127.0.0.1:{}", port ^ 1);
    let local = own.replace("127.0.0.1", "localhost");
    let before = desk.audit_count();
    for path in ["/account/sign-in", "/account/sign-out", "/account/end", "/account/change-password"] {
        let pairs = [
            ("form", form.as_str()),
            ("email", ADMIN_EMAIL),
            ("password", ADMIN_PASSWORD),
            ("present", ADMIN_PASSWORD),
        ];
        for fields in [
            &[][..],
            &[("origin", "null")],
            &[("origin", near.as_str())],
            &[("origin", local.as_str())],
            &[("origin", "https://evil.example")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site")],
            &[("origin", own.as_str()), ("sec-fetch-site", "cross-site")],
        ] {
            let answer = browser.form_from(path, &pairs, fields);
            assert_eq!(answer.status, 403, "{path} {fields:?}: {answer}");
            assert!(answer.headers.get("set-cookie").is_none(), "{path} {fields:?}");
        }
    }
    // From the desk's own pages, but made for another session, or not at all.
    let mut other = Browser::new(&desk);
    other.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD, "");
    let foreign = other.form_token();
    let signed_in = desk.audit_count();
    for path in ["/account/sign-out", "/account/end", "/account/change-password"] {
        for token in [foreign.as_str(), "", "made-up"] {
            let pairs =
                [("form", token), ("present", ADMIN_PASSWORD), ("password", "a new password of a test")];
            assert_eq!(browser.form(path, &pairs).status, 403, "{path}");
        }
        let twice = [("form", form.as_str()), ("form", form.as_str())];
        assert_eq!(browser.form(path, &twice).status, 403, "{path}");
    }
    assert_eq!(
        (signed_in - before, desk.audit_count() - signed_in),
        (1, 0),
        "nothing happened but the one sign-in"
    );
    assert!(browser.is_signed_in() && other.is_signed_in());
    assert_eq!(sessions(&desk).len(), 2);
}

#[test]
fn only_a_form_is_taken() {
    let desk = Desk::start(Store::Sqlite);
    let mut browser = Browser::new(&desk);
    browser.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD, "");
    let form = browser.form_token();
    let cookie = format!("{SESSION}={}", browser.cookies[SESSION]);
    let body = format!("form={form}");
    for media in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
        let fields = [("origin", desk.url()), ("cookie", cookie.clone()), ("content-type", media.to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let sent = desk.anonymous().send(
            ureq::http::Method::POST,
            "/account/sign-out",
            &fields,
            Some(body.as_bytes()),
        );
        assert_eq!(sent.status, 403, "{media}");
    }
    let large = "x".repeat(17 * 1024);
    assert_eq!(browser.form("/account/sign-out", &[("form", &form), ("x", &large)]).status, 403);
    for path in ["/account/sign-out", "/account/end"] {
        assert_eq!(browser.get(path).status, 405, "{path}");
    }
    assert!(browser.is_signed_in());
}
