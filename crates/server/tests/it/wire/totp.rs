//! The second factor.

use proofdesk_domain::entities::{recovery_code, totp};
use serde_json::{Value, json};
use ureq::http::Method;

use crate::harness::{
    ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Authenticator, CHECKS, CONFIRM, Client, Desk, Store, TOTP, USERS,
};

const TOKEN: &str = "/api/token";
const PASSWORD: &str = "a password of a test";

/// A user who may use the API, and its id.
fn user(desk: &Desk, email: &str) -> i64 {
    let business = desk.business("Harbour");
    let user = json!({
        "FullName": "Grace Hopper", "Email": email, "NewPassword": PASSWORD, "APIAccess": true, "Businesses": [business],
    });
    desk.admin().post(USERS, &user).id()
}

fn sign_in(desk: &Desk, email: &str, code: &str) -> Answer {
    let form = [("grant_type", "password"), ("username", email), ("password", PASSWORD), ("totp", code)];
    desk.anonymous().form(TOKEN, &form)
}

fn refresh(desk: &Desk, tokens: &Value) -> Answer {
    let token = tokens["refresh_token"].as_str().expect("a token");
    desk.anonymous().form(TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", token)])
}

fn bearer(desk: &Desk, tokens: &Value) -> Client {
    desk.anonymous()
        .with_authorization(&format!("Bearer {}", tokens["access_token"].as_str().expect("a token")))
}

fn basic(desk: &Desk, email: &str) -> Client {
    use base64::Engine as _;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{email}:{PASSWORD}"));
    desk.anonymous().with_authorization(&format!("Basic {credentials}"))
}

fn turn_off(client: &Client, password: &str, code: &str) -> Answer {
    let body = json!({ "Password": password, "Code": code }).to_string();
    client.send(Method::DELETE, TOTP, &[("content-type", "application/json")], Some(body.as_bytes()))
}

#[track_caller]
fn is_refused(answer: &Answer) {
    let body =
        json!({ "error": "invalid_grant", "error_description": "The user name or password is incorrect." });
    assert_eq!((answer.status, answer.json()), (400, body), "{answer}");
}

/// What the audit trail has of a user besides its making, oldest first.
fn said(desk: &Desk, id: i64) -> Vec<String> {
    let entries = desk.audit("User", id);
    let text = |entry: &Value| entry["Description"].as_str().unwrap_or_default().to_owned();
    entries.iter().map(text).filter(|text| text != "User was created").collect()
}

on_both_stores! {
    fn a_code_is_needed_once_it_is_on(desk) {
        let email = "grace@example.com";
        let id = user(desk, email);
        let before = sign_in(desk, email, "").record();
        let grace = bearer(desk, &before);
        assert_eq!(grace.post(TOTP, &json!({ "Password": "not the password" })).errors(), ["Password: is not right"]);
        assert_eq!(grace.post(TOTP, &json!({})).errors(), ["Password: is a required field"]);
        let answer = grace.post(TOTP, &json!({ "Password": PASSWORD }));
        assert_eq!(answer.header("cache-control"), "no-store");
        let enrolled = answer.record();
        let mut own = Authenticator::read(&enrolled);
        assert_eq!((own.secret.len(), own.recovery_codes.len()), (32, 10));
        let url = enrolled["Url"].as_str().expect("a URL");
        assert!(url.starts_with("otpauth://totp/Proofdesk:grace%40example.com?") && url.contains(&own.secret), "{url}");

        sign_in(desk, email, "").record();
        sign_in(desk, email, "123456").record();
        basic(desk, email).get("/api/auth/me").record();
        assert_eq!(grace.post(CONFIRM, &json!({ "Code": own.wrong_code() })).errors(), ["Code: is not right"]);
        own.confirm(&grace);
        assert_eq!(grace.get("/api/auth/me").record()["TwoFactorEnabled"], true);

        is_refused(&sign_in(desk, email, ""));
        let tokens = sign_in(desk, email, &own.code(1)).record();
        let next = refresh(desk, &tokens).record();
        bearer(desk, &next).get("/api/auth/me").record();
        let text = [
            "A change of the second factor was refused",
            "A second factor was enrolled, not yet turned on",
            "A change of the second factor was refused",
            "The second factor was turned on",
        ];
        let all = said(desk, id);
        let own_steps: Vec<&String> = all.iter().filter(|said| said.contains("second factor")).collect();
        assert_eq!(own_steps, text, "{all:?}");
        assert!(all.iter().any(|said| said == "Signed in by password and code"), "{all:?}");
        for secret in own.recovery_codes.iter().chain([&own.secret]) {
            assert!(!desk.log().contains(secret.as_str()), "a secret is in the log");
        }
    }

    fn each_code_is_good_once(desk) {
        let email = "grace@example.com";
        user(desk, email);
        let own = Authenticator::turn_on(&bearer(desk, &sign_in(desk, email, "").record()), PASSWORD);
        let next = own.code(1);
        sign_in(desk, email, &next).record();
        is_refused(&sign_in(desk, email, &next));
        is_refused(&sign_in(desk, email, &own.wrong_code()));
        let recovery = own.recovery_codes[3].to_lowercase().replace('-', " ");
        sign_in(desk, email, &recovery).record();
        is_refused(&sign_in(desk, email, &recovery));
        sign_in(desk, email, &own.recovery_codes[4]).record();
        // What was used stays used, also for another process, and the counts of wrong codes begin anew.
        desk.kill();
        desk.run();
        for used in [&next, &own.recovery_codes[3]] {
            is_refused(&sign_in(desk, email, used));
        }
        sign_in(desk, email, &own.recovery_codes[5]).record();
    }

    fn of_many_who_send_one_code_at_once_one_gets_in(desk) {
        let email = "grace@example.com";
        user(desk, email);
        let own = Authenticator::turn_on(&bearer(desk, &sign_in(desk, email, "").record()), PASSWORD);
        for code in [own.code(1), own.recovery_codes[0].clone()] {
            let anyone = desk.anonymous();
            let form = [("grant_type", "password"), ("username", email), ("password", PASSWORD), ("totp", &code)];
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let asking: Vec<_> =
                    (0..8).map(|_| scope.spawn(|| anyone.form(TOKEN, &form).status)).collect();
                asking.into_iter().map(|one| one.join().expect("an answer")).collect()
            });
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
            // The counts of wrong codes begin anew.
            desk.kill();
            desk.run();
        }
    }

    fn a_wrong_code_counts_as_a_wrong_password(desk) {
        let email = "grace@example.com";
        user(desk, email);
        let grace = bearer(desk, &sign_in(desk, email, "").record());
        let mut own = Authenticator::enrol(&grace, PASSWORD);
        let recovery = grace.post(CONFIRM, &json!({ "Code": own.recovery_codes[0] })).errors();
        assert_eq!(recovery, ["Code: is not right"], "it shows no authenticator");
        own.confirm(&grace);
        for _ in 0..3 {
            is_refused(&sign_in(desk, email, &own.wrong_code()));
        }
        assert_eq!(sign_in(desk, email, &own.code(1)).status, 429);
    }

    fn sign_ins_from_before_are_not_renewed(desk) {
        let email = "grace@example.com";
        let id = user(desk, email);
        let before = sign_in(desk, email, "").record();
        let own = Authenticator::turn_on(&bearer(desk, &before), PASSWORD);
        // As if it had been turned on a second later, which the test doesn't wait for.
        let factor = desk.kept(&totp::TOTP).pop().expect("a second factor");
        let confirmed_on = factor.int(totp::CONFIRMED_ON).expect("an instant");
        desk.keep(factor.with(totp::CONFIRMED_ON, confirmed_on + 1));
        is_refused(&refresh(desk, &before));
        desk.admin().patch(USERS, &json!({ "Id": id, "TwoFactorEnabled": false })).id();
        refresh(desk, &before).record();
        assert_eq!(sign_in(desk, email, &own.code(1)).status, 200, "a code that isn't asked for is not looked at");
    }

    fn it_is_turned_off_by_password_and_code(desk) {
        let email = "grace@example.com";
        let id = user(desk, email);
        let grace = bearer(desk, &sign_in(desk, email, "").record());
        assert_eq!(turn_off(&grace, PASSWORD, "123456").errors(), ["TwoFactorEnabled: is false already"]);
        let own = Authenticator::turn_on(&grace, PASSWORD);
        assert_eq!(
            grace.post(TOTP, &json!({ "Password": PASSWORD })).errors(),
            ["TwoFactorEnabled: is true already: turn the second factor off first"],
        );
        let wrong = ["Code: is not right, or the password isn't"];
        assert_eq!(turn_off(&grace, "not the password", &own.code(1)).errors(), wrong);
        assert_eq!(turn_off(&grace, PASSWORD, &own.wrong_code()).errors(), wrong);
        assert_eq!(turn_off(&grace, PASSWORD, &own.confirmed).errors(), wrong, "it was used to turn it on");
        turn_off(&grace, PASSWORD, &own.code(1)).done();
        assert_eq!(grace.get("/api/auth/me").record()["TwoFactorEnabled"], false);
        sign_in(desk, email, "").record();
        basic(desk, email).get("/api/auth/me").record();
        assert!(said(desk, id).contains(&"The second factor was turned off".to_owned()));
        assert!(desk.kept(&totp::TOTP).is_empty() && desk.kept(&recovery_code::RECOVERY_CODE).is_empty());
        let again = Authenticator::turn_on(&grace, PASSWORD);
        assert_ne!(again.secret, own.secret);
        turn_off(&grace, PASSWORD, &again.recovery_codes[9]).done();
    }

    fn only_an_unrestricted_administrator_takes_it_from_others(desk) {
        let email = "grace@example.com";
        let id = user(desk, email);
        let refused = |text: &str| [format!("TwoFactorEnabled: {text}")];
        let on = json!({ "Id": id, "TwoFactorEnabled": true });
        let by_user = refused("is turned on by the user, with POST /api/auth/totp");
        assert_eq!(desk.admin().patch(USERS, &on).errors(), by_user);
        let new = json!({ "FullName": "N", "Email": "n@example.com", "TwoFactorEnabled": true });
        let new = desk.admin().post(USERS, &new).id();
        let new = desk.admin().get(&format!("{USERS}/{new}")).record();
        assert_eq!(new["TwoFactorEnabled"], false, "a copy of a user has none");
        desk.admin().patch(USERS, &json!({ "Id": id, "TwoFactorEnabled": false })).id();

        Authenticator::turn_on(&bearer(desk, &sign_in(desk, email, "").record()), PASSWORD);
        desk.admin().patch(USERS, &on).id();
        let whole = json!({ "FullName": "Grace", "Email": email, "APIAccess": true, "Active": true, "Businesses": [1] });
        desk.admin().put(&format!("{USERS}/{id}"), &whole).id();
        is_refused(&sign_in(desk, email, ""));
        let business = desk.business("Harbour");
        desk.admin().patch(USERS, &json!({ "Id": id, "AddedBusinesses": [business] })).id();
        let manager = desk.user_with_roles(&["User-Edit"], &[business]);
        let off = json!({ "Id": id, "TwoFactorEnabled": false });
        assert_eq!(manager.patch(USERS, &off).errors(), refused("is for unrestricted administrators to take away"));
        desk.admin().patch(USERS, &off).id();
        sign_in(desk, email, "").record();
        assert!(desk.kept(&totp::TOTP).is_empty() && desk.kept(&recovery_code::RECOVERY_CODE).is_empty());

        let own = Authenticator::turn_on(desk.admin(), ADMIN_PASSWORD);
        let me = desk.admin().get("/api/auth/me").record()["Id"].clone();
        let own_off = json!({ "Id": me, "TwoFactorEnabled": false });
        assert_eq!(desk.admin().patch(USERS, &own_off).errors(), refused("is turned off with DELETE /api/auth/totp"));
        let done = desk.command(&["user", "take-totp", ADMIN_EMAIL]).output().expect("it runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD).get(CHECKS).record();
        assert!(own.recovery_codes.len() == 10 && desk.kept(&totp::TOTP).is_empty());
    }

    fn a_secret_is_sealed_for_its_user(desk) {
        let (grace, ada) = ("grace@example.com", "ada@example.com");
        let users = [grace, ada].map(|email| user(desk, email));
        let own = [grace, ada].map(|email| Authenticator::turn_on(&bearer(desk, &sign_in(desk, email, "").record()), PASSWORD));
        let kept = desk.kept(&totp::TOTP);
        let codes = desk.kept(&recovery_code::RECOVERY_CODE);
        assert_eq!((kept.len(), codes.len()), (2, 20));
        let all = format!("{kept:?}{codes:?}");
        for own in &own {
            assert!(!all.contains(&own.secret) && own.recovery_codes.iter().all(|code| !all.contains(code)));
        }
        // Somebody who can write the database gives a user their own secret.
        let of = |id: i64| kept.iter().find(|record| record.int(totp::USER_ID) == Some(id)).expect("a record").clone();
        let stolen = of(users[1]).get(totp::SECRET).clone();
        desk.keep(of(users[0]).with(totp::SECRET, stolen).with(totp::LAST_STEP, 0_i64));
        assert_eq!(sign_in(desk, grace, &own[1].code(1)).status, 500, "it can't be opened");
        basic(desk, grace).get("/api/auth/me").is_denied();
        let recovered = sign_in(desk, grace, &own[1].recovery_codes[0]);
        is_refused(&recovered);
    }
}

