//! `/api/token` and HTTP Basic (contract section 6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use ureq::http::Method;

use crate::harness::{self, ADMIN_EMAIL, ADMIN_PASSWORD, Answer, CHECKS, Client, Desk, USERS, shape};

const TOKEN: &str = "/api/token";

fn by_password(desk: &Desk, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", "password"), ("username", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];
    form.extend(more);
    desk.anonymous().form(TOKEN, &form)
}

/// With a `client_id` header, if one is given.
fn refresh(desk: &Desk, token: &Value, header: Option<&str>, more: &str) -> Answer {
    refresh_by(&desk.anonymous(), token, header, more)
}

fn refresh_by(client: &Client, token: &Value, header: Option<&str>, more: &str) -> Answer {
    let body = format!("grant_type=refresh_token&refresh_token={}{more}", token.as_str().expect("a token"));
    let headers: Vec<(&str, &str)> = header.map(|id| ("client_id", id)).into_iter().collect();
    client.send(Method::POST, TOKEN, &headers, Some(body.as_bytes()))
}

fn bearer(desk: &Desk, token: &Value) -> Client {
    desk.anonymous().with_authorization(&format!("Bearer {}", token.as_str().expect("a token")))
}

fn basic(desk: &Desk, email: &str, password: &str) -> Client {
    let credentials = STANDARD.encode(format!("{email}:{password}"));
    desk.anonymous().with_authorization(&format!("Basic {credentials}"))
}

#[track_caller]
fn is_refused(answer: &Answer) {
    assert_eq!(answer.status, 400, "{answer}");
    let body =
        json!({ "error": "invalid_grant", "error_description": "The user name or password is incorrect." });
    assert_eq!(answer.json(), body);
}

