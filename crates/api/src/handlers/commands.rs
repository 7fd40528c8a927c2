//! `GET /api/…/{e}/commands` and `POST /api/…/{e}/runcommand`.

use axum::Json;
use axum::response::IntoResponse;
use proofdesk_desk::idempotency::once;
use proofdesk_desk::{commands, erasure, records};
use proofdesk_domain::coerce;
use proofdesk_domain::entities::{check, check::CHECK, document};
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::lifecycle::{Command, Does};
use proofdesk_domain::record::Record;
use serde_json::{Value, json};

use crate::call::Call;
use crate::envelope;
use crate::error::{Answer, ApiError};
use crate::idempotency::marked;

/// All commands; with `?id=`, those that are possible where that record stands.
pub(crate) async fn list(call: Call) -> Answer {
    let grant = call.grant()?;
    let record = match call.query.get("id").filter(|id| !id.is_empty()) {
        None => None,
        Some(id) => {
            let id = id.parse().map_err(|_| ApiError::invalid("id", "must be a whole number"))?;
            Some(records::get(call.desk(), grant, id).await?)
        }
    };
    let possible = |command: &&Command| record.as_ref().is_none_or(|record| is_possible(command, record));
    let listed: Vec<Value> = Command::all_of(grant.entity()).filter(possible).map(described).collect();
    Ok(Json(listed).into_response())
}

/// Whether a command can be run where a record stands, as far as the record alone says.
fn is_possible(command: &Command, record: &Record) -> bool {
    let erased = record.entity().find("ErasedOn").is_some_and(|field| !record.get(field).is_null());
    let held = record.entity() == &CHECK && record.flag(check::LEGAL_HOLD);
    match command.does {
        Does::Move(step) => !erased && status_of(record).after(step).is_some(),
        // Again it gives the same receipt.
        Does::Erase => !held,
        Does::Hold => !erased && !held,
        Does::LiftHold => held,
    }
}

fn status_of(record: &Record) -> Status {
    let field = if record.entity() == &CHECK { check::STATUS_ } else { document::STATUS_ };
    Status::from_number(record.int(field).unwrap_or(0))
}

fn described(command: &Command) -> Value {
    let notes = json!({ "Name": "Notes", "Type": "String", "Required": true });
    let parameters = if command.needs_notes { vec![notes] } else { Vec::new() };
    json!({ "Key": command.key, "Name": command.label, "Parameters": parameters })
}

/// Runs a command on all its records, or on none.
pub(crate) async fn run(mut call: Call) -> Answer {
    let body = call.properties().await?;
    let grant = call.grant()?;
    let get =
        |name: &str| body.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let key = get("Key").and_then(Value::as_str).unwrap_or_default();
    let ids = coerce::numbers(get("Ids").unwrap_or(&Value::Null));
    let ids = ids.map_err(|message| ApiError::invalid("Ids", message))?;
    if grant.expects() && ids.len() != 1 {
        return Err(ApiError::invalid("If-Match", "needs exactly one id in Ids"));
    }
    let notes =
        parameter(get("Parameters"), "Notes").map_err(|message| ApiError::invalid("Parameters", message))?;
    let work = commands::run(call.desk(), grant, key, &ids, notes);
    let (ran, replayed) = once(call.desk(), grant, work).await?;
    let command = Command::find(grant.entity(), key);
    let name = command.map_or(key, |command| command.key);
    let waits = if ran.waits { " A second reviewer has to approve." } else { "" };
    let message = format!("{name} was successfully run.{waits}");
    let response = if command.is_some_and(|command| command.does == Does::Erase) {
        let receipts = erasure::receipts(call.desk(), grant, &ids).await?;
        envelope::done_with(&message, json!({ "Receipts": receipts }), ran.on, &ran.by)
    } else {
        envelope::done(&message, ran.on, &ran.by)
    };
    Ok(marked(response, replayed))
}

/// `GET /api/…/{e}/getreceipt/{id}`: the receipt of the record's erasure.
pub(crate) async fn receipt(call: Call) -> Answer {
    let shown = erasure::receipt(call.desk(), call.grant()?, call.path_id()?).await?;
    Ok(Json(shown).into_response())
}

/// The value of a named parameter in `[{"Name", "Value"}]`.
fn parameter<'a>(parameters: Option<&'a Value>, name: &str) -> Result<Option<&'a str>, &'static str> {
    const FORM: &str = "must be a list such as [{\"Name\": \"Notes\", \"Value\": \"…\"}]";
    let list = match parameters {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(FORM),
    };
    let mut found = None;
    for entry in list {
        let own = entry.get("Name").and_then(Value::as_str).ok_or(FORM)?;
        let value = match entry.get("Value") {
            None | Some(Value::Null) => None,
            Some(value) => Some(value.as_str().ok_or(FORM)?),
        };
        if own.eq_ignore_ascii_case(name) {
            found = found.or(value);
        } else if value
            .is_some_and(|value| value.contains('\0') || value.chars().count() > commands::MAX_NOTES)
        {
            return Err("must be texts of at most 10000 characters, without U+0000");
        }
    }
    Ok(found)
}
