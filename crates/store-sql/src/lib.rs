//! SQL text for both relational backends, made from the entities' declarations.
//!
//! A [`Plan`] holds what never changes about an entity: the texts of its insert, update, delete and point reads are made
//! once. [`Plan::select`] and [`Plan::count`] add what a query asks for. The two dialects differ only in what
//! [`Dialect`] says.
//!
//! What both schemas have in common, and this text relies on:
//! - Numbers, flags, enumerations, instants (seconds since 1970 UTC) and references are 64-bit integers, texts and GUIDs
//!   are text. Flags and enumerations are never null.
//! - The database gives ids, and none twice.
//! - The tables of [`Links`](proofdesk_domain::entity::Links) are unique by both columns, and lose the entries of a
//!   deleted record by `ON DELETE CASCADE` on the column of the record that has the list.
//!
//! Order: nulls come before everything else (last where the order is descending); texts are compared folded, by the
//! bytes of their UTF-8; ties break by id, ascending. The same in both dialects.

mod branches;
mod builder;
mod condition;
mod dialect;
mod joins;
mod parameter;
mod plan;
mod points;
mod select;
mod shape;
mod writes;

pub use dialect::{Dialect, Lock};
pub use parameter::{Parameter, Statement};
pub use plan::Plan;
pub use shape::{Shape, parse_ids};
pub use writes::ListWrites;

#[cfg(test)]
mod tests;
