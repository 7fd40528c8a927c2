//! Passwords: which are taken, and how they are kept.

use proofdesk_domain::entities::user;
use serde_json::json;

use crate::harness::{AUDIT, CHECKS, Desk, Store, USERS};

const OLD_PASSWORD: &str = "a password of long ago";
/// Its hash, with parameters that were good enough then.
const OLD_HASH: &str = "$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHQ$ay0dcsxqldy2vNwj9bLC8A";
const TODAY: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

on_both_stores! {
    fn a_sign_in_renews_an_old_hash(desk) {
        let email = "u@example.com";
        let user = json!({ "FullName": "U", "Email": email, "NewPassword": OLD_PASSWORD, "APIAccess": true, "IsAdmin": true });
        desk.admin().post(USERS, &user).id();
        let before = desk.signed_in(email, OLD_PASSWORD);
        let record = desk.kept_user(email);
        desk.keep(record.with(user::PASSWORD_HASH, OLD_HASH));

        let form = [("grant_type", "password"), ("username", email), ("password", "another password")];
        assert_eq!(desk.anonymous().form("/api/token", &form).status, 400);
        assert_eq!(desk.kept_user(email).text(user::PASSWORD_HASH), Some(OLD_HASH), "not for a wrong one");
        desk.signed_in(email, OLD_PASSWORD);
        let renewed = desk.kept_user(email);
        let hash = renewed.text(user::PASSWORD_HASH).expect("a hash");
        assert!(hash.starts_with(TODAY), "{hash}");
        before.get(CHECKS).record();
        let entries = desk.admin().get(&format!("{AUDIT}?dir=1&size=5")).records();
        let said = |text: &str| entries.iter().filter(|entry| entry["Description"] == text).count();
        assert_eq!(said("The password was hashed anew, with today's parameters"), 1, "{entries:?}");

        desk.signed_in(email, OLD_PASSWORD);
        assert_eq!(desk.kept_user(email), renewed, "once is enough");
    }

    fn names_that_look_the_same_are_the_same(desk) {
        let user = |email: &str| json!({
            "FullName": "U", "Email": email, "NewPassword": OLD_PASSWORD, "APIAccess": true,
        });
        let email = "Straße@example.com";
        desk.admin().post(USERS, &user(email)).id();
        for other in ["STRASSE@example.com", "Stra\u{ad}ße@example.com", "ｓtrasse@example.com"] {
            assert_eq!(desk.admin().post(USERS, &user(other)).errors(), ["Email: is another user's"], "{other}");
            desk.signed_in(other, OLD_PASSWORD);
        }
        let nobody = desk.admin().post(USERS, &user("\u{ad}@example.com")).errors();
        assert_eq!(nobody, ["Email: must be an e-mail address"]);

        // As an older desk kept them.
        desk.keep(desk.kept_user(email).with(user::LOGIN, "straße@example.com"));
        desk.admin().post(USERS, &user("strasse@example.com")).id();
        desk.admin().post(USERS, &user("Größe@example.com")).id();
        desk.keep(desk.kept_user("Größe@example.com").with(user::LOGIN, "größe@example.com"));
        desk.kill();
        desk.run();
        desk.signed_in("GRÖSSE@EXAMPLE.COM", OLD_PASSWORD);
        assert_eq!(desk.kept_user("strasse@example.com").text(user::LOGIN), Some("strasse@example.com"));
        assert_eq!(desk.kept_user(email).text(user::LOGIN), Some("straße@example.com"), "one of them must change");
        assert!(desk.log().contains("this user can't sign in"), "{}", desk.log());
    }

    fn what_is_guessed_first_is_no_password(desk) {
        let user = |password: &str| json!({
            "FullName": "Ada Lovelace", "Email": "ada@harbour.example", "NewPassword": password, "APIAccess": true,
        });
        let said = |password: &str| {
            let answer = desk.admin().post(USERS, &user(password));
            let errors = answer.errors();
            assert_eq!(answer.json()["Errors"][0]["AttemptedValue"], serde_json::Value::Null, "{answer}");
            errors
        };
        let common = ["NewPassword: must not be one of the passwords that most people use"];
        for weak in ["password", "Password1", "12345678", "ILOVEYOU", "qwertyuiop"] {
            assert_eq!(said(weak), common, "{weak}");
        }
        let own = ["NewPassword: must not be the e-mail address or the name, or a part of them"];
        for weak in ["ada@harbour.example", "Lovelace1815", "ADA LOVELACE!", "harbour.example", "harbour2024"] {
            assert_eq!(said(weak), own, "{weak}");
        }
        let long: String = "0123456789abcdef ghijklmnopqrst/".repeat(4);
        assert_eq!(said(&format!("{long}!")), ["NewPassword: must be at most 128 characters, has 129"]);
        let id = desk.admin().post(USERS, &user(&long)).id();
        desk.signed_in("ada@harbour.example", &long);
        for changed in [format!("{}!", &long[..127]), format!("!{}", &long[1..]), long[..127].to_owned()] {
            let form = [("grant_type", "password"), ("username", "ada@harbour.example"), ("password", &changed)];
            assert_eq!(desk.anonymous().form("/api/token", &form).status, 400, "each character counts");
        }
        let weak = desk.admin().patch(USERS, &json!({ "Id": id, "NewPassword": "iloveyou" }));
        assert_eq!(weak.errors(), common);
    }
}

#[test]
fn the_first_administrators_password_is_held_to_it_and_named() {
    let desk = Desk::start(Store::Sqlite);
    let mut serve = desk.command(&["serve"]);
    serve.env("PROOFDESK_DATA", desk.folder().join("another")).env("PROOFDESK_ADMIN_PASSWORD", "password");
    let output = serve.output().expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("admin_password: must not be one of the passwords that most people use"), "{said}");
}
