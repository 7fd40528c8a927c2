//! Where somebody is signed in, and how people set their own passwords.

use serde_json::{Value, json};

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, CHECKS, Client, Desk, USER_PASSWORD, USERS};

const SESSIONS: &str = "/api/auth/sessions";
const END: &str = "/api/auth/endsessions";
const SET: &str = "/api/auth/setpassword";
const CHANGE: &str = "/api/auth/changepassword";

fn sign_in(desk: &Desk, email: &str, password: &str, client: &str) -> (Client, Value) {
    let form =
        [("grant_type", "password"), ("username", email), ("password", password), ("client_id", client)];
    let issued = desk.anonymous().form("/api/token", &form).record();
    let bearer = format!("Bearer {}", issued["access_token"].as_str().expect("a token"));
    (desk.anonymous().with_authorization(&bearer), issued)
}

fn renew(desk: &Desk, issued: &Value) {
    let token = issued["refresh_token"].as_str().expect("a token");
    desk.anonymous()
        .form("/api/token", &[("grant_type", "refresh_token"), ("refresh_token", token)])
        .record();
}

fn sessions(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).json().as_array().expect("a list").clone()
}

fn clients(sessions: &[Value]) -> Vec<&str> {
    sessions.iter().map(|session| session["ClientId"].as_str().expect("a client")).collect()
}

/// What a link has behind its `#`.
fn invitation(desk: &Desk, by: &Client, user: i64) -> String {
    let made = by.post(&format!("{USERS}/invite/{user}"), &json!({}));
    assert_eq!(made.header("cache-control"), "no-store");
    let url = made.record()["Url"].as_str().expect("a link").to_owned();
    let (page, token) = url.split_once('#').expect("a token");
    assert_eq!(page, format!("{}/account/password", desk.url()));
    token.to_owned()
}

/// Whether the one thing that is wrong is wrong with a property.
#[track_caller]
fn about(answer: &Answer, property: &str) -> bool {
    let errors = answer.errors();
    errors.len() == 1 && errors[0].starts_with(&format!("{property}: "))
}

fn set(desk: &Desk, token: &str, password: &str) -> Answer {
    desk.anonymous().post(SET, &json!({ "Token": token, "NewPassword": password }))
}

