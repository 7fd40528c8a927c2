//! References in bodies: every record that a body names must be there, and the caller's to see, when the change commits.
//! One that isn't there and one of another tenant give the same error.

use proofdesk_domain::entities::{user_role, user_role::USER_ROLE};
use proofdesk_domain::entity::{Access, Entity, FieldIndex, ID, Kind};
use proofdesk_domain::list::Test;
use proofdesk_domain::path::referred;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Role;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};

use crate::caller::{Grant, Principal};
use crate::error::DeskError;
use crate::records::keep_unseen;
use crate::{Desk, erasure};

/// Checks the references that a change sets, and guards them in its transaction.
pub(crate) async fn check(
    desk: &Desk,
    grant: &Grant,
    before: Option<&Record>,
    after: &mut Record,
    transaction: &mut Transaction,
) -> Result<Vec<FieldError>, DeskError> {
    let mut errors = Vec::new();
    for (place, field) in after.entity().fields.iter().enumerate() {
        let index = FieldIndex(place);
        let set = before.is_none_or(|before| before.get(index) != after.get(index));
        if field.access == Access::Hidden || !set {
            continue;
        }
        if let Some(before) = before {
            keep_unseen(desk, grant.scope(), before, after, index).await?;
            if before.get(index) == after.get(index) {
                continue;
            }
        }
        let check = Check { desk, grant, name: field.name };
        let error = match (referred(field), field.kind) {
            (Some(to), _) => check.reference(to, after.get(index), transaction).await?,
            (None, Kind::List(of)) => {
                let old = before.map(|before| before.list(index)).unwrap_or_default();
                check.list(of, old, after.list(index), transaction).await?
            }
            _ => None,
        };
        errors.extend(error);
    }
    Ok(errors)
}

struct Check<'a> {
    desk: &'a Desk,
    grant: &'a Grant,
    name: &'static str,
}

impl Check<'_> {
    async fn reference(
        &self,
        to: &'static Entity,
        value: &Value,
        transaction: &mut Transaction,
    ) -> Result<Option<FieldError>, DeskError> {
        let Some(id) = value.as_int() else { return Ok(None) };
        let Some(found) = self.grant.find(self.desk, to, id).await? else {
            return Ok(Some(FieldError::does_not_exist(self.name, id)));
        };
        if erasure::erased_on(&found).is_some() {
            return Ok(Some(FieldError::new(self.name, "was erased, and takes nothing new").attempted(id)));
        }
        transaction.unchanged(&found);
        Ok(None)
    }

    async fn list(
        &self,
        of: &'static Entity,
        old: &[i64],
        new: &[i64],
        transaction: &mut Transaction,
    ) -> Result<Option<FieldError>, DeskError> {
        let added: Vec<i64> = new.iter().copied().filter(|id| !old.contains(id)).collect();
        if added.is_empty() {
            return Ok(None);
        }
        let query = Query::all(of, self.grant.scope().clone(), added.len() as u32)
            .filter(ID, Test::OneOf(added.clone()));
        let found = self.desk.store().select(&query).await?;
        if let Some(missing) = added.iter().find(|id| found.iter().all(|record| record.id() != **id)) {
            return Ok(Some(FieldError::does_not_exist(self.name, *missing)));
        }
        let excess = found.iter().any(|record| exceeds(self.grant.caller().principal(), record));
        for record in &found {
            transaction.unchanged(record);
        }
        Ok(excess.then(|| FieldError::new(self.name, "has roles that you don't have yourself")))
    }
}

/// Whether a bundle has a role that somebody doesn't have: nobody gives what they don't have.
pub(crate) fn exceeds(principal: &Principal, bundle: &Record) -> bool {
    if bundle.entity() != &USER_ROLE {
        return false;
    }
    let business = bundle.int(user_role::BUSINESS_ID).unwrap_or(0);
    let roles = bundle.list(user_role::ROLES).iter().filter_map(|number| Role::from_number(*number));
    roles.into_iter().any(|role| !principal.holds(role, business))
}
