//! The sessions of the pages: how they begin, what they open, and how they end.

use proofdesk_domain::entities::token;
use serde_json::json;

use super::browser::{Browser, SESSION, desk_of, sessions};
use super::issuer::{Issuer, now};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Authenticator, Desk, Store, USER_PASSWORD, USERS};

const ADA: &str = "ada@example.com";

fn desk_with_user() -> (Desk, i64) {
    let desk = Desk::start(Store::Sqlite);
    let user = desk.user(ADA, &["CoworkerIdentityCheck-List"], &[desk.business("Harbour")]);
    (desk, user)
}

fn signed_in(desk: &Desk) -> Browser {
    let mut browser = Browser::new(desk);
    let answer = browser.sign_in(ADA, USER_PASSWORD, "");
    assert_eq!((answer.status, answer.header("location")), (303, "/account"), "{answer}");
    browser
}

#[test]
fn a_password_begins_one_and_signing_out_ends_it() {
    let (desk, user) = desk_with_user();
    let mut browser = Browser::new(&desk);
    let refused = browser.sign_in(ADA, "something else", "");
    assert_eq!(refused.status, 401, "{refused}");
    assert!(refused.text().contains("That is not right.") && refused.text().contains(ADA), "{refused}");
    assert_eq!(sessions(&desk).len(), 0);
    let answer = browser.sign_in(ADA, USER_PASSWORD, "");
    let cookie = answer.header("set-cookie").to_owned();
    let value = browser.cookies[SESSION].clone();
    assert_eq!(cookie, format!("{SESSION}={value}; Path=/; HttpOnly; SameSite=Lax"));
    assert_eq!(value.len(), 43, "256 bits");
    assert!(sessions(&desk)[0].text(token::HASH).is_some_and(|hash| hash != value));
    let page = browser.get("/account");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
    let form = browser.form_token();
    let out = browser.form("/account/sign-out", &[("form", &form)]);
    assert_eq!((out.status, out.header("location")), (303, "/account/signed-out"));
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!((sessions(&desk).len(), browser.cookies.len()), (0, 0));
    browser.cookies.insert(SESSION.to_owned(), value);
    assert!(!browser.is_signed_in(), "the old cookie opens nothing");
    let kinds: Vec<_> = desk.audit("User", user).iter().map(|entry| entry["AuditType"].clone()).collect();
    assert_eq!(kinds[kinds.len() - 2..], [json!(101), json!(105)]);
}

#[test]
fn each_sign_in_begins_a_new_one_and_ends_the_browsers_old_one() {
    let (desk, _) = desk_with_user();
    let mut browser = signed_in(&desk);
    let first = browser.cookies[SESSION].clone();
    browser.sign_in(ADA, USER_PASSWORD, "");
    assert_ne!(browser.cookies[SESSION], first);
    assert_eq!(sessions(&desk).len(), 1);
    // Nor does a value that somebody else has put there become one.
    let mut fixed = Browser::new(&desk);
    fixed.cookies.insert(SESSION.to_owned(), "chosen-by-somebody-else".to_owned());
    fixed.sign_in(ADA, USER_PASSWORD, "");
    assert_ne!(fixed.cookies[SESSION], "chosen-by-somebody-else");
    assert_eq!(sessions(&desk).len(), 2);
}

#[test]
fn the_api_takes_no_session_and_the_pages_take_no_token() {
    let (desk, _) = desk_with_user();
    let browser = signed_in(&desk);
    let value = browser.cookies[SESSION].clone();
    let cookie = format!("{SESSION}={value}");
    for path in ["/api/auth/me", "/api/spaces/coworkeridentitychecks"] {
        assert_eq!(desk.anonymous().get_with(path, &[("cookie", &cookie)]).status, 401, "{path}");
        let bearer = desk.anonymous().with_authorization(&format!("Bearer {value}"));
        assert_eq!(bearer.get(path).status, 401, "{path}");
    }
    let grant = [("grant_type", "refresh_token"), ("refresh_token", value.as_str())];
    assert_eq!(desk.anonymous().form("/api/token", &grant).status, 400);
    let introspected = desk.admin().form("/api/token/introspect", &[("token", &value)]).record();
    assert_eq!(introspected, json!({ "active": false }));
    desk.anonymous().form("/api/token/revoke", &[("token", &value)]).record();
    assert_eq!(sessions(&desk).len(), 1, "what is in a cookie is no token to revoke");
    let api = desk.signed_in(ADA, USER_PASSWORD);
    let mut other = Browser::new(&desk);
    other.cookies.insert(SESSION.to_owned(), api.token().to_owned());
    assert!(!other.is_signed_in());
}

