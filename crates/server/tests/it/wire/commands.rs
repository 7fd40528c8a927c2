//! `/commands` and `/runcommand` (contract sections 1, 2 and 5).

use serde_json::{Value, json};

use crate::harness::{Answer, CHECKS, COWORKERS, DOCUMENTS, Desk, shape};

fn run(desk: &Desk, path: &str, body: &Value) -> Answer {
    desk.admin().post(&format!("{path}/runcommand"), body)
}

fn keys(answer: &Answer) -> Vec<String> {
    let listed = answer.record();
    let key = |command: &Value| command["Key"].as_str().expect("a key").to_owned();
    listed.as_array().expect("a list").iter().map(key).collect()
}

on_both_stores! {
    fn commands_are_listed_for_both_entities(desk) {
        let world = desk.world();
        let document = desk.document(&world, &json!({}));
        insta::assert_json_snapshot!("commands", desk.admin().get(&format!("{CHECKS}/commands")).record());
        let of_both = ["MarkAsVerified", "MarkAsRejected", "Cancel", "Erase"];
        let of_checks = [of_both.as_slice(), &["PlaceLegalHold", "LiftLegalHold"]].concat();
        let pending: [(&str, i64, &[&str], &[&str]); 3] = [
            (CHECKS, world.check, &of_checks, &["Cancel", "Erase", "PlaceLegalHold"]),
            (DOCUMENTS, document, &of_both, &["Cancel", "Erase"]),
            (COWORKERS, world.coworker, &["Erase"], &["Erase"]),
        ];
        for (path, id, every, now) in pending {
            assert_eq!(keys(&desk.admin().get(&format!("{path}/commands"))), every);
            let possible = desk.admin().get(&format!("{path}/commands?id={id}"));
            assert_eq!(keys(&possible), now, "of what is pending");
            desk.admin().get(&format!("{path}/commands?id=4711")).is_not_found();
            assert_eq!(desk.admin().get(&format!("{path}/commands?id=x")).errors(), ["id: must be a whole number"]);
        }
    }

    fn a_run_answers_with_the_envelope(desk) {
        let world = desk.world();
        desk.complete_document(&world);
        let before = desk.audit_count();
        let answer = run(desk, CHECKS, &json!({ "Key": "MarkAsVerified", "Ids": [world.check], "Parameters": [] }));
        insta::assert_json_snapshot!("run", shape(&answer.record()));
        assert_eq!(desk.audit_count(), before + 2, "an entry for the check and its document");
        let answer = run(desk, CHECKS, &json!({ "Key": "Cancel", "Ids": [world.check] }));
        insta::assert_json_snapshot!("refused", shape(&answer.record()));
    }

    fn a_run_is_all_or_nothing(desk) {
        let world = desk.world();
        desk.complete_document(&world);
        let pending = desk.check(world.business, world.coworker, &json!({}));
        let submitted = world.check;
        for ids in [json!([submitted, pending]), json!([pending, submitted]), json!([submitted, 4711])] {
            let before = (desk.admin().get(CHECKS).record(), desk.audit_count());
            let said = run(desk, CHECKS, &json!({ "Key": "MarkAsVerified", "Ids": ids })).refusal();
            assert!(said.contains("Pending") || said.contains("does not exist"), "{said}");
            assert_eq!((desk.admin().get(CHECKS).record(), desk.audit_count()), before, "{ids}");
        }
        run(desk, CHECKS, &json!({ "Key": "Cancel", "Ids": [submitted, pending, submitted] })).done();
        let statuses: Vec<Value> =
            desk.admin().get(CHECKS).records().iter().map(|check| check["VerificationStatus"].clone()).collect();
        assert_eq!(statuses, [json!(5), json!(5)]);
    }

    fn a_wrong_request_is_a_validation_error(desk) {
        let world = desk.world();
        let check = world.check;
        let errors = |body: Value| run(desk, CHECKS, &body).errors();
        assert_eq!(errors(json!({ "Key": "Approve", "Ids": [check] })), ["Key: must be a key that /commands lists"]);
        assert_eq!(errors(json!({ "Ids": [check] })), ["Key: must be a key that /commands lists"]);
        assert_eq!(errors(json!({ "Key": "Cancel", "Ids": [] })), ["Ids: must be 1 to 1000 ids, has 0"]);
        assert_eq!(errors(json!({ "Key": "Cancel" })), ["Ids: must be 1 to 1000 ids, has 0"]);
        assert_eq!(errors(json!({ "Key": "Cancel", "Ids": ["x"] })), ["Ids: must be a whole number"]);
        for parameters in [json!(null), json!([]), json!([{ "Name": "Notes", "Value": " " }])] {
            let body = json!({ "Key": "MarkAsRejected", "Ids": [check], "Parameters": parameters });
            assert_eq!(errors(body), ["Notes: is a required field"]);
        }
        let body = json!({ "Key": "MarkAsRejected", "Ids": [check], "Parameters": "Notes" });
        assert_eq!(errors(body).len(), 1);
        assert_eq!(desk.admin().get(&format!("{CHECKS}/{check}")).record()["VerificationStatus"], 1);
    }

    fn ids_may_be_texts_and_keys_of_any_case(desk) {
        let world = desk.world();
        let body = json!({ "key": "cancel", "ids": [world.check.to_string()] });
        assert_eq!(run(desk, CHECKS, &body).done()["Message"], "Cancel was successfully run.");
        assert_eq!(desk.admin().get(&format!("{CHECKS}/{}", world.check)).record()["VerificationStatus"], 5);
    }

    fn rejections_reach_the_customer(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let notes = "Too dark: please take it again — «Grüße»";
        let parameters = json!([{ "Name": "Other", "Value": "1" }, { "Name": "notes", "Value": notes }]);
        run(desk, DOCUMENTS, &json!({ "Key": "MarkAsRejected", "Ids": [document], "Parameters": parameters })).done();
        let record = desk.admin().get(&format!("{DOCUMENTS}/{document}")).record();
        assert_eq!(record["Notes"], notes);
        assert_eq!(record["VerificationStatus"], 4);
        assert_eq!(desk.admin().get(&format!("{CHECKS}/{}", world.check)).record()["VerificationStatus"], 4);
    }
}
