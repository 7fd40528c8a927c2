//! `/api/spaces/coworkeridentitychecks`.

use serde_json::json;

use crate::harness::{CHECKS, shape};

on_both_stores! {
    fn a_check_is_created_and_read(desk) {
        let world = desk.world();
        let answer = desk.admin().post(CHECKS, &json!({
            "BusinessId": world.business, "CoworkerId": world.coworker, "Name": "Identity", "IdentityDocumentType": 1,
        }));
        insta::assert_json_snapshot!("created", shape(&answer.record()));
        let record = desk.admin().get(&format!("{CHECKS}/{}", answer.id())).record();
        insta::assert_json_snapshot!("check", shape(&record));
    }
}
