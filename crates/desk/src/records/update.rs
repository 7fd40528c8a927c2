//! PUT and PATCH.

use proofdesk_domain::draft::{Draft, Write};
use proofdesk_domain::entities::{check::CHECK, document::DOCUMENT, user, user::USER};
use proofdesk_domain::entity::{FieldIndex, Source};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;

use super::create::{password_hash, prepare};
use super::{Body, Saved, business_of, subject_of};
use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::{Desk, checks, documents, erasure, retrying, tokens, totp};

/// Changes a record: all its writable properties ([`Write::Replace`]) or those that are sent ([`Write::Merge`]).
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Invalid`] with everything that is wrong, [`DeskError::Unavailable`].
pub async fn update(
    desk: &Desk,
    grant: &Grant,
    write: Write,
    path_id: Option<i64>,
    body: &Body,
) -> Result<Saved, DeskError> {
    let (draft, errors) = Draft::parse(grant.entity(), write, body);
    let id = one_id(path_id, draft.id)?;
    match grant.entity() {
        entity if entity == &CHECK => checks::update(desk, grant, id, &draft, errors).await,
        entity if entity == &DOCUMENT => documents::update(desk, grant, id, &draft, errors).await,
        _ => plain(desk, grant, id, &draft, errors).await,
    }
}

/// The id in the path and the id in the body must agree where both are given.
fn one_id(path: Option<i64>, body: Option<i64>) -> Result<i64, DeskError> {
    match (path, body) {
        (Some(path), Some(body)) if path != body => {
            let error = FieldError::new("Id", "must be the one in the path").attempted(body);
            Err(DeskError::Invalid(vec![error]))
        }
        (Some(id), _) | (None, Some(id)) => Ok(id),
        (None, None) => Err(DeskError::Invalid(vec![FieldError::required("Id")])),
    }
}

async fn plain(
    desk: &Desk,
    grant: &Grant,
    id: i64,
    draft: &Draft,
    errors: Vec<FieldError>,
) -> Result<Saved, DeskError> {
    let before = grant.load(desk, id).await?;
    erasure::refuse_erased(&before)?;
    prepare(desk, grant, Some(&before), draft, errors.clone(), &mut Transaction::default()).await?;
    let hash = password_hash(desk, draft).await?;
    retrying(|| async {
        let before = grant.load(desk, id).await?;
        erasure::refuse_erased(&before)?;
        let mut transaction = Transaction::default();
        let mut record = prepare(desk, grant, Some(&before), draft, errors.clone(), &mut transaction).await?;
        if let Some(hash) = &hash {
            record.set(user::PASSWORD_HASH, hash.as_str());
        }
        if hash.is_some() || (record.entity() == &USER && !record.flag(user::ACTIVE)) {
            end_tokens(desk, &mut transaction, id).await?;
        } else if record.entity() == &USER && takes_away(&before, &record) {
            tokens::browser::end_all(desk, &mut transaction, id).await?;
        }
        if record.entity() == &USER
            && before.get(user::TWO_FACTOR_ENABLED) != record.get(user::TWO_FACTOR_ENABLED)
        {
            totp::clear(desk, &mut transaction, id).await?;
        }
        change(desk, grant, &mut transaction, &before, &mut record);
        desk.commit(transaction).await?;
        Ok(Saved::new(id, &record))
    })
    .await
}

/// Adds an update and its audit entry.
pub(crate) fn change(
    desk: &Desk,
    grant: &Grant,
    transaction: &mut Transaction,
    before: &Record,
    record: &mut Record,
) {
    desk.stamp_change(record, grant.caller());
    transaction.update(without_same_lists(before, record));
    let entry = Entry {
        kind: AuditType::Update,
        entity: record.entity(),
        id: record.id().into(),
        business: business_of(record),
        subject: subject_of(record),
        description: format!("{} was updated", record.entity().name),
        changes: Changes::between(Some(before), Some(record)),
    };
    audit::record(desk, transaction, grant.caller(), entry);
}

/// A record whose lists that don't change stay as they are: they may be changed from their other end meanwhile, as the users
/// of a bundle of roles are, and that raises no version here.
fn without_same_lists(before: &Record, record: &Record) -> Record {
    let mut written = record.clone();
    for (place, field) in record.entity().fields.iter().enumerate() {
        let index = FieldIndex(place);
        if matches!(field.source, Source::Links(_)) && before.get(index) == record.get(index) {
            written.set(index, Value::Null);
        }
    }
    written
}

/// Whether a user loses rights, whatever they are.
fn takes_away(before: &Record, after: &Record) -> bool {
    let loses = |field| before.list(field).iter().any(|id| !after.list(field).contains(id));
    let flag = before.flag(user::IS_ADMIN) && !after.flag(user::IS_ADMIN);
    flag || loses(user::USER_ROLES) || loses(user::BUSINESSES)
}

/// Ends all tokens of a user: after a change of the password, or when it may not sign in any more.
pub(crate) async fn end_tokens(
    desk: &Desk,
    transaction: &mut Transaction,
    user: i64,
) -> Result<(), DeskError> {
    for token in tokens::of_user(desk, user).await? {
        transaction.delete(&token);
    }
    Ok(())
}
