//! Records to work with.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{Client, Desk};

pub(crate) const CHECKS: &str = "/api/spaces/coworkeridentitychecks";
pub(crate) const DOCUMENTS: &str = "/api/spaces/coworkeridentitycheckdocuments";
pub(crate) const BUSINESSES: &str = "/api/sys/businesses";
pub(crate) const COWORKERS: &str = "/api/spaces/coworkers";
pub(crate) const USERS: &str = "/api/sys/users";
pub(crate) const ROLES: &str = "/api/security/roles";
pub(crate) const USER_ROLES: &str = "/api/security/userroles";
pub(crate) const AUDIT: &str = "/api/sys/audittrailentries";

/// The password of the users that [`Desk::user_with_roles`] makes.
pub(crate) const USER_PASSWORD: &str = "a password of a test";

/// A location, a customer of it, and a check of the customer's passport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    pub(crate) business: i64,
    pub(crate) coworker: i64,
    pub(crate) check: i64,
}

/// The five roles of each of these entities.
pub(crate) fn every_role(entities: &[&str]) -> Vec<String> {
    let of = |entity: &&str| {
        ["List", "Read", "Create", "Edit", "Delete"].map(|operation| format!("{entity}-{operation}"))
    };
    entities.iter().flat_map(of).collect()
}

impl Desk {
    /// A new location with a customer and a pending check of a passport.
    #[track_caller]
    pub(crate) fn world(&self) -> World {
        let business = self.business("Harbour");
        let coworker = self.coworker("Ada Lovelace", &[business]);
        let check = self.check(business, coworker, &json!({ "IdentityDocumentType": 1 }));
        World { business, coworker, check }
    }

    #[track_caller]
    pub(crate) fn business(&self, name: &str) -> i64 {
        self.admin().post(BUSINESSES, &json!({ "Name": name })).id()
    }

    /// A customer of these locations.
    #[track_caller]
    pub(crate) fn coworker(&self, name: &str, businesses: &[i64]) -> i64 {
        let body = json!({ "FullName": name, "Email": "customer@example.com", "Businesses": businesses });
        self.admin().post(COWORKERS, &body).id()
    }

    /// A check named `Check`, with further properties.
    #[track_caller]
    pub(crate) fn check(&self, business: i64, coworker: i64, with: &Value) -> i64 {
        let body = json!({ "BusinessId": business, "CoworkerId": coworker, "Name": "Check" });
        self.admin().post(CHECKS, &merged(body, with)).id()
    }

    /// A document named `Document` for a check, with further properties.
    #[track_caller]
    pub(crate) fn document(&self, world: &World, with: &Value) -> i64 {
        let body = json!({
            "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Document",
        });
        self.admin().post(DOCUMENTS, &merged(body, with)).id()
    }

    /// A document with a face photo and a front: complete for a passport.
    #[track_caller]
    pub(crate) fn complete_document(&self, world: &World) -> i64 {
        let photo = self.files.put("face.jpg", super::jpeg(1));
        let front = self.files.put("front.png", super::png(2));
        self.document(world, &json!({ "NewPhotoUrl": photo, "NewDocumentUrl": front }))
    }

    /// A new user with these roles at each of these locations, signed in.
    #[track_caller]
    pub(crate) fn user_with_roles<S: AsRef<str>>(&self, roles: &[S], businesses: &[i64]) -> Client {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let email = format!("user{}@example.com", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.user(&email, roles, businesses);
        self.signed_in(&email, USER_PASSWORD)
    }

    /// A new user with these roles at each of these locations; its id.
    #[track_caller]
    pub(crate) fn user<S: AsRef<str>>(&self, email: &str, roles: &[S], businesses: &[i64]) -> i64 {
        let roles: Vec<&str> = roles.iter().map(AsRef::as_ref).collect();
        let bundle = |business: &i64| {
            let body = json!({ "BusinessId": business, "Name": email, "Roles": roles });
            self.admin().post(USER_ROLES, &body).id()
        };
        let bundles: Vec<i64> = businesses.iter().map(bundle).collect();
        let body = json!({
            "FullName": "A User", "Email": email, "NewPassword": USER_PASSWORD, "APIAccess": true,
            "Businesses": businesses, "UserRoles": bundles,
        });
        self.admin().post(USERS, &body).id()
    }

    /// The audit entries about a record, oldest first.
    #[track_caller]
    pub(crate) fn audit(&self, entity: &str, id: i64) -> Vec<Value> {
        let query =
            format!("AuditTrailEntry_EntityShortName={entity}&AuditTrailEntry_EntityId={id}&size=1000");
        let mut entries = self.admin().get(&format!("{AUDIT}?{query}")).records();
        entries.retain(|entry| entry["EntityShortName"] == entity);
        entries
    }

    /// How many audit entries there are in all.
    #[track_caller]
    pub(crate) fn audit_count(&self) -> u64 {
        self.admin().get(&format!("{AUDIT}?size=1")).record()["TotalItems"].as_u64().expect("a number")
    }
}

fn merged(mut body: Value, with: &Value) -> Value {
    for (name, value) in with.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}
