//! A program that signs in for itself (RFC 6749 section 4.4): its credentials. What it may do is what its user may do.

use super::user::USER;
use crate::entity::{Field, entity};

entity! {
    /// The declaration of a machine client.
    CLIENT = "Client" in "clients", internal,
    {
        /// What it calls itself at sign-in; unique.
        CLIENT_ID = Field::text("ClientId", "client_id", 64);
        /// SHA-256 of the secret, in hexadecimal.
        SECRET_HASH = Field::text("SecretHash", "secret_hash", 64).secret();
        /// What people call it.
        NAME = Field::text("Name", "name", 255);
        /// The user that it acts as.
        USER_ID = Field::reference("UserId", "user_id", &USER);
        /// Whether it may sign in.
        ACTIVE = Field::flag("Active", "active");
        /// When it was made.
        CREATED_ON = Field::instant("CreatedOn", "created_on");
        /// When its secret was set.
        SECRET_SET_ON = Field::instant("SecretSetOn", "secret_set_on");
    }
}