/// Nothing can be written while they all look at the code, so each of them has found it unused.
#[test]
fn of_many_who_have_found_a_code_unused_one_gets_in() {
    let desk = Desk::start(Store::Sqlite);
    let email = "grace@example.com";
    user(&desk, email);
    let own = Authenticator::turn_on(&bearer(&desk, &sign_in(&desk, email, "").record()), PASSWORD);
    let database = rusqlite::Connection::open(desk.data().join("desk.db")).expect("the database");
    for code in [own.code(1), own.recovery_codes[0].clone()] {
        let (anyone, before) = (desk.anonymous(), desk.password_hashes());
        let form = [("grant_type", "password"), ("username", email), ("password", PASSWORD), ("totp", &code)];
        database.execute_batch("BEGIN IMMEDIATE").expect("the writer's lock");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let asking: Vec<_> = (0..3).map(|_| scope.spawn(|| anyone.form(TOKEN, &form).status)).collect();
            // The last of them looks at the code while the lock is given back, the others have done so.
            while desk.password_hashes() < before + 3 {}
            database.execute_batch("ROLLBACK").expect("the lock is given back");
            asking.into_iter().map(|one| one.join().expect("an answer")).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        // The counts of wrong codes begin anew.
        desk.kill();
        desk.run();
    }
}
