//! What was answered to a request with an idempotency key, so that the same request again is answered the same, and does
//! nothing.

use super::user::USER;
use crate::entity::{Field, entity};

entity! {
    /// The declaration of a kept answer.
    IDEMPOTENT_ANSWER = "IdempotentAnswer" in "idempotent_answers", internal,
    {
        /// Stands for user, route and key; hexadecimal, unique.
        MARK = Field::text("Mark", "mark", 64);
        /// Whose request it was.
        USER_ID = Field::reference("UserId", "user_id", &USER);
        /// The name of the entity that the request was about; null for those from before there was this field.
        ENTITY = Field::text("Entity", "entity", 64);
        /// The record that the answer names; null for none.
        RECORD_ID = Field::integer("RecordId", "record_id");
        /// The request's fingerprint and the rest of the answer, sealed; base64.
        SEALED = Field::text("Sealed", "sealed", 4000).personal();
        /// When it was answered.
        CREATED_ON = Field::instant("CreatedOn", "created_on");
        /// Until when the answer is given again.
        EXPIRES_ON = Field::instant("ExpiresOn", "expires_on");
    }
}
