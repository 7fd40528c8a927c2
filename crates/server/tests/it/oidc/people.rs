//! Whom the issuer's words sign in.

use serde_json::{Value, json};

use super::browser::{Browser, desk_of, sessions};
use super::issuer::{Issuer, Wanted};
use crate::harness::{Answer, Desk, Store, USERS};

fn claims(claims: Value) -> Wanted {
    Wanted { claims, ..Wanted::default() }
}

#[track_caller]
fn says(answer: &Answer, words: &str) {
    assert_eq!(answer.status, 403, "{answer}");
    assert!(answer.text().contains(words), "{answer}");
}

fn kinds(desk: &Desk, user: i64) -> Vec<String> {
    let entries = desk.audit("User", user);
    let kind = |entry: &Value| entry["AuditType"].to_string();
    entries.iter().map(kind).collect()
}

fn signs_in(store: Store) {
    let issuer = Issuer::start();
    let desk = desk_of(&issuer, store, &[]);
    let user = desk.user("Ada@example.com", &["CoworkerIdentityCheck-List"], &[desk.business("Harbour")]);
    let mut browser = Browser::new(&desk);
    let page = browser.get("/account/sign-in").text();
    assert!(page.contains("Sign in with the &lt;Office&gt;"), "{page}");
    let sent = browser.start(&issuer);
    assert_eq!(sent.path(), "/auth");
    for (name, value) in [
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", super::issuer::CLIENT),
        ("scope", "openid email profile"),
        ("code_challenge_method", "S256"),
        ("redirect_uri", &format!("{}/account/oidc/callback", desk.url())),
    ] {
        assert_eq!(super::browser::parameter(&sent, name), value, "{name}");
    }
    let answer = browser.finish(&sent);
    assert_eq!((answer.status, answer.header("location")), (303, "/account"), "{answer}");
    let page = browser.get("/account").text();
    assert!(
        page.contains("A User") && page.contains("Ada@example.com") && page.contains("Harbour: "),
        "{page}"
    );
    assert!(page.contains("Browser, by OpenID Connect"), "{page}");
    let last = kinds(&desk, user);
    assert_eq!(last[last.len() - 2..], ["107", "101"], "linked, and signed in: {last:?}");
    // From now on the address says nothing, and who it is there says all.
    issuer.want(claims(json!({ "email": "other@example.com", "email_verified": false })));
    assert_eq!(Browser::new(&desk).walk(&issuer).status, 303);
    let last = kinds(&desk, user);
    assert_eq!(last[last.len() - 2..], ["101", "101"], "{last:?}");
    assert_eq!(sessions(&desk).len(), 2);
    assert_eq!(issuer.wrong(), Vec::<String>::new());
}

#[test]
fn a_user_that_is_there_signs_in_sqlite() {
    signs_in(Store::Sqlite);
}

#[test]
fn a_user_that_is_there_signs_in_postgres() {
    signs_in(Store::Postgres);
}

#[test]
fn who_is_not_known_or_not_wanted_stays_out_and_is_told_why() {
    let issuer = Issuer::start();
    let desk = desk_of(&issuer, Store::Sqlite, &[]);
    let unknown = "You have no account at this desk";
    says(&Browser::new(&desk).walk(&issuer), unknown);
    let user = desk.user("ada@example.com", &["CoworkerIdentityCheck-List"], &[desk.business("Harbour")]);
    for unverified in [
        json!({ "email_verified": false }),
        json!({ "email_verified": null }),
        json!({ "email_verified": "no" }),
    ] {
        issuer.want(claims(unverified));
        says(&Browser::new(&desk).walk(&issuer), "is not verified");
    }
    issuer.want(Wanted { userinfo: json!({ "sub": "somebody" }), ..claims(json!({ "email": null })) });
    says(&Browser::new(&desk).walk(&issuer), unknown);
    issuer.want(Wanted::default());
    desk.admin().patch(USERS, &json!({ "Id": user, "Active": false })).record();
    says(&Browser::new(&desk).walk(&issuer), "Your account is disabled");
    desk.admin().patch(USERS, &json!({ "Id": user, "Active": true })).record();
    assert_eq!(sessions(&desk).len(), 0);
    assert_eq!(Browser::new(&desk).walk(&issuer).status, 303);
    desk.admin().patch(USERS, &json!({ "Id": user, "Active": false })).record();
    says(&Browser::new(&desk).walk(&issuer), "Your account is disabled");
    desk.admin().patch(USERS, &json!({ "Id": user, "Active": true })).record();
    // The address went to somebody else at the issuer.
    issuer.want(claims(json!({ "sub": "successor" })));
    says(&Browser::new(&desk).walk(&issuer), "belongs to somebody else");
    assert_eq!(sessions(&desk).len(), 0);
    let refusals = desk.admin().get("/api/sys/audittrailentries?size=1000").records();
    let refusals = refusals.iter().filter(|entry| entry["AuditType"] == 102);
    let text = refusals.map(|entry| entry["Description"].to_string()).collect::<String>();
    assert!(text.contains("disabled") && text.contains("not verified"), "{text}");
    assert!(!text.contains("ada@") && !text.contains("successor"), "{text}");
}

