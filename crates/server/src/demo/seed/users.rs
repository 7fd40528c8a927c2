//! The users of the demonstration: an administrator, a reviewer of one location, and a program.

use std::sync::Arc;

use proofdesk_desk::caller::{Caller, Origin, Principal};
use proofdesk_desk::{Desk, accounts};
use proofdesk_domain::entities::{
    business::BUSINESS, check::CHECK, coworker::COWORKER, document::DOCUMENT, user::USER,
    user_role::USER_ROLE,
};
use proofdesk_domain::entity::Entity;
use proofdesk_domain::roles::{Operation, Role};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::create;

/// What somebody signs in with.
pub(crate) struct Login {
    pub(crate) email: &'static str,
    pub(crate) password: SecretString,
}

/// The users, as callers of the desk's verbs.
pub(super) struct Users {
    pub(super) admin: Caller,
    pub(super) program: Caller,
    reviewer: Caller,
    /// The administrator's, the reviewer's and the program's.
    pub(super) logins: [Login; 3],
}

/// One of them, and where and what it may do; nothing here for an administrator, who may do everything.
struct Part<'a> {
    email: &'static str,
    name: &'a str,
    locations: &'a [i64],
    roles: Vec<Role>,
}

impl Users {
    pub(super) async fn make(desk: &Desk, locations: &[i64]) -> anyhow::Result<Self> {
        let admin = Part { email: "admin@example.com", name: "Ann Admin", locations: &[], roles: Vec::new() };
        let reviewer = Part {
            email: "reviewer@example.com",
            name: "Rob Reviewer",
            locations: &locations[..1],
            roles: reviewing(),
        };
        let program =
            Part { email: "program@example.com", name: "A program", locations, roles: handing_in() };
        let (admin, first) = admin.make(desk).await?;
        let (reviewer, second) = reviewer.make(desk).await?;
        let (program, third) = program.make(desk).await?;
        Ok(Self { admin, program, reviewer, logins: [first, second, third] })
    }

    /// Who decides at a location.
    pub(super) fn reviewer_at(&self, location: usize) -> &Caller {
        if location == 0 { &self.reviewer } else { &self.admin }
    }
}

impl Part<'_> {
    async fn make(&self, desk: &Desk) -> anyhow::Result<(Caller, Login)> {
        let password = accounts::make_up(desk);
        let system = Caller::system();
        let body = json!({
            "FullName": self.name, "Email": self.email, "NewPassword": password.expose_secret(),
            "APIAccess": true, "IsAdmin": self.roles.is_empty(), "Businesses": self.locations,
        });
        let user = create(desk, &system, &USER, body).await?;
        let names: Vec<String> = self.roles.iter().map(|role| role.name()).collect();
        for location in self.locations {
            let body = json!({ "BusinessId": location, "Name": self.name, "Roles": names, "Users": [user] });
            create(desk, &system, &USER_ROLE, body).await?;
        }
        let principal = if self.roles.is_empty() {
            Principal::unrestricted(Some(user), self.email)
        } else {
            let held = |location: &i64| self.roles.iter().map(|role| (*role, *location)).collect::<Vec<_>>();
            Principal::with_roles(user, self.email, self.locations.iter().flat_map(held))
        };
        let caller = Caller::new(Arc::new(principal), Origin::default());
        Ok((caller, Login { email: self.email, password }))
    }
}

fn roles(entities: &[&'static Entity], operations: &[Operation]) -> Vec<Role> {
    let of_entity =
        |entity: &&'static Entity| operations.iter().map(|own| Role::new(entity, *own)).collect::<Vec<_>>();
    entities.iter().flat_map(of_entity).collect()
}

fn reviewing() -> Vec<Role> {
    let mut all = roles(&[&CHECK, &DOCUMENT], &[Operation::List, Operation::Read, Operation::Edit]);
    all.extend(roles(&[&COWORKER, &BUSINESS], &[Operation::List, Operation::Read]));
    all
}

fn handing_in() -> Vec<Role> {
    let mut all = roles(&[&CHECK, &DOCUMENT], &Operation::ALL);
    all.extend(roles(&[&COWORKER, &BUSINESS], &[Operation::List, Operation::Read]));
    all
}
