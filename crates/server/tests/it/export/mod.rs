//! What somebody is given who asks for their data: all of it, nothing of others, and never a part that looks whole.

mod access;
mod archive;
mod crawl;
mod files;

use crate::harness::COWORKERS;

/// Where a customer's export is.
fn path(coworker: i64) -> String {
    format!("{COWORKERS}/{coworker}/export")
}

/// The roles that an export needs.
const ROLES: [&str; 5] = [
    "Coworker-Read",
    "CoworkerIdentityCheck-Read",
    "CoworkerIdentityCheckDocument-Read",
    "AuditTrailEntry-Read",
    "User-Read",
];
