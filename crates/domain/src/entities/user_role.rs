//! `UserRole` (contract section 7): a bundle of roles that some users have at one location.

use super::{business::BUSINESS, user::USER};
use crate::entity::{Field, Links, Tenancy, entity};

/// The users that have each bundle.
pub static USER_ROLE_USERS: Links = Links { table: "user_role_users", own: "user_role_id", other: "user_id" };

/// The roles in each bundle, by their ids in the list of roles.
pub static USER_ROLE_ROLES: Links = Links { table: "user_role_roles", own: "user_role_id", other: "role_id" };

entity! {
    /// The declaration of `UserRole`.
    USER_ROLE = "UserRole" at "/api/security/userroles" in "user_roles", record,
    tenancy: Tenancy::Column("business_id"), display: NAME, changes: All,
    {
        /// The location that the roles hold at.
        BUSINESS_ID = Field::reference("BusinessId", "business_id", &BUSINESS).required();
        /// What it is called.
        NAME = Field::text("Name", "name", 255).required();
        /// The roles, by name, such as `CoworkerIdentityCheck-Read`.
        ROLES = Field::role_names("Roles", &USER_ROLE_ROLES);
        /// The users that have them.
        USERS = Field::list("Users", &USER_ROLE_USERS, &USER);
        /// The location's name.
        BUSINESS_NAME = Field::derived("BusinessName", &["BusinessId", "Name"]);
    }
}
