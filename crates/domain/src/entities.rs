//! All entities, each in a file of its own: first what callers see, then what the desk keeps for itself.

pub mod audit_entry;
pub mod business;
pub mod check;
pub mod coworker;
pub mod document;
pub mod role;
pub mod user;
pub mod user_role;

pub mod audit_values;
pub mod client;
pub mod discarded_file;
pub mod erasure;
pub mod event;
pub mod file;
pub mod idempotent_answer;
pub mod identity;
pub mod recovery_code;
pub mod rendition;
pub mod spent_state;
pub mod token;
pub mod totp;

use crate::entity::Entity;

/// What callers see, in the order of the documentation.
pub static PUBLIC: [&Entity; 8] = [
    &check::CHECK,
    &document::DOCUMENT,
    &business::BUSINESS,
    &coworker::COWORKER,
    &user::USER,
    &role::ROLE,
    &user_role::USER_ROLE,
    &audit_entry::AUDIT_ENTRY,
];

/// What the desk keeps for itself.
pub static INTERNAL: [&Entity; 13] = [
    &audit_values::AUDIT_VALUES,
    &client::CLIENT,
    &discarded_file::DISCARDED_FILE,
    &erasure::ERASURE,
    &event::EVENT,
    &file::FILE,
    &idempotent_answer::IDEMPOTENT_ANSWER,
    &identity::IDENTITY,
    &recovery_code::RECOVERY_CODE,
    &rendition::RENDITION,
    &spent_state::SPENT_STATE,
    &token::TOKEN,
    &totp::TOTP,
];

/// Every entity.
pub fn all() -> impl Iterator<Item = &'static Entity> {
    PUBLIC.into_iter().chain(INTERNAL)
}
