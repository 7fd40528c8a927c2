//! Nobody, somebody without a role, somebody with each single role, and the administrator.

use crate::harness::{Client, Desk};

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
    /// With everything, everywhere.
    Administrator,
}

impl Who {
    /// Whether the document opens an operation with this `x-role` to somebody.
    pub(super) fn opens(&self, role: &str) -> bool {
        match (role, self) {
            ("Public", _) | (_, Self::Administrator) => true,
            (_, Self::Nobody) => false,
            ("AnyUser", _) => true,
            (_, Self::User) => false,
            (role, Self::Holder(own)) => role == own,
        }
    }
}

/// Everybody; roles are held at `business`.
pub(super) fn everybody(desk: &Desk, business: i64) -> Vec<Person> {
    let none: [&str; 0] = [];
    let mut all = vec![
        Person { who: Who::Nobody, client: desk.anonymous() },
        Person { who: Who::User, client: desk.user_with_roles(&none, &[business]) },
        Person { who: Who::Administrator, client: desk.admin().clone() },
    ];
    let listed = desk.admin().get("/api/security/roles?size=1000").records();
    all.extend(listed.iter().map(|role| {
        let role = role["Name"].as_str().expect("a name").to_owned();
        let client = desk.user_with_roles(&[&role], &[business]);
        Person { who: Who::Holder(role), client }
    }));
    all
}