#[test]
fn one_is_listed_with_the_other_sign_ins_and_ended_like_them() {
    let (desk, user) = desk_with_user();
    let (mut here, mut there) = (signed_in(&desk), signed_in(&desk));
    let api = desk.signed_in(ADA, USER_PASSWORD);
    let listed = api.get("/api/auth/sessions").record().to_string();
    assert_eq!(listed.matches("Browser, by password").count(), 2, "{listed}");
    let page = here.get("/account").text();
    assert_eq!(page.matches("(here)").count(), 1, "{page}");
    let ids: Vec<String> =
        page.split("name=\"id\" value=\"").skip(1).map(|rest| rest[..36].to_owned()).collect();
    assert_eq!(ids.len(), 2);
    let form = here.form_token();
    for id in &ids {
        assert_eq!(here.form("/account/end", &[("form", &form), ("id", id)]).status, 303);
    }
    assert!(here.is_signed_in() && !there.is_signed_in());
    assert_eq!(api.get("/api/auth/me").status, 401);
    desk.admin().post(&format!("{USERS}/endsessions/{user}"), &json!({})).record();
    assert!(!here.is_signed_in());
}

#[test]
fn one_ends_with_the_right_to_it() {
    let (desk, user) = desk_with_user();
    let bundle = desk.admin().get(&format!("{USERS}/{user}")).record()["UserRoles"].clone();
    for (what, change) in [
        ("disabled", json!({ "Active": false })),
        ("another password", json!({ "NewPassword": "another password of a test" })),
        ("fewer roles", json!({ "UserRoles": [] })),
    ] {
        let mut browser = signed_in(&desk);
        let mut body = change;
        body["Id"] = user.into();
        desk.admin().patch(USERS, &body).record();
        assert!(!browser.is_signed_in(), "{what}");
        assert_eq!(sessions(&desk).len(), 0, "{what}");
        let back = json!({ "Id": user, "Active": true, "NewPassword": USER_PASSWORD, "UserRoles": bundle });
        desk.admin().patch(USERS, &back).record();
    }
}

#[test]
fn one_ends_when_nobody_uses_it_and_at_the_latest_after_its_time() {
    let (desk, _) = desk_with_user();
    let mut browser = signed_in(&desk);
    let kept = || sessions(&desk).pop().expect("a session");
    let begun = kept();
    assert!((890..=900).contains(&(begun.int(token::EXPIRES_ON).expect("a time") - now())));
    // Used after a while, it lives on; used again at once, nothing is written.
    desk.keep(begun.clone().with(token::EXPIRES_ON, now() + 30));
    assert!(browser.is_signed_in());
    let later = kept();
    assert!(later.int(token::EXPIRES_ON).expect("a time") > now() + 800);
    assert!(browser.is_signed_in());
    assert_eq!(kept().int(token::EXPIRES_ON), later.int(token::EXPIRES_ON));
    // Near its end it isn't put off any further.
    let age = 12 * 3600 - 60;
    desk.keep(later.clone().with(token::STARTED_ON, now() - age).with(token::EXPIRES_ON, now() + 5));
    assert!(browser.is_signed_in());
    assert!(kept().int(token::EXPIRES_ON).expect("a time") <= now() + 61);
    for ended in [
        later.clone().with(token::EXPIRES_ON, now() - 1),
        later.clone().with(token::STARTED_ON, now() - 12 * 3600 - 1),
    ] {
        desk.keep(ended);
        assert!(!browser.is_signed_in());
    }
}

