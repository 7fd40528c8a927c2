//! Gives out what is kept of one customer (GDPR articles 15 and 20): a ZIP archive with the records as JSON, the files as they
//! are kept, and a list of what is in it.
//!
//! First everything is gathered ([`gather`], [`trail`]) as far as the caller may see it, then each file is opened and read to its
//! end, so that one that is damaged fails the request before it has an answer; then the audit entry; and then the archive is
//! written as it streams out ([`archive`]). Files are never whole in memory.

mod archive;
mod files;
mod gather;
mod readme;
mod shown;
mod trail;

use bytes::Bytes;
use futures::Stream;
use proofdesk_domain::entities::{
    audit_entry::AUDIT_ENTRY, check::CHECK, coworker, coworker::COWORKER, document::DOCUMENT, user::USER,
};
use proofdesk_domain::entity::Entity;
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::{Operation, Role};
use proofdesk_domain::scope::Scope;
use proofdesk_store::Transaction;
use serde_json::json;

use self::archive::{Archive, Part};
use self::gather::Subject;
use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::records::{business_of, subject_of};
use crate::{Desk, retrying};

/// What must be readable besides customers, for an export: it shows nothing that the caller couldn't read piece by piece.
pub static BESIDES: [&Entity; 4] = [&CHECK, &DOCUMENT, &AUDIT_ENTRY, &USER];

/// An export, ready to be sent.
pub struct Export {
    /// What the archive is called.
    pub name: String,
    archive: Archive,
}

impl Export {
    /// The archive, as it is written. An error ends it, before the list of what is in it: such an archive doesn't open.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes, DeskError>> + Send + 'static {
        self.archive.stream()
    }
}

/// Gathers what is kept of a customer, makes sure that every file can be read, and puts the export on record.
///
/// # Errors
/// [`DeskError::NotFound`] if the caller doesn't see the customer; [`DeskError::MissingRole`] if one of the roles of
/// [`BESIDES`] is missing at a location where the caller sees it; [`DeskError::Unavailable`] if a file can't be read;
/// [`DeskError::Conflict`] if the customer is being erased meanwhile, again and again.
pub async fn of(desk: &Desk, grant: &Grant, id: i64) -> Result<Export, DeskError> {
    retrying(|| prepare(desk, grant, id)).await
}

async fn prepare(desk: &Desk, grant: &Grant, id: i64) -> Result<Export, DeskError> {
    let person = grant.load(desk, id).await?;
    let scope = scope_of(grant, &person)?;
    let subject = Subject::gather(desk, &scope, person).await?;
    for file in &subject.files {
        files::read_to_the_end(desk, file).await?;
    }
    let name = format!("coworker-{id}.zip");
    let made_on = desk.now();
    let described = shown::json(desk, &scope, &subject, made_on).await?;
    let mut parts = vec![
        Part::Text("README.txt".to_owned(), readme::text(&subject, &described).into_bytes()),
        Part::Text("export.json".to_owned(), format!("{described:#}\n").into_bytes()),
    ];
    note(desk, grant, &subject).await?;
    parts.extend(subject.files.into_iter().filter_map(files::Held::into_part));
    Ok(Export { name, archive: Archive::new(desk.clone(), made_on, parts) })
}

/// The businesses whose records are given out: those at which the caller may read everything of them.
fn scope_of(grant: &Grant, person: &Record) -> Result<Scope, DeskError> {
    let caller = grant.caller();
    let seen = person.list(coworker::BUSINESSES).iter().filter(|business| grant.scope().covers(**business));
    let seen: Vec<i64> = seen.copied().collect();
    let mut scope = grant.scope().clone();
    for entity in BESIDES {
        let own = caller.grant(entity, Operation::Read)?;
        if seen.iter().any(|business| !own.scope().covers(*business)) {
            return Err(DeskError::MissingRole(Role::new(entity, Operation::Read).name()));
        }
        scope = scope.and(own.scope());
    }
    Ok(scope)
}

/// The audit entry: who exported whom, and how much; no values.
async fn note(desk: &Desk, grant: &Grant, subject: &Subject) -> Result<(), DeskError> {
    let documents: Vec<i64> = subject.documents.iter().map(Record::id).collect();
    let files = subject.files.iter().filter(|file| file.is_included()).count();
    let new = json!({ "Checks": subject.checks.len(), "Documents": documents, "Files": files });
    let entry = Entry {
        kind: AuditType::Export,
        entity: &COWORKER,
        id: subject.person.id().into(),
        business: business_of(&subject.person),
        subject: subject_of(&subject.person),
        description: format!("{} was exported", COWORKER.name),
        changes: Changes { new: new.as_object().cloned().unwrap_or_default(), ..Changes::default() },
    };
    let mut transaction = Transaction::default();
    // An erasure that has begun meanwhile is the last word on a record.
    for (record, field) in subject.closable() {
        transaction.holds(record, field, record.get(field).clone());
    }
    audit::record(desk, &mut transaction, grant.caller(), entry);
    desk.commit(transaction).await.map(drop)
}
