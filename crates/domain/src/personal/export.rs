//! What of a person's data is given out when the person asks for it (GDPR articles 15 and 20): all that is kept of the entities in
//! [`ENTITIES`], but for what is [`WITHHELD`].
//!
//! A new field of theirs is given out unless it is listed here, and a personal field of any other entity fails a test until
//! it is given out or listed: what an erasure destroys and what an export gives can't drift apart.

use crate::entities::{
    audit_entry::AUDIT_ENTRY, audit_values::AUDIT_VALUES, check::CHECK, coworker::COWORKER,
    document::DOCUMENT, file::FILE, identity::IDENTITY, token::TOKEN, user::USER,
};
use crate::entity::{Entity, FieldIndex, Source};

/// The entities whose records are given out: of a customer, of its account, and of what happened to both.
pub static ENTITIES: [&Entity; 9] =
    [&COWORKER, &USER, &IDENTITY, &TOKEN, &CHECK, &DOCUMENT, &FILE, &AUDIT_ENTRY, &AUDIT_VALUES];

/// What is kept and not given out: entity, field.
pub const WITHHELD: &[(&str, &str)] = &[
    // Who acted is somebody else, and has rights of their own (article 15 paragraph 4). Whether it was the person, the desk or
    // one of its users is said beside.
    ("*", "UpdatedBy"),
    ("CoworkerIdentityCheck", "FirstApprovalById"),
    ("CoworkerIdentityCheckDocument", "FirstApprovalById"),
    ("CoworkerIdentityCheckDocument", "HandedInBy"),
    ("AuditTrailEntry", "ActorId"),
    // The customer's record at the desk is what these lead to, or another part of the same export.
    ("CoworkerIdentityCheckDocument", "BusinessId"),
    ("File", "BusinessId"),
    ("File", "DocumentGuid"),
    ("Identity", "UserId"),
    ("Token", "UserId"),
    ("AuditValues", "SubjectId"),
    // How the desk keeps things, which says nothing of anybody.
    ("*", "Version"),
    ("File", "Object"),
    ("AuditTrailEntry", "ValuesId"),
    ("AuditTrailEntry", "Commitment"),
    ("AuditValues", "Id"),
    ("AuditValues", "Salt"),
    ("Identity", "Mark"),
    ("Token", "Family"),
    ("Token", "MachineId"),
    // Rights at the desk; the account of a customer has none.
    ("Identity", "GrantedRoles"),
    ("Identity", "GrantedBusinesses"),
    ("Identity", "GrantedAdmin"),
    // Names to sign in with are the e-mail address in another form. Secrets are left out as secrets.
    ("User", "Login"),
    ("User", "PasswordHash"),
    // Of the operator's own records.
    ("Business", "SystemId"),
    ("Role", "SystemId"),
    ("UserRole", "SystemId"),
    // A copy of an answer, which its own client got; sealed under that client's key, and gone in a day.
    ("IdempotentAnswer", "Sealed"),
];

/// The fields of a record that are given out, in the order of the declaration.
pub fn fields(entity: &'static Entity) -> impl Iterator<Item = FieldIndex> {
    let places = entity.fields.iter().enumerate();
    let given = places.filter(|(_, field)| {
        let kept = matches!(field.source, Source::Column(_) | Source::Links(_));
        kept && !field.secret && !is_withheld(entity, field.name)
    });
    given.map(|(place, _)| FieldIndex(place))
}

fn is_withheld(entity: &Entity, field: &str) -> bool {
    WITHHELD.iter().any(|(own, name)| [entity.name, "*"].contains(own) && *name == field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities;
    use crate::entity::{UNIQUE_ID, UPDATED_BY};

    #[test]
    fn what_is_personal_is_given_out_or_is_said_not_to_be() {
        for entity in entities::all() {
            let given: Vec<FieldIndex> =
                if ENTITIES.contains(&entity) { fields(entity).collect() } else { Vec::new() };
            for place in super::super::fields(entity) {
                let name = entity.field(place).name;
                assert!(
                    given.contains(&place) != is_withheld(entity, name),
                    "{}.{name}: an export must give it out, or it stands in WITHHELD with a reason; not both",
                    entity.name
                );
            }
        }
    }

    #[test]
    fn what_is_withheld_is_there() {
        for (entity, name) in WITHHELD {
            let of = |own: &&Entity| *entity == "*" || own.name == *entity;
            assert!(
                entities::all().filter(of).any(|own| own.fields.iter().any(|field| field.name == *name)),
                "{entity}.{name}"
            );
        }
    }

    #[test]
    fn who_acted_is_not_given_out() {
        let given: Vec<FieldIndex> = fields(&CHECK).collect();
        assert!(given.contains(&UNIQUE_ID) && !given.contains(&UPDATED_BY));
    }
}
