//! The files that a body asks for by URL: fetched side by side, before anything is written.

use std::sync::Arc;

use futures::StreamExt;
use futures::future::join_all;
use proofdesk_domain::draft::Draft;
use proofdesk_domain::entities::document::DOCUMENT;
use proofdesk_domain::entity::FieldIndex;
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;
use proofdesk_egress::{FetchError, Report};
use proofdesk_store::Transaction;
use proofdesk_vault::Owner;
use serde_json::{Map, Value as Json, json};

use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::files::{self, FileError, Place, Taken};
use crate::{Desk, scan};

/// A file that was fetched, and what the gateway says of the download.
pub(super) struct Fetched {
    pub(super) taken: Taken,
    pub(super) source: Json,
}

/// What a body asks of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Nothing.
    Keep,
    /// Empty it.
    Clear,
    /// Fill it from this URL.
    Fetch(String),
}

/// What a body asks of a slot.
pub(super) fn wish(draft: &Draft, slot: Slot) -> Wish {
    match draft.text(slot.new_url()) {
        Some(url) => Wish::Fetch(url.to_owned()),
        None if draft.flag(slot.clear()) => Wish::Clear,
        None => Wish::Keep,
    }
}

/// The property that carries a wish, for errors.
pub(super) fn property(wish: &Wish, slot: Slot) -> &'static str {
    let field: FieldIndex = if *wish == Wish::Clear { slot.clear() } else { slot.new_url() };
    DOCUMENT.field(field).name
}

/// Fetches all files that a body asks for. If one can't be taken, none is, and the errors name every one.
pub(super) async fn all(
    desk: &Desk,
    grant: &Grant,
    draft: &Draft,
    owner: impl Fn(Slot) -> Owner,
) -> Result<Vec<Fetched>, DeskError> {
    let wanted = Slot::ALL.into_iter().filter_map(|slot| match wish(draft, slot) {
        Wish::Fetch(url) => Some(one(desk, owner(slot), slot, url)),
        Wish::Keep | Wish::Clear => None,
    });
    let mut fetched = Vec::new();
    let mut errors = Vec::new();
    let mut refused = Vec::new();
    for (slot, report, outcome) in join_all(wanted).await {
        match outcome {
            Ok(taken) => fetched.push(Fetched { taken, source: described(slot, &report, None) }),
            Err(FileError::Failed(error)) => return Err(error),
            Err(FileError::Infected(malware)) => {
                scan::note_found(desk, grant, None, slot, &malware).await?;
                errors.push(FieldError::new(DOCUMENT.field(slot.new_url()).name, scan::refusal(&malware)));
                refused.push(described(slot, &report, Some(&scan::refusal(&malware))));
            }
            Err(FileError::Refused(text) | FileError::Broken(text)) => {
                refused.push(described(slot, &report, Some(&text)));
                errors.push(FieldError::new(DOCUMENT.field(slot.new_url()).name, text));
            }
        }
    }
    if errors.is_empty() {
        return Ok(fetched);
    }
    note_refusal(desk, grant, refused).await?;
    Err(DeskError::Invalid(errors))
}

async fn one(
    desk: &Desk,
    owner: Owner,
    slot: Slot,
    url: String,
) -> (Slot, Arc<Report>, Result<Taken, FileError>) {
    let report = Arc::new(Report::default());
    let outcome = async {
        let fetched = desk.gateway().fetch_reported(&url, &report).await.map_err(|error| refused(&error))?;
        let name = fetched.suggested_name.unwrap_or_default();
        let body = fetched.body.map(|piece| piece.map_err(|error| refused(&error)));
        files::take(desk, Place { slot, owner, name }, body).await
    };
    let outcome = outcome.await;
    (slot, report, outcome)
}

/// A caller is told no more than that it could not be fetched: else the desk would be an eye on the operator's network.
fn refused(error: &FetchError) -> FileError {
    FileError::Broken(error.public_text())
}

/// What the gateway says of a download, for the audit entry: hosts and addresses, never paths or queries.
fn described(slot: Slot, report: &Report, refusal: Option<&str>) -> Json {
    let report = report.snapshot();
    json!({
        "Slot": slot.prefix(),
        "Host": report.host,
        "Address": report.resolved_ip.map(|address| address.to_string()),
        "Bytes": report.bytes,
        "Verdict": report.verdict.as_str(),
        "Refusal": refusal,
    })
}

/// The refusal is on the record, though nothing else is: whoever tries addresses leaves a trace.
async fn note_refusal(desk: &Desk, grant: &Grant, sources: Vec<Json>) -> Result<(), DeskError> {
    let mut transaction = Transaction::default();
    let new = Map::from_iter([("Sources".to_owned(), Json::Array(sources))]);
    let entry = Entry {
        kind: AuditType::Denied,
        entity: &DOCUMENT,
        id: Value::Null,
        business: Value::Null,
        subject: Value::Null,
        description: "A file could not be taken".to_owned(),
        changes: Changes { old: Map::new(), new },
    };
    audit::record(desk, &mut transaction, grant.caller(), entry);
    desk.commit(transaction).await.map(drop)
}
