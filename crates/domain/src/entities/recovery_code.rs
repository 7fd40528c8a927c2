//! A code that stands in once for a second factor that was lost, kept as a hash. A used one is gone.

use super::user::USER;
use crate::entity::{Field, entity};

entity! {
    /// The declaration of a recovery code.
    RECOVERY_CODE = "RecoveryCode" in "recovery_codes", internal,
    {
        /// Whose it is.
        USER_ID = Field::reference("UserId", "user_id", &USER);
        /// HMAC-SHA256 of the user's id and the code, in hexadecimal.
        HASH = Field::text("Hash", "hash", 64).secret();
    }
}
