//! An access or a refresh token (contract section 6), kept as a hash.

use super::{client::CLIENT, user::USER};
use crate::entity::{Field, entity};

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Authenticates a request.
    Access = 1,
    /// Gets the next pair of tokens.
    Refresh = 2,
    /// Sets its user's password, once.
    Link = 3,
    /// Stands for a browser that somebody is signed in with at the desk's pages. The API never takes it.
    Session = 4,
}

entity! {
    /// The declaration of a token.
    TOKEN = "Token" in "tokens", internal,
    {
        /// SHA-256 of the token, in hexadecimal; unique.
        HASH = Field::text("Hash", "hash", 64).secret();
        /// A number of [`TokenKind`].
        KIND = Field::integer("Kind", "kind");
        /// Whose it is.
        USER_ID = Field::reference("UserId", "user_id", &USER);
        /// What all tokens that follow from one sign-in share.
        FAMILY = Field::guid("Family", "family");
        /// The client that signed in, as it called itself.
        CLIENT_ID = Field::text("ClientId", "client_id", 255);
        /// When it was given out.
        CREATED_ON = Field::instant("CreatedOn", "created_on");
        /// When it ends.
        EXPIRES_ON = Field::instant("ExpiresOn", "expires_on");
        /// When the sign-in was that it follows from; null for those from before there was this field.
        STARTED_ON = Field::instant("StartedOn", "started_on");
        /// When a refresh token was used; using it again ends the family.
        USED_ON = Field::instant("UsedOn", "used_on");
        /// The numbers of the roles that it is narrowed to, with spaces between; null for all that its user has.
        SCOPE = Field::text("Scope", "scope", 255);
        /// The machine client that it was given to; null for a person's.
        MACHINE_ID = Field::reference("MachineId", "machine_id", &CLIENT);
    }
}
