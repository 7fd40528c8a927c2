//! `/api/security/userroles` (contract section 7).

use serde_json::{Value, json};

use crate::harness::{CHECKS, USER_ROLES, USERS, every_role, shape};

on_both_stores! {
    fn a_bundle_lives(desk) {
        let business = desk.business("Harbour");
        let user = desk.user("u@example.com", &["Coworker-Read"], &[business]);
        let admin = desk.admin();
        let answer = admin.post(USER_ROLES, &json!({
            "BusinessId": business, "Name": "Reviewers", "Users": [user], "SystemId": "group-1",
            "Roles": ["coworkeridentitycheck-edit", "CoworkerIdentityCheck-Read", "CoworkerIdentityCheck-Read"],
        }));
        let id = answer.id();
        let path = format!("{USER_ROLES}/{id}");
        insta::assert_json_snapshot!("user_role", shape(&admin.get(&path).record()));
        let roles = |change: Value| {
            let mut body = change;
            body["Id"] = json!(id);
            admin.patch(USER_ROLES, &body).id();
            admin.get(&path).record()["Roles"].clone()
        };
        let [list, read, edit] = ["List", "Read", "Edit"].map(|operation| format!("CoworkerIdentityCheck-{operation}"));
        assert_eq!(roles(json!({ "AddedRoles": [list] })), json!([list, read, edit]));
        assert_eq!(roles(json!({ "RemovedRoles": [read] })), json!([list, edit]));
        assert_eq!(roles(json!({ "Roles": [read] })), json!([read]));
        let back = admin.get(&path).record();
        admin.put(USER_ROLES, &back).id();
        assert_eq!(admin.get(&path).record()["Roles"], json!([read]));
        assert_eq!(admin.get(&format!("{USER_ROLES}?UserRole_Roles={read}")).ids(), [id]);
        admin.delete(&path).errors();
        admin.patch(USER_ROLES, &json!({ "Id": id, "RemovedUsers": [user] })).id();
        admin.delete(&path).done();
        admin.get(&path).is_not_found();
    }

    fn what_a_bundle_needs(desk) {
        let business = desk.business("Harbour");
        let errors = |body: Value| desk.admin().post(USER_ROLES, &body).errors();
        assert_eq!(errors(json!({})), ["BusinessId: is a required field", "Name: is a required field"]);
        for slip in ["CoworkerIdentityCheck-Update", "Everything", "CoworkerIdentityCheck", ""] {
            let body = json!({ "BusinessId": business, "Name": "B", "Roles": [slip] });
            assert_eq!(errors(body), ["Roles: must be names of roles, such as CoworkerIdentityCheck-Read"], "{slip}");
        }
        let body = json!({ "BusinessId": business, "Name": "B", "Users": [4711] });
        assert_eq!(errors(body), ["Users: does not exist"]);
    }

    fn nobody_makes_their_own_bundle_stronger(desk) {
        let business = desk.business("Harbour");
        let manager = desk.user_with_roles(&every_role(&["UserRole"]), &[business]);
        let me = manager.get("/api/auth/me").record();
        let own = me["UserRoles"][0].clone();
        let excess = "Roles: has roles that you don't have yourself";
        let stronger = json!({ "Id": own, "AddedRoles": ["CoworkerIdentityCheck-Read"] });
        assert_eq!(manager.patch(USER_ROLES, &stronger).errors(), [excess]);
        let new = json!({ "BusinessId": business, "Name": "Strong", "Roles": ["User-Edit"], "Users": [me["Id"]] });
        assert_eq!(manager.post(USER_ROLES, &new).errors(), [excess]);
        let strong = json!({ "BusinessId": business, "Name": "Strong", "Roles": ["User-Edit"] });
        let strong = desk.admin().post(USER_ROLES, &strong).id();
        for change in [json!({ "AddedUsers": [me["Id"]] }), json!({ "Name": "Mine" }), json!({ "Roles": [] })] {
            let mut body = change;
            body["Id"] = json!(strong);
            assert_eq!(manager.patch(USER_ROLES, &body).errors(), [excess]);
        }
        manager.get(CHECKS).is_denied();
        let weaker = json!({ "Id": own, "RemovedRoles": ["UserRole-Delete"] });
        manager.patch(USER_ROLES, &weaker).id();
    }

    fn a_change_of_a_bundle_holds_at_once(desk) {
        let business = desk.business("Harbour");
        let user = desk.user_with_roles(&["Coworker-Read"], &[business]);
        let bundle = user.get("/api/auth/me").record()["UserRoles"][0].clone();
        user.get(CHECKS).is_denied();
        desk.admin().patch(USER_ROLES, &json!({ "Id": bundle, "AddedRoles": ["CoworkerIdentityCheck-List"] })).id();
        user.get(CHECKS).record();
        desk.admin().patch(USER_ROLES, &json!({ "Id": bundle, "Roles": [] })).id();
        user.get(CHECKS).is_denied();
    }

    fn a_user_who_is_changed_meanwhile_keeps_all_bundles(desk) {
        let business = desk.business("Harbour");
        let user = desk.user("busy@example.com", &["Coworker-Read"], &[business]);
        let admin = desk.admin().clone();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let admin = admin.clone();
                scope.spawn(move || {
                    for number in 0..6 {
                        let name = format!("{thread} {number}");
                        if thread % 2 == 0 {
                            let body = json!({ "BusinessId": business, "Name": name, "Users": [user] });
                            // Who changes the user all the time may keep the others from it; they may ask again.
                            while admin.post(USER_ROLES, &body).status == 409 {}
                        } else {
                            admin.patch(USERS, &json!({ "Id": user, "FullName": name }));
                        }
                    }
                });
            }
        });
        let bundles = desk.admin().get(&format!("{USERS}/{user}")).record()["UserRoles"].clone();
        assert_eq!(bundles.as_array().map(Vec::len), Some(1 + 4 * 6), "{bundles}");
    }
}