on_both_stores! {
    fn a_password_gets_tokens(desk) {
        let answer = by_password(desk, &[]);
        insta::assert_json_snapshot!("tokens", shape(&answer.record()));
        assert_eq!(answer.header("cache-control"), "no-store");
        bearer(desk, &answer.json()["access_token"]).get(CHECKS).record();
        bearer(desk, &answer.json()["refresh_token"]).get(CHECKS).is_denied();
        let other = by_password(desk, &[("totp", "")]);
        assert_eq!(other.status, 200, "an empty totp counts as none");
        assert_ne!(other.json()["access_token"], answer.json()["access_token"]);
    }

    fn a_body_is_a_form_whatever_it_says(desk) {
        let form = format!("grant_type=password&username={ADMIN_EMAIL}&password={}", ADMIN_PASSWORD.replace(' ', "+"));
        for headers in [
            vec![], vec![("content-type", "text/plain")], vec![("content-type", "application/json")],
            vec![("content-type", "application/octet-stream"), ("accept", "text/html")],
        ] {
            let answer = desk.anonymous().send(Method::POST, TOKEN, &headers, Some(form.as_bytes()));
            assert_eq!(answer.status, 200, "{headers:?}: {answer}");
        }
        let body = json!({ "grant_type": "password", "username": ADMIN_EMAIL, "password": ADMIN_PASSWORD });
        let answer = desk.anonymous().post(TOKEN, &body);
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("unsupported_grant_type")));
        for form in [vec![], vec![("grant_type", "implicit")], vec![("username", ADMIN_EMAIL)]] {
            assert_eq!(desk.anonymous().form(TOKEN, &form).json()["error"], "unsupported_grant_type");
        }
    }

    fn every_wrong_sign_in_looks_the_same(desk) {
        desk.admin().post(USERS, &json!({
            "FullName": "No API", "Email": "noapi@example.com", "NewPassword": ADMIN_PASSWORD,
        })).id();
        desk.admin().post(USERS, &json!({
            "FullName": "Inactive", "Email": "inactive@example.com", "NewPassword": ADMIN_PASSWORD, "APIAccess": true,
            "Active": false,
        })).id();
        desk.admin().post(USERS, &json!({ "FullName": "None", "Email": "none@example.com", "APIAccess": true })).id();
        for (email, password) in [
            (ADMIN_EMAIL, "wrong"), (ADMIN_EMAIL, ""), (ADMIN_EMAIL, "Correct horse battery staple"),
            ("nobody@example.com", ADMIN_PASSWORD), ("", ADMIN_PASSWORD), ("noapi@example.com", ADMIN_PASSWORD),
            ("inactive@example.com", ADMIN_PASSWORD), ("none@example.com", ""), ("none@example.com", "null"),
        ] {
            let form = [("grant_type", "password"), ("username", email), ("password", password)];
            is_refused(&desk.anonymous().form(TOKEN, &form));
        }
        let loud = [("grant_type", "password"), ("username", " Admin@Example.COM"), ("password", ADMIN_PASSWORD)];
        assert_eq!(desk.anonymous().form(TOKEN, &loud).status, 200, "addresses are compared without case");
    }

    fn refresh_tokens_rotate(desk: with [("TOKENS__GRACE_SECONDS", "0")]) {
        let first = by_password(desk, &[]).record();
        let second = refresh(desk, &first["refresh_token"], None, "").record();
        assert_eq!(second["expires_in"], 604_799);
        let third = refresh(desk, &second["refresh_token"], None, "").record();
        bearer(desk, &third["access_token"]).get(CHECKS).record();
        let other = by_password(desk, &[]).record();

        is_refused(&refresh(desk, &second["refresh_token"], None, ""));
        is_refused(&refresh(desk, &third["refresh_token"], None, ""));
        for ended in [&first, &second, &third] {
            bearer(desk, &ended["access_token"]).get(CHECKS).is_denied();
        }
        bearer(desk, &other["access_token"]).get(CHECKS).record();
        refresh(desk, &other["refresh_token"], None, "").record();
        is_refused(&refresh(desk, &json!("x"), None, ""));
        is_refused(&refresh(desk, &other["access_token"], None, ""));
    }

    fn a_lost_answer_can_be_asked_for_again(desk) {
        let first = by_password(desk, &[("client_id", "phone app")]).record();
        let second = refresh(desk, &first["refresh_token"], None, "").record();
        let again = refresh(desk, &first["refresh_token"], Some("phone app"), "").record();
        for token in ["access_token", "refresh_token"] {
            assert_eq!(again[token], second[token], "one successor, not two");
        }
        let left = again["expires_in"].as_i64().expect("seconds");
        assert!((604_700..=604_799).contains(&left), "{left}");
        is_refused(&refresh(desk, &first["refresh_token"], Some("other"), ""));
        let third = refresh(desk, &second["refresh_token"], None, "").record();
        assert_ne!(third["refresh_token"], second["refresh_token"]);
        is_refused(&refresh(desk, &first["refresh_token"], None, ""));
        is_refused(&refresh(desk, &third["refresh_token"], None, ""));
        bearer(desk, &third["access_token"]).get(CHECKS).is_denied();
    }

    fn two_hundred_refreshes_at_once_make_one_successor(desk: with [("LIMITS__ADDRESS_PER_SECOND", "0")]) {
        let mut token = by_password(desk, &[]).record()["refresh_token"].clone();
        let anyone = desk.anonymous();
        for _round in 0..harness::count("REFRESH_ROUNDS", 20) {
            let pairs: Vec<Value> = std::thread::scope(|scope| {
                let asking: Vec<_> = (0..8).map(|_| scope.spawn(|| {
                    (0..25).map(|_| refresh_by(&anyone, &token, None, "").record()).collect::<Vec<_>>()
                })).collect();
                asking.into_iter().flat_map(|thread| thread.join().expect("answers")).collect()
            });
            assert_eq!(pairs.len(), 200);
            for pair in &pairs {
                assert_eq!(pair["access_token"], pairs[0]["access_token"]);
                assert_eq!(pair["refresh_token"], pairs[0]["refresh_token"]);
            }
            bearer(desk, &pairs[0]["access_token"]).get(CHECKS).record();
            token = pairs[0]["refresh_token"].clone();
        }
    }

    fn a_sign_in_lasts_no_longer_than_it_may(desk: with [("TOKENS__SESSION_SECONDS", "90")]) {
        let first = by_password(desk, &[]).record();
        assert_eq!(first["expires_in"], 90);
        let second = refresh(desk, &first["refresh_token"], None, "").record();
        let left = second["expires_in"].as_i64().expect("seconds");
        assert!(left <= 90, "{left}");
    }

    fn refresh_tokens_end_with_the_right_to_sign_in(desk) {
        let user = json!({
            "FullName": "U", "Email": "u@example.com", "NewPassword": "the first password", "APIAccess": true,
        });
        let id = desk.admin().post(USERS, &user).id();
        let mut password = "the first password";
        let second = json!({ "NewPassword": "the second password" });
        for change in [second, json!({ "Active": false }), json!({ "APIAccess": false })] {
            let form = [("grant_type", "password"), ("username", "u@example.com"), ("password", password)];
            let tokens = desk.anonymous().form(TOKEN, &form).record();
            let mut body = change.clone();
            body["Id"] = json!(id);
            desk.admin().patch(USERS, &body).id();
            is_refused(&refresh(desk, &tokens["refresh_token"], None, ""));
            is_refused(&desk.anonymous().form(TOKEN, &form));
            desk.admin().patch(USERS, &json!({ "Id": id, "Active": true, "APIAccess": true })).id();
            password = "the second password";
        }
    }

    fn a_refresh_names_the_client_of_the_login_or_none(desk) {
        let login = |more: &[(&str, &str)]| by_password(desk, more).record()["refresh_token"].clone();
        let named = login(&[("client_id", "phone app")]);
        is_refused(&refresh(desk, &named, Some("other"), ""));
        is_refused(&refresh(desk, &named, None, "&client_id=other"));
        is_refused(&refresh(desk, &named, Some(ADMIN_EMAIL), ""));
        let next = refresh(desk, &named, Some("phone app"), "").record()["refresh_token"].clone();
        let next = refresh(desk, &next, None, "&client_id=phone+app").record()["refresh_token"].clone();
        refresh(desk, &next, None, "").record();
        let unnamed = login(&[]);
        is_refused(&refresh(desk, &unnamed, Some("phone app"), ""));
        let next = refresh(desk, &unnamed, Some(ADMIN_EMAIL), "").record()["refresh_token"].clone();
        refresh(desk, &next, None, "").record();
        let form = format!("grant_type=password&username={ADMIN_EMAIL}&password={}", ADMIN_PASSWORD.replace(' ', "+"));
        let header = [("client_id", "by header")];
        let login = desk.anonymous().send(Method::POST, TOKEN, &header, Some(form.as_bytes())).record();
        is_refused(&refresh(desk, &login["refresh_token"], None, "&client_id=other"));
        refresh(desk, &login["refresh_token"], Some("by header"), "").record();
    }

    fn basic_authenticates_users_with_api_access(desk) {
        basic(desk, ADMIN_EMAIL, ADMIN_PASSWORD).get(CHECKS).record();
        basic(desk, "ADMIN@example.com", ADMIN_PASSWORD).get(CHECKS).record();
        basic(desk, ADMIN_EMAIL, "wrong").get(CHECKS).is_denied();
        basic(desk, "nobody@example.com", ADMIN_PASSWORD).get(CHECKS).is_denied();
        let user = json!({
            "FullName": "U", "Email": "u@example.com", "NewPassword": "with: a colon", "IsAdmin": true,
        });
        let id = desk.admin().post(USERS, &user).id();
        let user = basic(desk, "u@example.com", "with: a colon");
        user.get(CHECKS).is_denied();
        desk.admin().patch(USERS, &json!({ "Id": id, "APIAccess": true })).id();
        user.get(CHECKS).record();
        desk.admin().patch(USERS, &json!({ "Id": id, "NewPassword": "another password" })).id();
        user.get(CHECKS).is_denied();
        basic(desk, "u@example.com", "another password").get(CHECKS).record();
        desk.admin().patch(USERS, &json!({ "Id": id, "Active": false })).id();
        basic(desk, "u@example.com", "another password").get(CHECKS).is_denied();
    }

    fn the_password_grant_can_be_closed(desk: with [("TOKENS__PASSWORD_GRANT", "false")]) {
        let answer = by_password(desk, &[]);
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("unsupported_grant_type")));
    }

    fn lifetimes_are_told(desk: with [("TOKENS__ACCESS_SECONDS", "90")]) {
        assert_eq!(by_password(desk, &[]).record()["expires_in"], 90);
    }
}
