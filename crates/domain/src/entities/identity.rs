//! Who a user is to an issuer of OpenID Connect, and what that issuer's claims have given the user here.

use super::user::USER;
use crate::entity::{Field, entity};

entity! {
    /// The declaration of an identity.
    IDENTITY = "Identity" in "identities", internal,
    {
        /// SHA-256 of issuer and subject, in hexadecimal; unique.
        MARK = Field::text("Mark", "mark", 64);
        /// The issuer's identifier (OpenID Connect Core section 2, `iss`).
        ISSUER = Field::text("Issuer", "issuer", 1024);
        /// Who it is there (`sub`).
        SUBJECT = Field::text("Subject", "subject", 255);
        /// Who it is here.
        USER_ID = Field::reference("UserId", "user_id", &USER);
        /// When the two were linked.
        CREATED_ON = Field::instant("CreatedOn", "created_on");
        /// The ids of the bundles of roles that the claims gave, with spaces between: these and no others are taken away with
        /// the claims.
        GRANTED_ROLES = Field::text("GrantedRoles", "granted_roles", 16_384);
        /// The ids of the locations that the claims gave, with spaces between.
        GRANTED_BUSINESSES = Field::text("GrantedBusinesses", "granted_businesses", 16_384);
        /// Whether the claims made it an administrator.
        GRANTED_ADMIN = Field::flag("GrantedAdmin", "granted_admin");
    }
}
