//! `User` (contract section 7): somebody, or a program, that signs in.

use super::{
    business::BUSINESS,
    user_role::{USER_ROLE, USER_ROLE_USERS},
};
use crate::entity::{Field, Links, Tenancy, entity};

/// The locations of each user.
pub static USER_BUSINESSES: Links = Links { table: "user_businesses", own: "user_id", other: "business_id" };

/// The bundles of roles of each user: the table of [`USER_ROLE_USERS`], from the other end.
pub static USER_USER_ROLES: Links =
    Links { table: USER_ROLE_USERS.table, own: USER_ROLE_USERS.other, other: USER_ROLE_USERS.own };

entity! {
    /// The declaration of `User`.
    USER = "User" at "/api/sys/users" in "users", record,
    tenancy: Tenancy::Members(&USER_BUSINESSES), display: FULL_NAME, changes: All,
    {
        /// The person's name.
        FULL_NAME = Field::text("FullName", "full_name", 255).required().personal();
        /// The e-mail address to sign in with.
        EMAIL = Field::text("Email", "email", 254).required().personal();
        /// Sets the password.
        NEW_PASSWORD = Field::text_instruction("NewPassword", 128).secret();
        /// Whether it may sign in.
        ACTIVE = Field::flag("Active", "active");
        /// Whether it is an administrator; with no `UserRoles`, an unrestricted one.
        IS_ADMIN = Field::flag("IsAdmin", "is_admin");
        /// Whether it may use the API.
        API_ACCESS = Field::flag("APIAccess", "api_access");
        /// The locations whose records it may see.
        BUSINESSES = Field::list("Businesses", &USER_BUSINESSES, &BUSINESS);
        /// The bundles of roles that it has.
        USER_ROLES = Field::list("UserRoles", &USER_USER_ROLES, &USER_ROLE);
        /// The location that its pages open with.
        DEFAULT_BUSINESS_ID = Field::reference("DefaultBusinessId", "default_business_id", &BUSINESS);
        /// The language of its pages, a BCP 47 tag.
        LANGUAGE = Field::text("Language", "language", 35).personal();
        /// Whether a second factor is enrolled. Nobody sets it for another; an unrestricted administrator takes it away.
        TWO_FACTOR_ENABLED = Field::flag("TwoFactorEnabled", "two_factor_enabled");
        /// Whether it wants mail about checks.
        ON_IDENTITY_CHECK_UPDATE = Field::flag("OnIdentityCheckUpdate", "on_identity_check_update");
        /// The e-mail address as compared at sign-in, folded so that no spelling of it is another one's; unique.
        LOGIN = Field::text("Login", "login", 254).hidden().personal();
        /// The Argon2id hash of the password, in PHC form; null for none.
        PASSWORD_HASH = Field::text("PasswordHash", "password_hash", 255).hidden().secret().personal();
    }
}
