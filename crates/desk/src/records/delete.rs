//! Delete. What others refer to is refused, naming what refers to it.

use proofdesk_domain::entities::{
    self, audit_entry::AUDIT_ENTRY, check::CHECK, coworker, coworker::COWORKER, document::DOCUMENT, user,
    user::USER,
};
use proofdesk_domain::entity::{Access, Entity, FieldIndex, Kind, Source};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::list::Test;
use proofdesk_domain::path::referred;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};

use super::{business_of, subject_of};
use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::{Desk, checks, documents, retrying};

/// Removes a record, and what is part of it.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Invalid`] if others refer to it, [`DeskError::Unavailable`].
pub async fn delete(desk: &Desk, grant: &Grant, id: i64) -> Result<(), DeskError> {
    match grant.entity() {
        entity if entity == &CHECK => checks::delete(desk, grant, id).await,
        entity if entity == &DOCUMENT => documents::delete(desk, grant, id).await,
        _ => retrying(|| plain(desk, grant, id)).await,
    }
}

async fn plain(desk: &Desk, grant: &Grant, id: i64) -> Result<(), DeskError> {
    let record = grant.load(desk, id).await?;
    refuse_administrators(grant, &record)?;
    refuse_shared(grant, &record)?;
    if let Some(error) = referrers(desk, grant, &record).await? {
        return Err(DeskError::Invalid(vec![error]));
    }
    let mut transaction = Transaction::default();
    transaction.unchanged(&record);
    remove(desk, grant, &mut transaction, &record);
    desk.commit(transaction).await.map(drop)
}

/// Nobody deletes themselves, and only an unrestricted administrator deletes administrators.
fn refuse_administrators(grant: &Grant, record: &Record) -> Result<(), DeskError> {
    let caller = grant.caller().principal();
    if record.entity() != &USER {
        return Ok(());
    }
    if caller.user_id == Some(record.id()) {
        return Err(DeskError::field("Id", "is yourself"));
    }
    if record.flag(user::IS_ADMIN) && !caller.is_unrestricted() {
        return Err(DeskError::field("Id", "is an administrator; only an unrestricted one deletes it"));
    }
    Ok(())
}

/// A customer or a user of other locations too is theirs as well, and not one location's to delete.
fn refuse_shared(grant: &Grant, record: &Record) -> Result<(), DeskError> {
    let field = match record.entity() {
        entity if entity == &USER => user::BUSINESSES,
        entity if entity == &COWORKER => coworker::BUSINESSES,
        _ => return Ok(()),
    };
    if record.list(field).iter().all(|business| grant.scope().covers(*business)) {
        return Ok(());
    }
    Err(DeskError::field("Id", "is of other locations too: take yours out of Businesses instead"))
}

/// Adds a delete and its audit entry.
pub(crate) fn remove(desk: &Desk, grant: &Grant, transaction: &mut Transaction, record: &Record) {
    transaction.delete(record);
    let entry = Entry {
        kind: AuditType::Delete,
        entity: record.entity(),
        id: record.id().into(),
        business: business_of(record),
        subject: subject_of(record),
        description: format!("{} was deleted", record.entity().name),
        changes: Changes::between(Some(record), None),
    };
    audit::record(desk, transaction, grant.caller(), entry);
}

/// What refers to a record, as an error: "is referred to by 3 `Coworker` records". Of what the caller can't see, it says
/// neither how many there are nor where.
async fn referrers(desk: &Desk, grant: &Grant, record: &Record) -> Result<Option<FieldError>, DeskError> {
    let error = |text: String| Ok(Some(FieldError::new("Id", text).attempted(record.id())));
    for entity in entities::PUBLIC {
        for (place, field) in entity.fields.iter().enumerate() {
            let index = FieldIndex(place);
            if !refers(entity, index, record.entity()) {
                continue;
            }
            let count = count(desk, entity, index, record.id(), grant.scope()).await?;
            if count > 0 {
                let plural = if count == 1 { "record" } else { "records" };
                return error(format!("is referred to by {count} {} {plural} ({})", entity.name, field.name));
            }
            if self::count(desk, entity, index, record.id(), &Scope::All).await? > 0 {
                return error("is referred to by records of other locations".to_owned());
            }
        }
    }
    Ok(None)
}

/// Whether a field keeps a record from being deleted. Audit entries outlive locations, but not who acted, and with them
/// what else says who acted; a user's places in bundles of roles go with the user.
fn refers(entity: &'static Entity, index: FieldIndex, to: &'static Entity) -> bool {
    let field = entity.field(index);
    match field.kind {
        Kind::Reference(_) if *entity != AUDIT_ENTRY && *to == USER => {
            referred(field) == Some(to) && field.access != Access::Hidden
        }
        Kind::Reference(_) => referred(field) == Some(to) && (*entity != AUDIT_ENTRY || *to == USER),
        Kind::List(of) => *of == *to && *to != USER && matches!(field.source, Source::Links(_)),
        _ => false,
    }
}

async fn count(
    desk: &Desk,
    entity: &'static Entity,
    index: FieldIndex,
    id: i64,
    scope: &Scope,
) -> Result<u64, DeskError> {
    let test = match entity.field(index).kind {
        Kind::List(_) => Test::Holds(id),
        _ => Test::Equals(Value::Int(id)),
    };
    let query = Query::all(entity, scope.clone(), 1).filter(index, test);
    Ok(desk.store().list(&query).await?.total)
}
