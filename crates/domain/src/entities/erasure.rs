//! An erasure: that it was begun, how far it is, and in the end its receipt. It holds no personal data, so it stays.

use crate::entity::{Field, entity};

/// Why something was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Somebody asked for it.
    Request = 1,
    /// The time was over for which it is kept.
    Retention = 2,
    /// It was erased before, and a backup brought it back.
    Replay = 3,
}

impl Cause {
    /// The cause with this number; [`Self::Request`] for an unknown one.
    pub fn from_number(number: i64) -> Self {
        match number {
            2 => Self::Retention,
            3 => Self::Replay,
            _ => Self::Request,
        }
    }

    /// Its name in a receipt.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "Request",
            Self::Retention => "Retention",
            Self::Replay => "Replay",
        }
    }
}

entity! {
    /// The declaration of an erasure.
    ERASURE = "Erasure" in "erasures", internal,
    {
        /// The receipt's id; unique.
        RECEIPT_ID = Field::guid("ReceiptId", "receipt_id");
        /// The name of the entity of the record that was asked for.
        ENTITY = Field::text("Entity", "entity", 64);
        /// The record's id.
        ENTITY_ID = Field::integer("EntityId", "entity_id");
        /// The record's GUID.
        GUID = Field::guid("Guid", "guid");
        /// The location that it concerns, no reference: the erasure outlives it.
        BUSINESS_ID = Field::integer("BusinessId", "business_id");
        /// A number of [`Cause`].
        CAUSE = Field::integer("Cause", "cause");
        /// The id of the user who asked; null for the desk itself.
        ACTOR_ID = Field::integer("ActorId", "actor_id");
        /// The request, as logs name it too.
        REQUEST_ID = Field::text("RequestId", "request_id", 64);
        /// When it began.
        STARTED_ON = Field::instant("StartedOn", "started_on");
        /// When it was finished; null while it is under way.
        FINISHED_ON = Field::instant("FinishedOn", "finished_on");
        /// The receipt, JSON.
        RECEIPT = Field::text("Receipt", "receipt", 4000);
        /// Ed25519 over the receipt, hexadecimal.
        SIGNATURE = Field::text("Signature", "signature", 128);
    }
}
