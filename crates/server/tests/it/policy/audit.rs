//! Every operation that changes records or opens a file leaves exactly one audit entry for each, of the declared kind;
//! every other leaves none.

use std::collections::BTreeMap;

use proofdesk_domain::entities::{self, audit_entry::AUDIT_ENTRY};
use proofdesk_domain::entity::{Entity, Source};
use proofdesk_domain::enumeration::AUDIT_TYPE;
use serde_json::{Value, json};

use super::document;
use super::places::Place;
use super::second_factor;
use crate::harness::{ADMIN_PASSWORD, AUDIT, Authenticator, CHECKS, DOCUMENTS, Desk, TOTP, World, jpeg};

type Key = (String, i64);

/// All records as they are kept, without what is derived and what every write touches.
#[derive(Debug, PartialEq)]
pub(super) struct State(BTreeMap<Key, Value>);

impl State {
    pub(super) fn of(desk: &Desk) -> Self {
        let kept = entities::PUBLIC.into_iter().filter(|entity| *entity != &AUDIT_ENTRY);
        Self(kept.flat_map(|entity| records(desk, entity)).collect())
    }

    /// Whether another state has all of this one's records, as they are here.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|(key, record)| other.0.get(key) == Some(record))
    }

    /// What happened to each record on the way to another state.
    fn changes(&self, after: &Self) -> BTreeMap<Key, &'static str> {
        let keys = self.0.keys().chain(after.0.keys());
        let changed = keys.filter(|key| self.0.get(key) != after.0.get(key));
        let kind = |key: &Key| match (self.0.contains_key(key), after.0.contains_key(key)) {
            (false, _) => "Create",
            (true, false) => "Delete",
            (true, true) => "Update",
        };
        changed.map(|key| (key.clone(), kind(key))).collect()
    }
}

fn records(desk: &Desk, entity: &'static Entity) -> Vec<(Key, Value)> {
    let listed = desk.admin().get(&format!("{}?size=1000", entity.path)).records();
    assert!(listed.len() < 1000, "all {} records are seen", entity.name);
    let derived = |field: &&proofdesk_domain::entity::Field| matches!(field.source, Source::Path(_));
    let left_out: Vec<&str> = entity.fields.iter().filter(derived).map(|field| field.name).collect();
    let kept = |mut record: Value| {
        let key = (entity.name.to_owned(), record["Id"].as_i64().expect("an id"));
        let properties = record.as_object_mut().expect("a record");
        properties.retain(|name, _| {
            !left_out.contains(&name.as_str()) && !["UpdatedOn", "UpdatedBy"].contains(&name.as_str())
        });
        (key, record)
    };
    listed.into_iter().map(kept).collect()
}

/// The audit entries after an id: the record and the kind of each, and the newest id.
fn entries(desk: &Desk, after: i64) -> (Vec<(Key, &'static str)>, i64) {
    let query = format!("{AUDIT}?size=1000&from_AuditTrailEntry_Id={}", after + 1);
    let entries = desk.admin().get(&query).records();
    let newest = entries.iter().filter_map(|entry| entry["Id"].as_i64()).max().unwrap_or(after);
    let read = |entry: &Value| {
        let entity = entry["EntityShortName"].as_str().expect("an entity").to_owned();
        let kind = AUDIT_TYPE.name_of(entry["AuditType"].as_i64().expect("a kind")).expect("a known kind");
        ((entity, entry["EntityId"].as_i64().unwrap_or(0)), kind)
    };
    (entries.iter().map(read).collect(), newest)
}

/// Watches what a call changes and what it leaves in the audit trail.
struct Watch<'a> {
    desk: &'a Desk,
    newest: i64,
}

impl<'a> Watch<'a> {
    fn new(desk: &'a Desk) -> Self {
        Self { desk, newest: entries(desk, 0).1 }
    }

    /// What a call changed, after holding it against the audit trail: an entry for each change, and no other. Looks and
    /// sign-ins change nothing, and are given too.
    #[track_caller]
    fn over(&mut self, said: &str, call: impl FnOnce()) -> Vec<(Key, &'static str)> {
        self.newest = entries(self.desk, self.newest).1;
        let before = State::of(self.desk);
        call();
        let after = State::of(self.desk);
        let (mut left, newest) = entries(self.desk, self.newest);
        self.newest = newest;
        left.sort();
        let changed: Vec<(Key, &str)> = before.changes(&after).into_iter().collect();
        let of_change = |(key, kind): &(Key, &'static str)| match *kind {
            "Create" | "Update" | "Delete" => Some((key.clone(), *kind)),
            "Erase" | "Hold" | "HoldLifted" => Some((key.clone(), "Update")),
            _ => None,
        };
        let of_changes: Vec<(Key, &str)> = left.iter().filter_map(of_change).collect();
        assert_eq!(of_changes, changed, "{said}: the entries, and what changed");
        left
    }
}