#[test]
fn the_password_is_changed_and_all_other_sign_ins_end() {
    let (desk, _) = desk_with_user();
    let (mut here, mut there) = (signed_in(&desk), signed_in(&desk));
    let form = here.form_token();
    let change = |browser: &mut Browser, present: &str, new: &str| {
        browser.form("/account/change-password", &[("form", &form), ("present", present), ("password", new)])
    };
    let wrong = change(&mut here, "something else", "a new password of a test");
    assert!(wrong.status == 400 && wrong.text().contains("The present password is wrong."), "{wrong}");
    let weak = change(&mut here, USER_PASSWORD, "password1");
    assert!(weak.status == 400 && weak.text().contains("The password "), "{weak}");
    let done = change(&mut here, USER_PASSWORD, "a new password of a test");
    assert_eq!((done.status, done.header("location")), (303, "/account?done=password"), "{done}");
    assert!(here.get("/account?done=password").text().contains("The password was changed."));
    assert!(!there.is_signed_in());
}

#[test]
fn a_second_factor_is_asked_for_and_ends_what_began_without_it() {
    let (desk, _) = desk_with_user();
    let mut before = signed_in(&desk);
    let api = desk.signed_in(ADA, USER_PASSWORD);
    let authenticator = Authenticator::turn_on(&api, USER_PASSWORD);
    let mut browser = Browser::new(&desk);
    assert_eq!(browser.sign_in(ADA, USER_PASSWORD, "").status, 401);
    assert_eq!(browser.sign_in(ADA, USER_PASSWORD, &authenticator.wrong_code()).status, 401);
    let code = authenticator.code(1);
    assert_eq!(browser.sign_in(ADA, USER_PASSWORD, &code).status, 303);
    assert_eq!(Browser::new(&desk).sign_in(ADA, USER_PASSWORD, &code).status, 401, "a code is good once");
    assert!(browser.is_signed_in());
    // The one from before began, as it may have done, in the same second: it is made an hour older here.
    let (older, newer): (Vec<_>, Vec<_>) =
        sessions(&desk).into_iter().partition(|session| session.text(token::HASH) == Some(&hash(&before)));
    assert_eq!((older.len(), newer.len()), (1, 1));
    desk.keep(older[0].clone().with(token::STARTED_ON, now() - 3600));
    assert!(!before.is_signed_in() && browser.is_signed_in());
}

/// What is kept of a browser's session.
fn hash(browser: &Browser) -> String {
    let value = browser.cookies[SESSION].as_bytes();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, value);
    digest.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn guessing_is_held_back_as_it_is_everywhere() {
    let (desk, _) = desk_with_user();
    let mut browser = Browser::new(&desk);
    let answers: Vec<u16> = (0..6).map(|_| browser.sign_in(ADA, "wrong", "").status).collect();
    assert_eq!(answers, [401, 401, 401, 401, 429, 429]);
    let refused = browser.sign_in(ADA, USER_PASSWORD, "");
    assert_eq!(refused.status, 429);
    assert!(refused.text().contains("Wait ") && refused.text().contains(" seconds"), "{refused}");
}

#[test]
fn where_passwords_are_off_only_the_issuer_signs_in() {
    let issuer = Issuer::start();
    let desk = desk_of(&issuer, Store::Sqlite, &[("SESSIONS__PASSWORD", "false")]);
    let mut browser = Browser::new(&desk);
    let page = browser.get("/account/sign-in").text();
    assert!(page.contains("/account/oidc/start") && !page.contains("name=\"password\""), "{page}");
    assert_eq!(browser.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD, "").status, 404);
    assert_eq!(sessions(&desk).len(), 0);
}

#[test]
fn over_tls_the_cookie_is_for_tls_and_this_host_only() {
    let desk = Desk::builder(Store::Sqlite).set("PUBLIC_URL", "https://desk.example.com").start();
    let browser = Browser::new(&desk);
    let form = [("email", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];
    let answer = browser.form_from("/account/sign-in", &form, &[("origin", "https://desk.example.com")]);
    assert_eq!(answer.status, 303, "{answer}");
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-proofdesk=")
            && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{cookie}"
    );
}
