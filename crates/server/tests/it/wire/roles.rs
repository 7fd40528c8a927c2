//! `/api/security/roles` (contract sections 1 and 7): read only.

use std::collections::BTreeMap;

use serde_json::json;

use crate::harness::{ROLES, shape};

on_both_stores! {
    fn each_entity_has_exactly_five_roles(desk) {
        let roles = desk.admin().get(&format!("{ROLES}?size=1000")).records();
        let mut by_entity = BTreeMap::<&str, Vec<&str>>::new();
        for role in &roles {
            let (entity, operation) = role["Name"].as_str().and_then(|name| name.split_once('-')).expect("a name");
            by_entity.entry(entity).or_default().push(operation);
        }
        for (entity, operations) in &mut by_entity {
            operations.sort_unstable();
            assert_eq!(operations, &["Create", "Delete", "Edit", "List", "Read"], "{entity}");
        }
        for entity in ["CoworkerIdentityCheck", "CoworkerIdentityCheckDocument", "Business", "Coworker",
            "User", "UserRole"] {
            assert!(by_entity.contains_key(entity), "{entity}");
        }
        let id = roles[0]["Id"].as_i64().expect("an id");
        let one = desk.admin().get(&format!("{ROLES}/{id}")).record();
        let mut shown = shape(&one);
        shown["CreatedOn"] = json!("[instant]");
        insta::assert_json_snapshot!("role", shown);
        assert_eq!(desk.admin().get(&format!("{ROLES}?Role_Name=coworkeridentitycheckdocument-")).ids().len(), 5);
        desk.admin().get(&format!("{ROLES}/4711")).is_not_found();
    }
}
