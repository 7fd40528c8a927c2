use serde_json::json;

use super::*;
use crate::entities::{check, document, user, user_role};
use crate::entity::{SYSTEM_ID, UPDATED_BY, VERSION};

fn parsed(entity: &'static Entity, write: Write, body: &Json) -> (Draft, Vec<FieldError>) {
    Draft::parse(entity, write, body.as_object().expect("an object"))
}

#[test]
fn a_create_takes_what_is_writable_and_leaves_the_rest() {
    let body = json!({"name": "A", "BUSINESSID": "7", "CoworkerId": 0, "Billed": "true", "VerificationStatus": 3,
        "UpdatedBy": "x", "Version": 9, "BusinessName": "x", "Unknown": {}, "IdentityDocumentType": "Passport"});
    let (draft, errors) = parsed(&check::CHECK, Write::Create, &body);
    assert_eq!(errors, []);
    let record = draft.apply(&Record::empty(&check::CHECK));
    assert_eq!(record.text(check::NAME), Some("A"));
    assert_eq!(record.int(check::BUSINESS_ID), Some(7));
    assert_eq!(record.int(check::IDENTITY_TYPE), Some(1));
    assert_eq!(record.int(check::STATUS_), Some(0));
    assert!(record.flag(check::BILLED));
    assert!(record.get(UPDATED_BY).is_null() && record.get(VERSION).is_null());
    let missing: Vec<_> = missing(&record).into_iter().map(|error| error.property).collect();
    assert_eq!(missing, ["CoworkerId"]);
}

#[test]
fn every_fault_is_listed_and_secrets_are_not_sent_back() {
    let body = json!({"BusinessId": "abc", "Billed": "maybe", "ProposalGuid": "1-2"});
    let (_, errors) = parsed(&check::CHECK, Write::Create, &body);
    assert_eq!(errors.len(), 3);
    assert!(errors.contains(&FieldError::new("BusinessId", "must be a whole number").attempted("abc")));
    let (_, errors) = parsed(&user::USER, Write::Create, &json!({"NewPassword": "x".repeat(129)}));
    assert_eq!(errors[0].attempted, Json::Null);
    assert_eq!(errors[0].message, "must be at most 128 characters, has 129");
}

#[test]
fn put_empties_and_patch_keeps_what_is_left_out() {
    let (full, _) =
        parsed(&check::CHECK, Write::Create, &json!({"Name": "A", "Description": "d", "Billed": true}));
    let stored = full.apply(&Record::empty(&check::CHECK)).with(check::STATUS_, 2).with(SYSTEM_ID, "s");
    let (put, _) = parsed(&check::CHECK, Write::Replace, &json!({"Name": "B"}));
    let replaced = put.apply(&stored);
    assert_eq!(replaced.text(check::NAME), Some("B"));
    assert!(replaced.get(check::DESCRIPTION).is_null() && replaced.get(SYSTEM_ID).is_null());
    assert!(!replaced.flag(check::BILLED));
    assert_eq!(replaced.int(check::STATUS_), Some(2));
    let (patch, _) = parsed(&check::CHECK, Write::Merge, &json!({"Description": null}));
    let merged = patch.apply(&stored);
    assert_eq!(merged.text(check::NAME), Some("A"));
    assert!(merged.get(check::DESCRIPTION).is_null() && merged.flag(check::BILLED));
}

#[test]
fn lists_are_replaced_added_to_and_removed_from() {
    let stored = Record::empty(&user_role::USER_ROLE).with(user_role::USERS, Value::List(vec![1, 2]));
    let users = |body| {
        parsed(&user_role::USER_ROLE, Write::Replace, &body).0.apply(&stored).list(user_role::USERS).to_vec()
    };
    assert_eq!(users(json!({"Users": [5]})), [5]);
    assert_eq!(users(json!({"AddedUsers": [3, 1], "RemovedUsers": ["2"]})), [1, 3]);
    assert!(users(json!({})).is_empty());
}

#[test]
fn instructions_are_read_but_never_stored() {
    let body = json!({"NewPhotoUrl": "https://a/b.jpg", "ClearDocumentFile": true, "PhotoFileName": "x"});
    let (draft, _) = parsed(&document::DOCUMENT, Write::Create, &body);
    assert_eq!(draft.text(document::NEW_PHOTO_URL), Some("https://a/b.jpg"));
    assert!(draft.flag(document::CLEAR_DOCUMENT));
    let record = draft.apply(&Record::empty(&document::DOCUMENT));
    assert!(record.get(document::NEW_PHOTO_URL).is_null() && record.get(document::PHOTO_FILE_NAME).is_null());
}

#[test]
fn create_only_properties_are_ignored_later() {
    let (draft, _) = parsed(&check::CHECK, Write::Merge, &json!({"VerificationType1": 1}));
    assert_eq!(draft.sent(check::VERIFICATION_1), None);
}
