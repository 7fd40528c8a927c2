//! `/api/sys/users` (contract section 7).

use serde_json::{Value, json};

use crate::harness::{ADMIN_PASSWORD, CHECKS, COWORKERS, Desk, USERS, every_role, shape};

const PASSWORD: &str = "a password of a test";

fn read(desk: &Desk, id: i64) -> Value {
    desk.admin().get(&format!("{USERS}/{id}")).record()
}

on_both_stores! {
    fn a_user_lives_and_no_secret_is_shown(desk) {
        let business = desk.business("Harbour");
        let answer = desk.admin().post(USERS, &json!({
            "FullName": "Grace Hopper", "Email": "Grace@example.com", "NewPassword": PASSWORD, "APIAccess": true,
            "Businesses": [business], "DefaultBusinessId": business, "Language": "en-GB", "OnIdentityCheckUpdate": true,
            "TwoFactorEnabled": true, "PasswordHash": "x", "Login": "other@example.com",
        }));
        let id = answer.id();
        insta::assert_json_snapshot!("user", shape(&read(desk, id)));
        let grace = desk.signed_in("grace@example.com", PASSWORD);
        let answers = [
            desk.admin().get(&format!("{USERS}/{id}")), desk.admin().get(USERS), grace.get("/api/auth/me"),
            desk.admin().get(&format!("{USERS}/?id=[{id}]")),
            desk.admin().get("/api/sys/audittrailentries?size=1000"), answer,
        ];
        for answer in answers {
            let text = answer.text().to_lowercase();
            for secret in ["argon2", "hash\"", "salt", "secret", PASSWORD, ADMIN_PASSWORD, "\"login\""] {
                assert!(!text.contains(secret), "{secret} in {answer}");
            }
        }
        let put = read(desk, id);
        desk.admin().put(USERS, &put).id();
        desk.signed_in("grace@example.com", PASSWORD);
        for query in ["User_PasswordHash=argon", "User_NewPassword=a", "User_Login=grace", "orderBy=Id"] {
            let all = desk.admin().get(&format!("{USERS}?{query}")).record();
            assert_eq!(all["TotalItems"], 2, "{query} finds nothing out");
        }
        for hidden in ["PasswordHash", "Login", "Version"] {
            assert_eq!(desk.admin().get(&format!("{USERS}?orderBy={hidden}")).errors().len(), 1, "{hidden}");
        }
    }

    fn what_a_user_needs(desk) {
        let errors = |body: Value| desk.admin().post(USERS, &body).errors();
        assert_eq!(errors(json!({})), ["FullName: is a required field", "Email: is a required field"]);
        let user = |email: &str, password: &str| json!({ "FullName": "A", "Email": email, "NewPassword": password });
        assert_eq!(errors(user("a at b", PASSWORD)), ["Email: must be an e-mail address"]);
        let short = desk.admin().post(USERS, &user("a@example.com", "hunter2"));
        assert_eq!(short.errors(), ["NewPassword: must have at least 8 characters, has 7"]);
        assert!(!short.text().contains("hunter2"), "a password is never sent back");
        let long = desk.admin().post(USERS, &user("a@example.com", &"x".repeat(129)));
        assert_eq!(long.errors(), ["NewPassword: must be at most 128 characters, has 129"]);
        assert_eq!(errors(user("a@example.com", "A@example.com")), ["NewPassword: must not be the e-mail address or the name, or a part of them"]);
        desk.admin().post(USERS, &user("a@example.com", PASSWORD)).id();
        assert_eq!(errors(user(" A@EXAMPLE.com", PASSWORD)), ["Email: is another user's"]);
        let nowhere = json!({
            "FullName": "B", "Email": "b@example.com", "DefaultBusinessId": 4711, "UserRoles": [4711],
        });
        assert_eq!(errors(nowhere), [
            "UserRoles: does not exist", "DefaultBusinessId: does not exist",
        ]);
    }

    fn rights_end_at_once(desk) {
        let business = desk.business("Harbour");
        let roles = ["CoworkerIdentityCheck-List"];
        for change in [
            json!({ "NewPassword": "another password" }), json!({ "Active": false }), json!({ "UserRoles": [] }),
            json!({ "Businesses": [] }),
        ] {
            let client = desk.user_with_roles(&roles, &[business]);
            client.get(CHECKS).record();
            let id = client.get("/api/auth/me").record()["Id"].clone();
            let mut body = change.clone();
            body["Id"] = id;
            desk.admin().patch(USERS, &body).id();
            client.get(CHECKS).is_denied();
        }
        let client = desk.user_with_roles(&roles, &[business]);
        let id = client.get("/api/auth/me").record()["Id"].as_i64().expect("an id");
        desk.admin().delete(&format!("{USERS}/{id}")).errors();
        let idle = desk.user("idle@example.com", &roles, &[business]);
        desk.admin().delete(&format!("{USERS}/{idle}")).done();
        desk.admin().get(&format!("{USERS}/{idle}")).is_not_found();
    }

    fn nobody_gives_what_they_do_not_have(desk) {
        let business = desk.business("Harbour");
        let mut roles = every_role(&["User", "UserRole"]);
        roles.push("CoworkerIdentityCheck-Read".to_owned());
        let manager = desk.user_with_roles(&roles, &[business]);
        let myself = manager.get("/api/auth/me").record();
        let colleague = desk.user("colleague@example.com", &["CoworkerIdentityCheck-Read"], &[business]);
        let strong = desk.user("strong@example.com", &["CoworkerIdentityCheck-Delete"], &[business]);
        let strong = read(desk, strong)["UserRoles"][0].clone();
        let before = desk.audit_count();
        let errors = |body: Value| manager.patch(USERS, &body).errors();
        let admin = "IsAdmin: is for unrestricted administrators to set, and their records to change";
        let excess = "UserRoles: has roles that you don't have yourself";
        for id in [&myself["Id"], &json!(colleague)] {
            assert_eq!(errors(json!({ "Id": id, "IsAdmin": true })), [admin]);
            assert_eq!(errors(json!({ "Id": id, "AddedUserRoles": [strong] })), [excess]);
            assert_eq!(errors(json!({ "Id": id, "Businesses": [] })), ["Businesses: is a required field"]);
        }
        assert_eq!(errors(json!({ "Id": myself["Id"], "Active": false })), ["Active: can't be taken from yourself"]);
        assert_eq!(manager.delete(&format!("{USERS}/{}", myself["Id"])).errors(), ["Id: is yourself"]);
        let made = json!({ "FullName": "A", "Email": "a@example.com", "IsAdmin": true, "Businesses": [business] });
        assert_eq!(manager.post(USERS, &made).errors(), [admin]);
        let made = json!({ "FullName": "A", "Email": "a@example.com" });
        assert_eq!(manager.post(USERS, &made).errors(), ["Businesses: is a required field"]);
        assert_eq!(desk.audit_count(), before, "what was refused leaves no change");
        let weak = read(desk, colleague)["UserRoles"][0].clone();
        manager.patch(USERS, &json!({ "Id": colleague, "UserRoles": [], "FullName": "Less" })).id();
        manager.patch(USERS, &json!({ "Id": colleague, "UserRoles": [weak] })).id();
    }

    fn an_administrator_is_out_of_reach(desk) {
        let business = desk.business("Harbour");
        let manager = desk.user_with_roles(&every_role(&["User", "UserRole"]), &[business]);
        let other = json!({
            "FullName": "Other admin", "Email": "other@example.com", "NewPassword": PASSWORD, "IsAdmin": true,
            "Businesses": [business],
        });
        let other = desk.admin().post(USERS, &other).id();
        let before = read(desk, other);
        for change in [json!({ "NewPassword": "taken over" }), json!({ "IsAdmin": false }),
            json!({ "Email": "me@example.com" })] {
            let mut body = change;
            body["Id"] = json!(other);
            assert_eq!(manager.patch(USERS, &body).errors().len(), 1);
        }
        assert_eq!(manager.delete(&format!("{USERS}/{other}")).errors().len(), 1);
        assert_eq!(read(desk, other), before);
        let me = desk.admin().get("/api/auth/me").record();
        assert_eq!(desk.admin().delete(&format!("{USERS}/{}", me["Id"])).errors(), ["Id: is yourself"]);
        desk.admin().get("/api/auth/me").record();
    }

    fn nobody_signs_in_as_somebody_with_more_rights(desk) {
        let (own, other) = (desk.business("Harbour"), desk.business("Hill"));
        let mut roles = every_role(&["User"]);
        roles.push("CoworkerIdentityCheck-List".to_owned());
        let manager = desk.user_with_roles(&roles, &[own]);
        let equal = desk.user("equal@example.com", &["CoworkerIdentityCheck-List"], &[own]);
        let elsewhere = desk.user("elsewhere@example.com", &["CoworkerIdentityCheck-List"], &[own, other]);
        let stronger = desk.user("stronger@example.com", &["CoworkerIdentityCheck-Edit"], &[own]);
        let text = "is of a user with rights that you don't have";
        for id in [elsewhere, stronger] {
            let password = manager.patch(USERS, &json!({ "Id": id, "NewPassword": "taken over" })).errors();
            assert_eq!(password, [format!("NewPassword: {text}")]);
            let email = manager.patch(USERS, &json!({ "Id": id, "Email": "mine@example.com" })).errors();
            assert_eq!(email, [format!("Email: {text}")]);
            manager.patch(USERS, &json!({ "Id": id, "FullName": "Renamed" })).id();
        }
        manager.patch(USERS, &json!({ "Id": equal, "NewPassword": PASSWORD, "Email": "new@example.com" })).id();
        desk.signed_in("new@example.com", PASSWORD).get(CHECKS).record();
    }

    fn who_is_shared_with_another_location_is_not_deleted(desk) {
        let (own, other) = (desk.business("Harbour"), desk.business("Hill"));
        let manager = desk.user_with_roles(&every_role(&["User", "Coworker"]), &[own]);
        let user = desk.user("both@example.com", &["Coworker-List"], &[own, other]);
        let coworker = desk.coworker("Ada Lovelace", &[own, other]);
        for path in [format!("{USERS}/{user}"), format!("{COWORKERS}/{coworker}")] {
            let error = "Id: is of other locations too: take yours out of Businesses instead";
            assert_eq!(manager.delete(&path).errors(), [error]);
            desk.admin().delete(&path).done();
        }
    }

    fn a_refusal_to_delete_tells_nothing_of_other_locations(desk) {
        let (own, other) = (desk.business("Harbour"), desk.business("Hill"));
        let manager = desk.user_with_roles(&every_role(&["Coworker"]), &[own]);
        let coworker = desk.coworker("Ada Lovelace", &[own, other]);
        desk.check(other, coworker, &json!({}));
        desk.admin().patch(COWORKERS, &json!({ "Id": coworker, "Businesses": [own] })).id();
        let refused = manager.delete(&format!("{COWORKERS}/{coworker}")).errors();
        assert_eq!(refused, ["Id: is referred to by records of other locations"]);
        let refused = desk.admin().delete(&format!("{COWORKERS}/{coworker}")).errors();
        assert_eq!(refused, ["Id: is referred to by 1 CoworkerIdentityCheck record (CoworkerId)"]);
    }
}
