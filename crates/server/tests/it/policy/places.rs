//! Two locations with the same records, and one with none.

use serde_json::json;

use super::requests::next;
use crate::harness::{BUSINESSES, COWORKERS, Desk, USER_ROLES, USERS, World, jpeg};

/// An id that no record has.
const MISSING: i64 = 999_999_999;

/// A location, with one record of each kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) business: i64,
    pub(super) coworker: i64,
    pub(super) check: i64,
    pub(super) document: i64,
    user: i64,
    bundle: i64,
    entry: i64,
    erased: World,
    erased_document: i64,
}

impl Place {
    /// A new location, its records, and a file in every slot of its document.
    pub(super) fn new(desk: &Desk, name: &str) -> Self {
        let business = desk.business(name);
        let coworker = desk.coworker("Ada Lovelace", &[business]);
        let check = desk.check(business, coworker, &json!({ "IdentityDocumentType": 2 }));
        let document = desk.document(&World { business, coworker, check }, &json!({}));
        for slot in ["photo", "document", "additionaldocument"] {
            let path = format!("/api/spaces/coworkeridentitycheckdocuments/upload{slot}/{document}");
            desk.admin().upload(&path, "file.jpg", &jpeg(1)).id();
        }
        let user = new_user(desk, business);
        let bundle = new_bundle(desk, business);
        let entries = desk.audit("Coworker", coworker);
        let entry = entries.first().and_then(|entry| entry["Id"].as_i64()).expect("an entry");
        let (erased, erased_document) = erased(desk, business);
        Self { business, coworker, check, document, user, bundle, entry, erased, erased_document }
    }

    /// Where there is nothing.
    pub(super) fn missing() -> Self {
        Self {
            business: MISSING,
            coworker: MISSING,
            check: MISSING,
            document: MISSING,
            user: MISSING,
            bundle: MISSING,
            entry: MISSING,
            erased: World { business: MISSING, coworker: MISSING, check: MISSING },
            erased_document: MISSING,
        }
    }

    /// The record of an entity that stays.
    pub(super) fn standing(&self, entity: &str) -> i64 {
        match entity {
            "CoworkerIdentityCheck" => self.check,
            "CoworkerIdentityCheckDocument" => self.document,
            "Business" => self.business,
            "Coworker" => self.coworker,
            "User" => self.user,
            "UserRole" => self.bundle,
            "AuditTrailEntry" => self.entry,
            "Role" | "Enums" | "Auth" | "Operations" => 1,
            other => panic!("say which record of {other} there is"),
        }
    }

    /// The record of an entity that was erased.
    pub(super) fn erased(&self, entity: &str) -> i64 {
        match entity {
            "CoworkerIdentityCheck" => self.erased.check,
            "CoworkerIdentityCheckDocument" => self.erased_document,
            _ => self.erased.coworker,
        }
    }

    /// A new record of an entity, to be used up.
    pub(super) fn fresh(&self, desk: &Desk, entity: &str) -> i64 {
        let world = World { business: self.business, coworker: self.coworker, check: self.check };
        match entity {
            "CoworkerIdentityCheck" => desk.check(self.business, self.coworker, &json!({})),
            "CoworkerIdentityCheckDocument" => desk.document(&world, &json!({})),
            "Business" => desk.admin().post(BUSINESSES, &json!({ "Name": next("Shed") })).id(),
            "Coworker" => {
                let body = json!({ "FullName": "Guest", "Email": "guest@example.com", "Businesses": [self.business] });
                desk.admin().post(COWORKERS, &body).id()
            }
            "User" => new_user(desk, self.business),
            "UserRole" => new_bundle(desk, self.business),
            other => self.standing(other),
        }
    }
}

/// A customer with a check and a document, erased.
fn erased(desk: &Desk, business: i64) -> (World, i64) {
    let coworker = desk.coworker("Gone", &[business]);
    let check = desk.check(business, coworker, &json!({}));
    let world = World { business, coworker, check };
    let document = desk.document(&world, &json!({}));
    let erase = json!({ "Key": "Erase", "Ids": [coworker] });
    assert_eq!(desk.admin().post(&format!("{COWORKERS}/runcommand"), &erase).record()["WasSuccessful"], true);
    (world, document)
}

/// A user without roles.
fn new_user(desk: &Desk, business: i64) -> i64 {
    let email = format!("{}@example.com", next("person"));
    let body = json!({ "FullName": "A Person", "Email": email, "Businesses": [business] });
    desk.admin().post(USERS, &body).id()
}

/// A bundle of no roles.
fn new_bundle(desk: &Desk, business: i64) -> i64 {
    desk.admin().post(USER_ROLES, &json!({ "BusinessId": business, "Name": next("Bundle") })).id()
}
