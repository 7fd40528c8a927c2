//! The policy, as exhaustive tests over the OpenAPI document that the desk serves: an operation that is added without a
//! role, an audit kind or a documented answer fails here, and so does one that nobody has said how to call.
//!
//! [`document`] reads the document, [`places`] makes two locations with the same records, [`people`] somebody with each
//! single role, and [`requests`] says how each operation is called. The tests are [`access`], [`audit`], [`bad_tokens`],
//! [`mass_assignment`], [`races`], [`replay`] and [`routes`].

mod access;
mod audit;
mod bad_tokens;
mod document;
mod mass_assignment;
mod outbound;
mod people;
mod places;
mod races;
mod replay;
mod requests;
mod routes;
mod second_factor;
