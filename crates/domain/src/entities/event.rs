//! What happened, for those who want to be told: written with the change, delivered after it.

use super::business::BUSINESS;
use crate::entity::{Field, entity};

entity! {
    /// The declaration of an event.
    EVENT = "Event" in "events", internal,
    {
        /// What happened: a number of [`crate::event::Action`].
        ACTION = Field::integer("Action", "action");
        /// The location that it happened at.
        BUSINESS_ID = Field::reference("BusinessId", "business_id", &BUSINESS);
        /// The entity's name.
        ENTITY = Field::text("Entity", "entity", 64);
        /// The record's id.
        ENTITY_ID = Field::integer("EntityId", "entity_id");
        /// When.
        CREATED_ON = Field::instant("CreatedOn", "created_on");
    }
}
