//! The second factor of a user (RFC 6238), enrolled or about to be.

use super::user::USER;
use crate::entity::{Field, entity};

entity! {
    /// The declaration of a second factor.
    TOTP = "Totp" in "totp_secrets", internal,
    {
        /// Whose it is; unique.
        USER_ID = Field::reference("UserId", "user_id", &USER);
        /// The secret that codes are made from, sealed for this user.
        SECRET = Field::text("Secret", "secret", 255).secret();
        /// When the secret was given out.
        CREATED_ON = Field::instant("CreatedOn", "created_on");
        /// When the first code showed that somebody has it; null before that.
        CONFIRMED_ON = Field::instant("ConfirmedOn", "confirmed_on");
        /// The newest time step whose code was used, in 30 seconds since 1970: it and those before are good no more.
        LAST_STEP = Field::integer("LastStep", "last_step");
    }
}