on_both_stores! {
    fn sign_ins_are_listed_and_ended(desk) {
        let (phone, issued) = sign_in(desk, ADMIN_EMAIL, ADMIN_PASSWORD, "phone");
        let (laptop, _) = sign_in(desk, ADMIN_EMAIL, ADMIN_PASSWORD, "laptop");
        renew(desk, &issued);
        let mut listed = sessions(&phone, SESSIONS);
        listed.sort_by_key(|session| session["ClientId"].to_string());
        assert_eq!(clients(&listed), ["laptop", "phone"], "a renewal is no sign-in");
        assert_eq!(listed.iter().map(|session| &session["IsCurrent"]).collect::<Vec<_>>(), [false, true]);
        for session in &listed {
            for time in ["StartedOn", "RenewedOn", "ExpiresOn"] {
                assert!(session[time].as_str().is_some_and(|time| time.ends_with('Z')), "{session}");
            }
        }
        laptop.post(END, &json!({ "Ids": [listed[1]["Id"]] })).done();
        phone.get(CHECKS).is_denied();
        assert_eq!(clients(&sessions(&laptop, SESSIONS)), ["laptop"]);

        let (tablet, issued) = sign_in(desk, ADMIN_EMAIL, ADMIN_PASSWORD, "tablet");
        laptop.post(END, &json!({})).done();
        tablet.get(CHECKS).is_denied();
        laptop.get(CHECKS).record();
        let token = issued["refresh_token"].as_str().expect("a token");
        let again = [("grant_type", "refresh_token"), ("refresh_token", token)];
        assert_eq!(desk.anonymous().form("/api/token", &again).status, 400);
        for wrong in [json!({ "Ids": ["x"] }), json!({ "Ids": 5 }), json!({ "Ids": [5] })] {
            assert_eq!(laptop.post(END, &wrong).errors(), ["Ids: must be a list of at most 1000 GUIDs"]);
        }
    }

    fn sign_ins_of_others_take_the_role_and_the_rights(desk) {
        let world = desk.world();
        let user = desk.user("ann@example.com", &["Coworker-List", "Coworker-Edit"], &[world.business]);
        let (ann, _) = sign_in(desk, "ann@example.com", USER_PASSWORD, "phone");
        let (of_ann, end_of_ann) = (format!("{USERS}/getsessions/{user}"), format!("{USERS}/endsessions/{user}"));
        let reader = desk.user_with_roles(&["User-Read"], &[world.business]);
        assert_eq!(clients(&sessions(&reader, &of_ann)), ["phone"]);
        reader.post(&end_of_ann, &json!({})).is_denied();
        let lesser = desk.user_with_roles(&["User-Read", "User-Edit"], &[world.business]);
        let refused = lesser.post(&end_of_ann, &json!({}));
        assert_eq!(refused.errors().len(), 1, "Ann has rights that they don't have");
        ann.get("/api/auth/me").record();
        desk.admin().post(&end_of_ann, &json!({})).done();
        ann.get("/api/auth/me").is_denied();
        let elsewhere = desk.business("Elsewhere");
        let stranger = desk.user_with_roles(&["User-Read", "User-Edit"], &[elsewhere]);
        for answer in [stranger.get(&of_ann), stranger.post(&end_of_ann, &json!({}))] {
            answer.is_not_found();
        }
        let id = desk.admin().get("/api/auth/me").record()["Id"].clone();
        desk.admin().post(&format!("{USERS}/endsessions/{id}"), &json!({})).done();
        desk.admin().get("/api/auth/me").record();
    }

    fn a_link_sets_a_password_once(desk) {
        let user = json!({ "FullName": "Ann", "Email": "ann@example.com", "APIAccess": true });
        let user = desk.admin().post(USERS, &user).id();
        let token = invitation(desk, desk.admin(), user);
        assert!(about(&set(desk, &token, "short"), "NewPassword"));
        set(desk, &token, "a sentence of Ann's").done();
        let (ann, _) = sign_in(desk, "ann@example.com", "a sentence of Ann's", "phone");
        assert!(about(&set(desk, &token, "another sentence"), "Token"), "it was used");

        let first = invitation(desk, desk.admin(), user);
        let second = invitation(desk, desk.admin(), user);
        assert!(about(&set(desk, &first, "another sentence"), "Token"), "a later one ends it");
        ann.get("/api/auth/me").record();
        set(desk, &second, "another sentence").done();
        ann.get("/api/auth/me").is_denied();
        sign_in(desk, "ann@example.com", "another sentence", "phone");

        let third = invitation(desk, desk.admin(), user);
        desk.anonymous().with_authorization(&format!("Bearer {third}")).get("/api/auth/me").is_denied();
        desk.admin().patch(USERS, &json!({ "Id": user, "Active": false })).id();
        assert!(about(&set(desk, &third, "another sentence"), "Token"));
        let inactive = desk.admin().post(&format!("{USERS}/invite/{user}"), &json!({}));
        assert!(about(&inactive, "Active"));
        for wrong in ["", "x", desk.admin().token()] {
            assert!(about(&set(desk, wrong, "another sentence"), "Token"));
        }
        let entries = desk.audit("User", user);
        let said: Vec<&str> = entries.iter().filter_map(|entry| entry["Description"].as_str()).collect();
        assert_eq!(said.iter().filter(|said| **said == "The password was set by a link").count(), 2, "{said:?}");
    }

    fn a_link_ends(desk) {
        let user = json!({ "FullName": "Ann", "Email": "ann@example.com" });
        let user = desk.admin().post(USERS, &user).id();
        let made = desk.admin().post(&format!("{USERS}/invite/{user}"), &json!({})).record();
        assert!(made["ExpiresOn"].as_str().is_some_and(|time| time.ends_with('Z')), "{made}");
        let printed = desk.command(&["user", "invite", "ann@example.com"]).output().expect("the binary runs");
        let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
        assert!(printed.contains("It is good once, for 72 hours"), "{printed}");
        let link = printed.lines().next().and_then(|line| line.split_once("/account/password#")).expect("a link").1;
        assert!(about(&set(desk, link, "short"), "NewPassword"), "it is good");
        desk.let_tokens_end();
        assert!(about(&set(desk, link, "another sentence"), "Token"));
    }

    fn a_link_is_for_whoever_may_set_the_password(desk) {
        let world = desk.world();
        let user = desk.user("ann@example.com", &["Coworker-List", "Coworker-Edit"], &[world.business]);
        let lesser = desk.user_with_roles(&["User-Read", "User-Edit"], &[world.business]);
        let refused = lesser.post(&format!("{USERS}/invite/{user}"), &json!({}));
        assert!(about(&refused, "NewPassword"));
        let equal = ["User-Read", "User-Edit", "Coworker-List", "Coworker-Edit"];
        let equal = desk.user_with_roles(&equal, &[world.business]);
        invitation(desk, &equal, user);
        let admin = desk.admin().get("/api/auth/me").record()["Id"].clone();
        equal.post(&format!("{USERS}/invite/{admin}"), &json!({})).is_not_found();
    }

    fn people_change_their_own_password(desk) {
        let world = desk.world();
        let none: [&str; 0] = [];
        desk.user("ann@example.com", &none, &[world.business]);
        let (phone, _) = sign_in(desk, "ann@example.com", USER_PASSWORD, "phone");
        let (laptop, _) = sign_in(desk, "ann@example.com", USER_PASSWORD, "laptop");
        let change = |present: &str, new: &str| phone.post(CHANGE, &json!({ "Password": present, "NewPassword": new }));
        assert!(about(&change("wrong", "a new sentence"), "Password"));
        assert!(about(&change(USER_PASSWORD, "short"), "NewPassword"));
        laptop.get("/api/auth/me").record();
        change(USER_PASSWORD, "a new sentence").done();
        laptop.get("/api/auth/me").is_denied();
        phone.get("/api/auth/me").record();
        sign_in(desk, "ann@example.com", "a new sentence", "laptop");
        for wrong in [json!({}), json!({ "Password": 5, "NewPassword": "a new sentence" }), json!({ "Password": "x" })] {
            assert_eq!(phone.post(CHANGE, &wrong).errors().len(), 1);
        }
        desk.anonymous().post(CHANGE, &json!({ "Password": "x", "NewPassword": "y" })).is_denied();
    }
}
