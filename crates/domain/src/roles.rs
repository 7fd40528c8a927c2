//! Roles: what a caller may do to an entity. Each entity has exactly five (contract section 1).

use crate::entities::{audit_entry, business, check, coworker, document, user, user_role};
use crate::entity::Entity;

/// What one role allows on one entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Search, batch in the older form, and commands.
    List,
    /// Get one, batch, and look at files.
    Read,
    /// Create.
    Create,
    /// Update, upload and run commands.
    Edit,
    /// Delete.
    Delete,
}

impl Operation {
    /// All five, in the order in which they are numbered.
    pub const ALL: [Self; 5] = [Self::List, Self::Read, Self::Create, Self::Edit, Self::Delete];

    /// Its name in role names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Create => "Create",
            Self::Edit => "Edit",
            Self::Delete => "Delete",
        }
    }
}

/// The entities that have roles, in the order in which they are numbered: only ever added to at the end, because the
/// numbers are kept in the store.
static WITH_ROLES: [&Entity; 7] = [
    &check::CHECK,
    &document::DOCUMENT,
    &business::BUSINESS,
    &coworker::COWORKER,
    &user::USER,
    &user_role::USER_ROLE,
    &audit_entry::AUDIT_ENTRY,
];

/// One role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// What it is about.
    pub entity: &'static Entity,
    /// What it allows.
    pub operation: Operation,
}

impl Role {
    /// The role that an operation on an entity needs. The list of roles itself goes by the role of the bundles.
    pub fn new(entity: &'static Entity, operation: Operation) -> Self {
        let with_roles = WITH_ROLES.iter().find(|own| **own == entity);
        Self { entity: with_roles.copied().unwrap_or(&user_role::USER_ROLE), operation }
    }

    /// All roles, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        WITH_ROLES
            .iter()
            .flat_map(|entity| Operation::ALL.into_iter().map(|operation| Self { entity, operation }))
    }

    /// Its name, such as `CoworkerIdentityCheck-Read`.
    pub fn name(self) -> String {
        format!("{}-{}", self.entity.name, self.operation.name())
    }

    /// Its number, which is the id of its row in the list of roles.
    pub fn number(self) -> i64 {
        Self::all().position(|role| role == self).map_or(0, |place| place as i64 + 1)
    }

    /// The role with this number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::all().nth(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// The role with this name, whatever its case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|role| role.name().eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_lead_back() {
        assert_eq!(Role::all().count(), 35);
        for role in Role::all() {
            assert_eq!(Role::from_number(role.number()), Some(role));
            assert_eq!(Role::from_name(&role.name().to_uppercase()), Some(role));
        }
        assert_eq!(Role::from_name("CoworkerIdentityCheck-Update"), None);
        assert_eq!(Role::from_number(0), None);
        assert_eq!(Role::from_number(36), None);
        assert_eq!(Role::from_number(i64::MIN), None);
    }
}