on_both_stores! {
    /// All but the second factor's, which change more than a caller can see and need one another: below.
    fn every_change_and_every_look_is_on_record_once(desk) {
        let place = Place::new(desk, "Harbour");
        let mut watch = Watch::new(desk);
        for operation in document::of(desk).iter().filter(|operation| !second_factor::ALL.contains(&operation.id.as_str())) {
            let (entity, verb) = operation.parts();
            let id = match verb {
                "delete" | "runCommand" | "update" | "updateById" | "patch" => place.fresh(desk, entity),
                "uploadPhoto" | "uploadDocument" | "uploadAdditionalDocument" => {
                    place.fresh(desk, "CoworkerIdentityCheckDocument")
                }
                _ => place.standing(entity),
            };
            for (half, _) in operation.halves() {
                let left = watch.over(&operation.id, || {
                    assert_eq!(operation.call(desk.admin(), half, &place, id).status, 200, "{}", operation.id);
                });
                let mut kinds: Vec<&str> = left.iter().map(|(_, kind)| *kind).collect();
                let own: &[&str] = match verb {
                    "revoke" => &["SignIn"],
                    "setPassword" => &["SignIn", "Credentials"],
                    _ => &[],
                };
                // In the order of kinds: an entry of how the call came to its token is one like the others.
                for kind in own {
                    let place = kinds.iter().position(|left| left == kind).expect("what the call needs");
                    kinds.remove(place);
                }
                let declared: Vec<&str> = Some(operation.audit.as_str()).filter(|kind| *kind != "none").into_iter().collect();
                assert_eq!(kinds, declared, "{}: {left:?}", operation.id);
            }
        }
    }

    fn a_second_factor_is_on_record_once_each_step(desk) {
        let operations = document::of(desk);
        for id in second_factor::ALL {
            let operation = operations.iter().find(|operation| operation.id == id).expect("the operation");
            assert_eq!(operation.audit, "Update", "{id}");
        }
        let mut newest = entries(desk, 0).1;
        let mut left = |text: &str| {
            let (left, last) = entries(desk, newest);
            newest = last;
            assert_eq!(said(&left), ["User Update"], "{text}");
            let newest = desk.admin().get(&format!("{AUDIT}/{last}")).record();
            assert_eq!(newest["Description"], text);
        };
        let mut own = Authenticator::enrol(desk.admin(), ADMIN_PASSWORD);
        left("A second factor was enrolled, not yet turned on");
        own.confirm(desk.admin());
        left("The second factor was turned on");
        let body = json!({ "Password": ADMIN_PASSWORD, "Code": own.recovery_codes[0] }).to_string();
        let json = [("content-type", "application/json")];
        desk.admin().send(ureq::http::Method::DELETE, TOTP, &json, Some(body.as_bytes())).done();
        left("The second factor was turned off");
    }

    fn what_goes_with_a_change_is_on_record_once(desk) {
        let place = Place::new(desk, "Harbour");
        let check = desk.check(place.business, place.coworker, &json!({ "IdentityDocumentType": 1 }));
        let world = World { business: place.business, coworker: place.coworker, check };
        let mut watch = Watch::new(desk);
        let mut document = 0;
        let left = watch.over("a complete document", || document = desk.complete_document(&world));
        assert_eq!(said(&left), ["CoworkerIdentityCheck Update", "CoworkerIdentityCheckDocument Create"]);
        let verify = |key: &str| json!({ "Key": key, "Ids": [check], "Parameters": [{ "Name": "Notes", "Value": "Blurred" }] });
        let left = watch.over("a rejection", || {
            desk.admin().post(&format!("{CHECKS}/runcommand"), &verify("MarkAsRejected")).done();
        });
        assert_eq!(said(&left), ["CoworkerIdentityCheck Update", "CoworkerIdentityCheckDocument Update"]);
        let left = watch.over("a new round", || {
            desk.admin().upload(&format!("{DOCUMENTS}/uploadphoto/{document}"), "again.jpg", &jpeg(9)).id();
        });
        assert_eq!(said(&left), ["CoworkerIdentityCheck Update", "CoworkerIdentityCheckDocument Update"]);
        let left = watch.over("a refused command", || {
            let again = json!({ "Key": "Cancel", "Ids": [check, 999_999_999] });
            desk.admin().post(&format!("{CHECKS}/runcommand"), &again).refusal();
        });
        assert!(left.is_empty(), "{left:?}");
        let left = watch.over("a check with its document", || {
            desk.admin().delete(&format!("{CHECKS}/{check}")).done();
        });
        assert_eq!(said(&left), ["CoworkerIdentityCheck Delete", "CoworkerIdentityCheckDocument Delete"]);
        let left = watch.over("a file that can't be fetched", || {
            let url = desk.files.url("missing.jpg");
            let body = json!({
                "CoworkerId": place.coworker, "CoworkerIdentityCheckId": place.check, "Name": "D", "NewPhotoUrl": url,
            });
            assert_eq!(desk.admin().post(DOCUMENTS, &body).errors().len(), 1);
        });
        assert_eq!(said(&left), ["CoworkerIdentityCheckDocument Denied"]);
    }
}

fn said(left: &[(Key, &str)]) -> Vec<String> {
    left.iter().map(|((entity, _), kind)| format!("{entity} {kind}")).collect()
}
