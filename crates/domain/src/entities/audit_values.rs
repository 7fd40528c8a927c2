//! The values that an audit entry is about: personal data, so they go when the person is erased, and the entry stays.

use super::coworker::COWORKER;
use crate::entity::{Field, entity};

entity! {
    /// The declaration of the values of an audit entry.
    AUDIT_VALUES = "AuditValues" in "audit_values", internal,
    {
        /// Random, so that the entry's commitment tells nothing once this row is gone; hexadecimal.
        SALT = Field::text("Salt", "salt", 64);
        /// The changed properties before, a JSON object.
        OLD_VALUE = Field::text("OldValue", "old_value", 1 << 20).personal();
        /// The changed properties after, a JSON object.
        NEW_VALUE = Field::text("NewValue", "new_value", 1 << 20).personal();
        /// Where the request came from.
        REMOTE_ADDRESS = Field::text("RemoteAddress", "remote_address", 64).personal();
        /// The customer whom the values are about, if it is about one.
        SUBJECT_ID = Field::reference("SubjectId", "subject_id", &COWORKER);
    }
}
