//! What Proofdesk knows: entities, lifecycle, slots, roles and validation. Plain data and pure functions; no I/O.

pub mod ambient;
pub mod coerce;
pub mod draft;
pub mod entities;
pub mod entity;
pub mod enumeration;
pub mod event;
pub mod file_name;
pub mod json;
pub mod latch;
pub mod lifecycle;
pub mod list;
pub mod path;
pub mod personal;
pub mod record;
pub mod retention;
pub mod roles;
pub mod scope;
pub mod slots;
pub mod validation;
pub mod value;
