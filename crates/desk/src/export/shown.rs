//! `export.json`: records by their declarations, enumerations by their names, and beside them what the desk works out.

use jiff::Timestamp;
use proofdesk_domain::entities::{audit_entry, audit_values, business, business::BUSINESS, check};
use proofdesk_domain::entities::{coworker, document, user::USER, user_role::USER_ROLE};
use proofdesk_domain::entity::{Entity, Kind};
use proofdesk_domain::json::{self, instant};
use proofdesk_domain::personal::export;
use proofdesk_domain::record::Record;
use proofdesk_domain::retention::{counts_from, due};
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use serde_json::{Map, Value as Json, json};

use super::files::Held;
use super::gather::{Account, Subject};
use crate::error::DeskError;
use crate::{Desk, erasure, retention};

/// Everything of a customer, as it is given out.
pub(super) async fn json(
    desk: &Desk,
    scope: &Scope,
    subject: &Subject,
    made_on: Timestamp,
) -> Result<Json, DeskError> {
    let locations = subject
        .businesses
        .values()
        .map(|business| json!({ "Id": business.id(), "Name": business.text(business::NAME) }));
    Ok(json!({
        "Format": "proofdesk export 1",
        "MadeOn": instant(made_on.as_second()),
        "Desk": { "PublicKey": erasure::receipt::public_key(desk)?, "Locations": locations.collect::<Vec<Json>>() },
        "Person": with_receipt(desk, &subject.person).await?,
        "Account": subject.account.as_ref().map_or(Json::Null, account),
        "Checks": checks(desk, subject).await?,
        "Documents": documents(desk, subject).await?,
        "AuditTrail": trail(scope, subject),
    }))
}

/// The fields of a record that are given out.
fn fields(record: &Record) -> Map<String, Json> {
    let entity = record.entity();
    let given = export::fields(entity).map(|index| {
        let (field, value) = (entity.field(index), record.get(index));
        let shown = match (field.kind, value) {
            (Kind::Enumeration(table), Value::Int(number)) => table.name_of(*number).into(),
            _ => json::value(entity, index, value),
        };
        (field.name.to_owned(), shown)
    });
    given.collect()
}

fn all(records: &[Record]) -> Json {
    records.iter().map(|record| Json::Object(fields(record))).collect()
}

fn account(account: &Account) -> Json {
    let mut shown = fields(&account.user);
    shown.insert("Identities".to_owned(), all(&account.identities));
    shown.insert("Tokens".to_owned(), all(&account.tokens));
    Json::Object(shown)
}

async fn with_receipt(desk: &Desk, record: &Record) -> Result<Json, DeskError> {
    let mut shown = fields(record);
    shown.insert("ErasureReceipt".to_owned(), erasure::receipt_or_null(desk, record).await?);
    Ok(Json::Object(shown))
}

async fn checks(desk: &Desk, subject: &Subject) -> Result<Vec<Json>, DeskError> {
    let mut all = Vec::new();
    for check in &subject.checks {
        let mut shown = with_receipt(desk, check).await?;
        let days = business_of(subject, check).and_then(|business| business.int(business::KEEP_RECORD_DAYS));
        shown["Retention"] = kept(subject, check, days);
        all.push(shown);
    }
    Ok(all)
}

async fn documents(desk: &Desk, subject: &Subject) -> Result<Vec<Json>, DeskError> {
    let mut all = Vec::new();
    for document in &subject.documents {
        let mut shown = with_receipt(desk, document).await?;
        let check = document.int(document::CHECK_ID);
        let check = subject.checks.iter().find(|own| Some(own.id()) == check);
        shown["Files"] = subject.files_of(document.id()).map(|held| file(subject, check, held)).collect();
        all.push(shown);
    }
    Ok(all)
}

