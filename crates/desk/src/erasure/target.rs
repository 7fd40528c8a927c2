//! What an erasure is about: the record that was asked for, and everything that goes with it.

use proofdesk_domain::entities::{check, check::CHECK, coworker::COWORKER, document, document::DOCUMENT};
use proofdesk_domain::entity::{Entity, FieldIndex, ID};
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::Query;
use uuid::Uuid;

use super::objects::{self, Kept};
use crate::Desk;
use crate::documents::check_and_documents;
use crate::error::DeskError;

/// How many records are asked for at one time.
const PAGE: u32 = 500;

/// Records to erase, and their files.
pub(crate) struct Target {
    /// The one that was asked for first, then those that go with it.
    pub(crate) records: Vec<Record>,
    /// All files of these records.
    pub(crate) files: Vec<Kept>,
    /// The check of a document that is erased alone.
    check: Option<Record>,
}

impl Target {
    /// What goes with a record, as it is now.
    pub(crate) async fn of(desk: &Desk, root: &Record) -> Result<Self, DeskError> {
        let mut target = Self { records: vec![root.clone()], files: Vec::new(), check: None };
        if root.entity() == &COWORKER {
            let checks = all_of(desk, &CHECK, check::COWORKER_ID, root.id()).await?;
            target.records.extend(checks);
            target.records.extend(all_of(desk, &DOCUMENT, document::COWORKER_ID, root.id()).await?);
        } else if root.entity() == &CHECK {
            target.records.extend(all_of(desk, &DOCUMENT, document::CHECK_ID, root.id()).await?);
        } else {
            target.check = Some(check_and_documents(desk, root).await?.0);
        }
        for document in target.records.iter().filter(|record| record.entity() == &DOCUMENT) {
            target.files.extend(objects::of_document(desk, document.id()).await?);
        }
        Ok(target)
    }

    /// The record that was asked for.
    pub(crate) fn root(&self) -> &Record {
        &self.records[0]
    }

    /// The checks that a hold could be on.
    pub(crate) fn checks(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| record.entity() == &CHECK).chain(&self.check)
    }

    /// The locations of the checks.
    pub(crate) fn businesses_of_checks(&self) -> Vec<i64> {
        self.checks().filter_map(|check| check.int(check::BUSINESS_ID)).collect()
    }

    /// Refuses to go on if anything of it is held.
    pub(crate) fn refuse_held(&self) -> Result<(), DeskError> {
        let held = self.checks().find(|check| check.flag(check::LEGAL_HOLD));
        held.map_or(Ok(()), |check| {
            let text =
                format!("{} {}: is under a legal hold, so nothing of it is erased", CHECK.name, check.id());
            Err(DeskError::Refused(text))
        })
    }

    /// The vault's ids of all files, and of what was made from them.
    pub(crate) fn objects(&self) -> Vec<Uuid> {
        self.files.iter().flat_map(|kept| kept.objects.iter().copied()).collect()
    }
}

/// All records of an entity with this value in a field.
pub(crate) async fn all_of(
    desk: &Desk,
    entity: &'static Entity,
    field: FieldIndex,
    value: impl Into<Value>,
) -> Result<Vec<Record>, DeskError> {
    all_within(desk, &Scope::All, entity, field, value).await
}

/// All records of an entity with this value in a field, as far as a scope covers them.
pub(crate) async fn all_within(
    desk: &Desk,
    scope: &Scope,
    entity: &'static Entity,
    field: FieldIndex,
    value: impl Into<Value>,
) -> Result<Vec<Record>, DeskError> {
    let value = value.into();
    let mut found: Vec<Record> = Vec::new();
    loop {
        let after = Test::AtLeast(found.last().map_or(0, |last| last.id() + 1));
        let query = Query::all(entity, scope.clone(), PAGE).equals(field, value.clone()).filter(ID, after);
        let page = desk.store().select(&query).await?;
        let last = page.len() < PAGE as usize;
        found.extend(page);
        if last {
            return Ok(found);
        }
    }
}
