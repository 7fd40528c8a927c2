//! `AuditTrailEntry` (contract section 7): who did what to which record, and when. Written once, never changed.
//!
//! An entry holds no personal data: the values before and after and the caller's address lie in a row of
//! [`super::audit_values`], which goes with the person's erasure; the entry keeps a salted commitment to them.

use super::{audit_values::AUDIT_VALUES, business::BUSINESS, user::USER};
use crate::entity::{Changes, Entity, Field, Tenancy, entity};
use crate::enumeration::AUDIT_TYPE;

/// The declaration of `AuditTrailEntry`. Its common fields are partly derived: an entry is never updated.
pub static AUDIT_ENTRY: Entity = Entity {
    name: "AuditTrailEntry",
    path: "/api/sys/audittrailentries",
    table: "audit_entries",
    tenancy: Tenancy::Column("business_id"),
    display: DESCRIPTION,
    changes: Changes::ReadOnly,
    fields: &[
        Field::integer("Id", "id").read_only(),
        Field::guid("UniqueId", "unique_id").read_only(),
        Field::instant("CreatedOn", "created_on").read_only(),
        Field::derived("UpdatedOn", &["CreatedOn"]),
        Field::derived("UpdatedBy", &["ActorId", "Email"]),
        Field::text("SystemId", "system_id", 255).read_only(),
        Field::integer("Version", "version").hidden(),
        Field::reference("BusinessId", "business_id", &BUSINESS).read_only(),
        Field::text("EntityShortName", "entity", 64).read_only(),
        Field::integer("EntityId", "entity_id").read_only(),
        Field::text("Description", "description", 255).read_only(),
        Field::text("PropertyName", "properties", 2000).read_only(),
        Field::one_of("AuditType", "audit_type", &AUDIT_TYPE).read_only(),
        Field::derived("OldValue", &["ValuesId", "OldValue"]),
        Field::derived("NewValue", &["ValuesId", "NewValue"]),
        Field::derived("ActionBy", &["ActorId", "Email"]),
        Field::derived("RemoteAddress", &["ValuesId", "RemoteAddress"]),
        Field::reference("ActorId", "actor_id", &USER).hidden(),
        Field::reference("ValuesId", "values_id", &AUDIT_VALUES).hidden(),
        Field::text("Commitment", "commitment", 64).hidden(),
        Field::text("RequestId", "request_id", 64).read_only(),
    ],
};

entity!(@indexes 7;
    /// The location that it concerns; null for the desk as a whole.
    BUSINESS_ID
    /// The entity's name.
    ENTITY
    /// The record's id.
    ENTITY_ID
    /// What happened, without personal data.
    DESCRIPTION
    /// The names of the properties that changed, with commas.
    PROPERTIES
    /// What kind of thing happened.
    TYPE
    /// The changed properties before, a JSON object.
    OLD_VALUE
    /// The changed properties after, a JSON object.
    NEW_VALUE
    /// The e-mail address of who did it.
    ACTION_BY
    /// Where the request came from.
    REMOTE_ADDRESS
    /// Who did it; null for nobody known.
    ACTOR_ID
    /// The row with the values; it leads nowhere once they are erased, and the entry stays as it was written.
    VALUES_ID
    /// SHA-256 over salt and values, in hexadecimal.
    COMMITMENT
    /// The request, as logs name it too.
    REQUEST_ID
);
