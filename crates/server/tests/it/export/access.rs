//! Who may export, and what stays on record of it.

use serde_json::{Value, json};

use super::archive::Archive;
use super::{ROLES, path};
use crate::harness::{Desk, Store};

/// What the audit trail calls an export.
const EXPORT: i64 = 103;

fn exports(desk: &Desk, coworker: i64) -> Vec<Value> {
    let mut entries = desk.audit("Coworker", coworker);
    entries.retain(|entry| entry["AuditType"] == EXPORT);
    entries
}

on_both_stores! {
    fn every_one_of_the_roles_is_needed(desk) {
        let world = desk.world();
        desk.complete_document(&world);
        for missing in ROLES {
            let roles: Vec<&str> = ROLES.into_iter().filter(|role| *role != missing).collect();
            let clerk = desk.user_with_roles(&roles, &[world.business]);
            clerk.get(&path(world.coworker)).is_denied();
        }
        assert!(exports(desk, world.coworker).is_empty(), "nothing was exported");
        Archive::of(&desk.user_with_roles(&ROLES, &[world.business]).get(&path(world.coworker)));
    }

    fn a_role_is_needed_at_every_location_where_the_customer_is_seen(desk) {
        let [own, other] = ["Harbour", "Abroad"].map(|name| desk.business(name));
        let coworker = desk.coworker("Ada", &[own, other]);
        let email = "half@example.com";
        desk.user(email, &ROLES, &[own]);
        let clerk = desk.signed_in(email, crate::harness::USER_PASSWORD);
        Archive::of(&clerk.get(&path(coworker)));
        // Customers are seen at the other location now, and their files are not.
        let bundle = json!({ "BusinessId": other, "Name": "Half", "Roles": ["Coworker-Read"] });
        let bundle = desk.admin().post(crate::harness::USER_ROLES, &bundle).id();
        let id = clerk.get("/api/auth/me").record()["Id"].as_i64().expect("an id");
        let change = json!({ "Id": id, "AddedBusinesses": [other], "AddedUserRoles": [bundle] });
        desk.admin().patch(crate::harness::USERS, &change).id();
        clerk.get(&path(coworker)).is_denied();
    }

    fn a_foreign_customer_is_as_one_that_is_not_there(desk) {
        let world = desk.world();
        let clerk = desk.user_with_roles(&ROLES, &[desk.business("Abroad")]);
        clerk.get(&path(world.coworker)).is_not_found();
        clerk.get(&path(999_999_999)).is_not_found();
        desk.admin().get(&path(999_999_999)).is_not_found();
        assert!(exports(desk, world.coworker).is_empty(), "nothing was exported");
    }
}

#[test]
fn who_exported_whom_is_on_record_and_nothing_personal_on_the_log() {
    let desk = Desk::builder(Store::Sqlite).set("LOG__LEVEL", "trace").start();
    let world = desk.world();
    let document = desk.complete_document(&world);
    let answer = desk.admin().get(&path(world.coworker));
    let archive = Archive::of(&answer);
    let entries = exports(&desk, world.coworker);
    assert_eq!(entries.len(), 1, "{entries:#?}");
    let entry = &entries[0];
    assert_eq!(entry["Description"], "Coworker was exported");
    assert_eq!(entry["ActionBy"], crate::harness::ADMIN_EMAIL);
    assert_eq!(entry["BusinessId"], world.business);
    assert_eq!(entry["RequestId"], answer.header("x-request-id"));
    let told: Value = serde_json::from_str(entry["NewValue"].as_str().expect("values")).expect("JSON");
    assert_eq!(told, json!({ "Checks": 1, "Documents": [document], "Files": 2 }));
    let log = desk.log();
    assert!(log.contains("DEBUG") && log.contains("/export"), "what is usually not logged is");
    for personal in ["Ada Lovelace", "customer@example.com"] {
        assert!(archive.holds(personal), "{personal} is in the export");
        assert!(!log.contains(personal), "{personal} is on the log");
    }
}