fn file(subject: &Subject, check: Option<&Record>, held: &Held) -> Json {
    let mut shown = held.file.as_ref().map(fields).unwrap_or_default();
    shown.insert("Slot".to_owned(), held.slot.prefix().into());
    shown.insert("State".to_owned(), held.state.name().into());
    shown.insert("Entry".to_owned(), held.entry().into());
    if let (Some(check), Some(_)) = (check, &held.file) {
        let business = business_of(subject, check);
        let days = business.and_then(|business| retention::days_of_slot(business, held.slot));
        shown.insert("Retention".to_owned(), kept(subject, check, days));
    }
    Json::Object(shown)
}

fn business_of<'a>(subject: &'a Subject, check: &Record) -> Option<&'a Record> {
    subject.businesses.get(&check.int(check::BUSINESS_ID)?)
}

/// For how many days something of a check is kept, and until when; null for ever, and as long as the check goes on.
fn kept(subject: &Subject, check: &Record, days: Option<i64>) -> Json {
    let relationship = subject.person.int(coworker::RELATIONSHIP_ENDED_ON);
    let until = check.int(check::ENDED_ON).zip(days);
    let until = until.map(|(ended, days)| instant(due(counts_from(ended, relationship), days)));
    json!({ "KeepDays": days, "KeptUntil": until, "LegalHold": check.flag(check::LEGAL_HOLD) })
}

fn trail(scope: &Scope, subject: &Subject) -> Vec<Json> {
    let account = subject.account.as_ref().map(|account| account.user.id());
    let shown = subject.trail.0.iter().map(|(entry, values)| {
        let mut shown = fields(entry);
        let actor = entry.int(audit_entry::ACTOR_ID);
        let by_person = actor.is_some() && actor == account;
        let by = match actor {
            None => "Desk",
            Some(_) if by_person => "Person",
            Some(_) => "User",
        };
        shown.insert("By".to_owned(), by.into());
        if let Some(values) = values {
            shown.extend(changes(scope, subject, entry, values, by_person));
        }
        Json::Object(shown)
    });
    shown.collect()
}

/// The values of an entry. Where a request came from is the data of who sent it.
fn changes(
    scope: &Scope,
    subject: &Subject,
    entry: &Record,
    values: &Record,
    by_person: bool,
) -> Map<String, Json> {
    let entity = entry.text(audit_entry::ENTITY).unwrap_or_default();
    let mut shown = fields(values);
    if !by_person {
        shown.remove(values.entity().field(audit_values::REMOTE_ADDRESS).name);
    }
    for field in [audit_values::OLD_VALUE, audit_values::NEW_VALUE] {
        let text = values.text(field).unwrap_or_default();
        let mut parsed: Map<String, Json> = serde_json::from_str(text).unwrap_or_default();
        // A record that was another customer's before: what it held then is that one's.
        let whose = parsed.get("CoworkerId").and_then(Json::as_i64);
        if whose.is_some_and(|whose| whose != subject.person.id()) {
            parsed.clear();
        }
        clip(scope, entity, &mut parsed);
        shown.insert(values.entity().field(field).name.to_owned(), Json::Object(parsed));
    }
    shown
}

/// Takes out of values what leads to other locations, and to rights at them.
fn clip(scope: &Scope, entity: &str, values: &mut Map<String, Json>) {
    let Scope::Businesses(_) = scope else { return };
    let declared = export::ENTITIES.into_iter().find(|own| own.name == entity);
    let covers = |id: &Json| id.as_i64().is_some_and(|id| scope.covers(id));
    for (name, value) in values.iter_mut() {
        let to = declared.and_then(|entity| led_to(entity, name));
        match value {
            Json::Array(ids) if to == Some(&BUSINESS) => ids.retain(covers),
            id if to == Some(&BUSINESS) && !covers(id) => *id = Json::Null,
            id if to == Some(&USER_ROLE) || to == Some(&USER) => *id = Json::Null,
            _ => {}
        }
    }
}

fn led_to(entity: &'static Entity, name: &str) -> Option<&'static Entity> {
    let field = entity.fields.iter().find(|field| field.name == name)?;
    if let Kind::Reference(to) | Kind::List(to) = field.kind { Some(to) } else { None }
}
