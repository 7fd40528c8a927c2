//! Create.

use proofdesk_domain::draft::{Draft, Write};
use proofdesk_domain::entities::{check::CHECK, document::DOCUMENT, user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;
use proofdesk_store::{Inserted, Transaction};
use secrecy::SecretString;

use super::{Body, Saved, business_of, subject_of, takeover, valid};
use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::rules::{self, Change};
use crate::{Desk, checks, documents, idempotency, references, retrying};

/// Makes a record.
///
/// # Errors
/// [`DeskError::Full`]; [`DeskError::Invalid`] with everything that is wrong, [`DeskError::Unavailable`].
pub async fn create(desk: &Desk, grant: &Grant, body: &Body) -> Result<Saved, DeskError> {
    desk.room()?;
    match grant.entity() {
        entity if entity == &CHECK => checks::create(desk, grant, body).await,
        entity if entity == &DOCUMENT => documents::create(desk, grant, body).await,
        _ => plain(desk, grant, body).await,
    }
}

async fn plain(desk: &Desk, grant: &Grant, body: &Body) -> Result<Saved, DeskError> {
    let (draft, errors) = Draft::parse(grant.entity(), Write::Create, body);
    prepare(desk, grant, None, &draft, errors.clone(), &mut Transaction::default()).await?;
    let hash = password_hash(desk, &draft).await?;
    retrying(|| async {
        let mut transaction = Transaction::default();
        let mut record = prepare(desk, grant, None, &draft, errors.clone(), &mut transaction).await?;
        if let Some(hash) = &hash {
            record.set(user::PASSWORD_HASH, hash.as_str());
        }
        desk.stamp_new(&mut record, grant.caller());
        let id = add(desk, grant, &mut transaction, &record).into();
        let saved = Saved::new(0, &record);
        idempotency::keep(desk, grant, &mut transaction, id, &saved).await?;
        let ids = desk.commit(transaction).await?;
        Ok(Saved { id: ids.first().copied().unwrap_or(0), ..saved })
    })
    .await
}

/// The record that a draft makes, checked whole; with its references guarded in the transaction.
pub(crate) async fn prepare(
    desk: &Desk,
    grant: &Grant,
    before: Option<&Record>,
    draft: &Draft,
    mut errors: Vec<FieldError>,
    transaction: &mut Transaction,
) -> Result<Record, DeskError> {
    let empty = Record::empty(grant.entity());
    let mut record = draft.apply(before.unwrap_or(&empty));
    let change = Change { by: grant.caller().principal(), before, draft };
    errors.extend(rules::apply(&change, &mut record));
    errors.extend(references::check(desk, grant, before, &mut record, transaction).await?);
    errors.extend(takeover::check(desk, grant, before, draft, &record, transaction).await?);
    valid(&record, errors)?;
    rules::complete(&mut record);
    Ok(record)
}

/// Adds an insert and its audit entry.
pub(crate) fn add(desk: &Desk, grant: &Grant, transaction: &mut Transaction, record: &Record) -> Inserted {
    let inserted = transaction.insert(record.clone());
    let own = |value: Value| if value == Value::Int(0) { inserted.into() } else { value };
    let entry = Entry {
        kind: AuditType::Create,
        entity: record.entity(),
        id: inserted.into(),
        business: own(business_of(record)),
        subject: own(subject_of(record)),
        description: format!("{} was created", record.entity().name),
        changes: Changes::between(None, Some(record)),
    };
    audit::record(desk, transaction, grant.caller(), entry);
    inserted
}

/// The hash of the password that a draft of a user sets.
pub(super) async fn password_hash(desk: &Desk, draft: &Draft) -> Result<Option<String>, DeskError> {
    let sets = |draft: &Draft| {
        draft.text(user::NEW_PASSWORD).map(|password| SecretString::from(password.to_owned()))
    };
    match sets(draft).filter(|_| draft.is_of(&USER)) {
        Some(password) => desk.passwords().hash(password).await.map(Some),
        None => Ok(None),
    }
}
