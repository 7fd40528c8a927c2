//! Everything of one customer that a scope covers.

use std::collections::BTreeMap;

use proofdesk_domain::entities::identity::{self, IDENTITY};
use proofdesk_domain::entities::{business::BUSINESS, check, check::CHECK, coworker, file};
use proofdesk_domain::entities::{document, document::DOCUMENT, user::USER};
use proofdesk_domain::entity::{FieldIndex, ID};
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::slots::Slot;
use proofdesk_store::Query;

use super::files::Held;
use super::trail::{self, Trail};
use crate::documents::files_of;
use crate::erasure::{account_of, all_of, all_within};
use crate::error::DeskError;
use crate::records::visible;
use crate::{Desk, tokens};

/// The account that a customer signs in with, if it is the customer's alone.
pub(super) struct Account {
    pub(super) user: Record,
    pub(super) identities: Vec<Record>,
    pub(super) tokens: Vec<Record>,
}

/// One customer, as far as a scope covers it.
pub(super) struct Subject {
    pub(super) person: Record,
    pub(super) account: Option<Account>,
    pub(super) checks: Vec<Record>,
    pub(super) documents: Vec<Record>,
    /// All slots of the documents.
    pub(super) files: Vec<Held>,
    pub(super) trail: Trail,
    /// The locations of all of these, by their ids.
    pub(super) businesses: BTreeMap<i64, Record>,
}

impl Subject {
    pub(super) async fn gather(desk: &Desk, scope: &Scope, person: Record) -> Result<Self, DeskError> {
        let id = person.id();
        let person = visible(desk, scope, vec![person]).await?.pop().ok_or(DeskError::NotFound)?;
        let account = account(desk, scope, &person).await?;
        let checks = all_within(desk, scope, &CHECK, check::COWORKER_ID, id).await?;
        let checks = visible(desk, scope, checks).await?;
        let documents = all_within(desk, scope, &DOCUMENT, document::COWORKER_ID, id).await?;
        let documents = visible(desk, scope, documents).await?;
        let about = [&person].into_iter().chain(account.as_ref().map(|account| &account.user));
        let about: Vec<&Record> = about.chain(&checks).chain(&documents).collect();
        let trail = trail::of(desk, scope, id, &about).await?;
        let files = files(desk, &documents, &trail).await?;
        let businesses = businesses(desk, &person, &checks).await?;
        Ok(Self { person, account, checks, documents, files, trail, businesses })
    }

    /// The records that an erasure would close, with the field that says so.
    pub(super) fn closable(&self) -> impl Iterator<Item = (&Record, FieldIndex)> {
        let documents = self.documents.iter().map(|document| (document, document::ERASED_ON));
        [(&self.person, coworker::ERASED_ON)].into_iter().chain(documents)
    }

    /// The slots of a document.
    pub(super) fn files_of(&self, document: i64) -> impl Iterator<Item = &Held> {
        self.files.iter().filter(move |held| held.document == document)
    }
}

/// The customer's account, where it is the customer's alone and within the scope.
async fn account(desk: &Desk, scope: &Scope, person: &Record) -> Result<Option<Account>, DeskError> {
    let Some(user) = account_of(desk, person).await? else { return Ok(None) };
    let query = Query::by_id(&USER, scope.clone(), user.id());
    let seen = desk.store().select(&query).await?;
    let Some(user) = visible(desk, scope, seen).await?.pop() else { return Ok(None) };
    let identities = all_of(desk, &IDENTITY, identity::USER_ID, user.id()).await?;
    let tokens = tokens::of_user(desk, user.id()).await?;
    Ok(Some(Account { user, identities, tokens }))
}

async fn files(desk: &Desk, documents: &[Record], trail: &Trail) -> Result<Vec<Held>, DeskError> {
    let mut all = Vec::new();
    for document in documents {
        let mut files = files_of(desk, document.id()).await?;
        let destroyed = trail.destroyed_slots(document.id());
        for slot in Slot::ALL {
            let place = files.iter().position(|file| file.int(file::SLOT) == Some(slot.number()));
            let file = place.map(|place| files.swap_remove(place));
            all.push(Held::new(document, slot, file, destroyed.contains(&slot)));
        }
    }
    Ok(all)
}

async fn businesses(
    desk: &Desk,
    person: &Record,
    checks: &[Record],
) -> Result<BTreeMap<i64, Record>, DeskError> {
    let of_checks = checks.iter().filter_map(|check| check.int(check::BUSINESS_ID));
    let mut ids: Vec<i64> = person.list(coworker::BUSINESSES).iter().copied().chain(of_checks).collect();
    ids.sort_unstable();
    ids.dedup();
    let query = Query::all(&BUSINESS, Scope::All, ids.len().max(1) as u32).filter(ID, Test::OneOf(ids));
    let found = desk.store().select(&query).await?;
    Ok(found.into_iter().map(|business| (business.id(), business)).collect())
}