#[test]
fn a_newcomer_gets_a_user_where_that_is_wanted() {
    let issuer = Issuer::start();
    let desk = desk_of(&issuer, Store::Sqlite, &[("OIDC__CREATE_USERS", "true")]);
    let mut browser = Browser::new(&desk);
    assert_eq!(browser.walk(&issuer).status, 303);
    let page = browser.get("/account").text();
    assert!(page.contains("Ada &lt;Lovelace&gt;") && page.contains("You have no roles yet"), "{page}");
    let users = desk.admin().get(&format!("{USERS}?User_Email=ada@example.com")).records();
    assert_eq!(users.len(), 1);
    assert_eq!((&users[0]["APIAccess"], &users[0]["IsAdmin"]), (&json!(false), &json!(false)));
    assert_eq!(Browser::new(&desk).walk(&issuer).status, 303, "and is known from then on");
    assert_eq!(desk.admin().get(&format!("{USERS}?User_Email=ada@example.com")).records().len(), 1);
    issuer.want(claims(json!({ "sub": "x", "email": "no address" })));
    assert_eq!(Browser::new(&desk).walk(&issuer).status, 403);
}

#[test]
fn what_the_token_leaves_out_is_asked_for() {
    let issuer = Issuer::start();
    let desk = desk_of(&issuer, Store::Sqlite, &[]);
    desk.user("ada@example.com", &["CoworkerIdentityCheck-List"], &[desk.business("Harbour")]);
    let short = json!({ "email": null, "email_verified": null });
    let person = json!({ "sub": "somebody", "email": "ada@example.com", "email_verified": true });
    let other = json!({ "sub": "other", "email": "ada@example.com", "email_verified": true });
    let of = |userinfo| Wanted { claims: short.clone(), userinfo, ..Wanted::default() };
    issuer.want(of(other));
    assert_eq!(Browser::new(&desk).walk(&issuer).status, 403, "it is of somebody else");
    // Only what belongs to the token's own address says whether that is verified.
    issuer.want(Wanted {
        claims: json!({ "email_verified": null }),
        userinfo: json!({ "sub": "somebody", "email_verified": true }),
        ..Wanted::default()
    });
    assert_eq!(Browser::new(&desk).walk(&issuer).status, 403);
    issuer.want(of(person));
    assert_eq!(Browser::new(&desk).walk(&issuer).status, 303);
}

#[test]
fn a_secret_goes_into_the_form_where_basic_is_not_taken() {
    let issuer = Issuer::start();
    issuer.want(Wanted {
        metadata: json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] }),
        ..Wanted::default()
    });
    let desk = desk_of(&issuer, Store::Sqlite, &[]);
    desk.user("ada@example.com", &["CoworkerIdentityCheck-List"], &[desk.business("Harbour")]);
    assert_eq!(Browser::new(&desk).walk(&issuer).status, 303);
    assert_eq!(issuer.wrong(), Vec::<String>::new());
    let doctor = desk.command(&["doctor"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(said.contains("ok      issuer of OpenID Connect"), "{said}");
}

#[test]
fn without_an_issuer_there_are_no_such_pages() {
    let desk = Desk::start(Store::Sqlite);
    for path in ["/account/oidc/start", "/account/oidc/callback?code=a&state=b"] {
        assert_eq!(desk.anonymous().get(path).status, 404, "{path}");
    }
    assert!(!desk.anonymous().get("/account/sign-in").text().contains("oidc"));
}
