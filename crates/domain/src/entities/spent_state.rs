//! The state of a sign-in at an issuer that has come back, kept until it would be too old anyway: it is good once.

use crate::entity::{Field, entity};

entity! {
    /// The declaration of a spent state.
    SPENT_STATE = "SpentState" in "spent_states", internal,
    {
        /// SHA-256 of the state, in hexadecimal; unique.
        HASH = Field::text("Hash", "hash", 64);
        /// When it needn't be known any more.
        EXPIRES_ON = Field::instant("ExpiresOn", "expires_on");
    }
}
