//! Nobody, somebody without a role, somebody with each single role, and administrators: of a location, and unrestricted.

use serde_json::json;

use crate::harness::{Client, Desk, USER_ROLES, USERS};

const PASSWORD: &str = "a password of a test";

/// Somebody who calls.
pub(super) struct Person {
    pub(super) who: Who,
    pub(super) client: Client,
}

/// What somebody may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Not signed in.
    Nobody,
    /// Signed in, without a role.
    User,
    /// With this role, at one location.
    Holder(String),
    /// An administrator with a bundle of no roles: that is less than none.
    EmptyAdministrator,
    /// An administrator with all roles, at one location.
    LocationAdministrator,
    /// With everything, everywhere.
    Administrator,
}

impl Who {
    /// Whether the document opens an operation with this `x-role` to somebody.
    pub(super) fn opens(&self, role: &str) -> bool {
        match (role, self) {
            ("Public", _) | (_, Self::Administrator) => true,
            (_, Self::Nobody) => false,
            ("AnyUser", _) | (_, Self::LocationAdministrator) => true,
            (_, Self::User | Self::EmptyAdministrator) => false,
            (role, Self::Holder(own)) => role == own,
        }
    }

    /// Whether it is bound to one location.
    pub(super) fn is_local(&self) -> bool {
        matches!(self, Self::Holder(_) | Self::LocationAdministrator)
    }
}

/// Everybody; roles are held at `business`.
pub(super) fn everybody(desk: &Desk, business: i64) -> Vec<Person> {
    let none: [&str; 0] = [];
    let listed = desk.admin().get("/api/security/roles?size=1000").records();
    let names: Vec<&str> = listed.iter().map(|role| role["Name"].as_str().expect("a name")).collect();
    let mut all = vec![
        Person { who: Who::Nobody, client: desk.anonymous() },
        Person { who: Who::User, client: desk.user_with_roles(&none, &[business]) },
        Person { who: Who::EmptyAdministrator, client: administrator(desk, "empty", &none, business) },
        Person { who: Who::LocationAdministrator, client: administrator(desk, "local", &names, business) },
        Person { who: Who::Administrator, client: desk.admin().clone() },
    ];
    all.extend(names.into_iter().map(|role| {
        let client = desk.user_with_roles(&[role], &[business]);
        Person { who: Who::Holder(role.to_owned()), client }
    }));
    all
}

/// An administrator with one bundle, of these roles at a location.
fn administrator(desk: &Desk, name: &str, roles: &[&str], business: i64) -> Client {
    let bundle = json!({ "BusinessId": business, "Name": name, "Roles": roles });
    let bundle = desk.admin().post(USER_ROLES, &bundle).id();
    let email = format!("{name}@example.com");
    let user = json!({
        "FullName": name, "Email": email, "NewPassword": PASSWORD, "APIAccess": true, "IsAdmin": true,
        "Businesses": [business], "UserRoles": [bundle],
    });
    desk.admin().post(USERS, &user).id();
    desk.signed_in(&email, PASSWORD)
}
