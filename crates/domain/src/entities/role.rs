//! `Role` (contract section 7): one permission; the list is fixed, see [`crate::roles`].

use crate::entity::{Field, Tenancy, entity};

entity! {
    /// The declaration of `Role`.
    ROLE = "Role" at "/api/security/roles" in "roles", record,
    tenancy: Tenancy::Shared, display: NAME, changes: ReadOnly,
    {
        /// What it is called, such as `CoworkerIdentityCheck-Read`.
        NAME = Field::text("Name", "name", 64).read_only();
    }
}
