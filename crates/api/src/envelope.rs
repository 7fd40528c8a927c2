//! The envelope around the outcome of a write (contract sections 4 and 5).

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use proofdesk_desk::records::Saved;
use proofdesk_desk::warnings::Warning;
use proofdesk_domain::json::instant;
use proofdesk_domain::validation::FieldError;
use serde::Serialize;
use serde_json::{Value as Json_, json};

/// The outcome of a write, in the publisher's order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    status: u16,
    message: &'a str,
    value: Json_,
    open_in_dialog: bool,
    open_in_window: bool,
    #[serde(rename = "RedirectURL")]
    redirect_url: Option<()>,
    java_script: Option<()>,
    updated_on: Option<String>,
    updated_by: Option<&'a str>,
    errors: Option<()>,
    was_successful: bool,
}

/// What is wrong with an input.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Invalid<'a> {
    message: String,
    value: Option<()>,
    errors: Vec<Wrong<'a>>,
    was_successful: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wrong<'a> {
    attempted_value: &'a Json_,
    message: &'a str,
    property_name: &'a str,
}

/// A record was written: `done` is "created" or "updated".
pub(crate) fn saved(entity: &str, done: &str, saved: &Saved) -> Response {
    let message = format!("{entity} was successfully {done}.");
    let on = Some(instant(saved.updated_on));
    let by = Some(saved.updated_by.as_str());
    let mut value = json!({ "Id": saved.id });
    if !saved.warnings.is_empty() {
        value["Warnings"] = saved.warnings.iter().copied().map(warning).collect();
    }
    Json(envelope(StatusCode::OK, &message, value, on, by)).into_response()
}

fn warning(warning: Warning) -> Json_ {
    json!({ "Slot": warning.slot.prefix(), "Code": warning.code(), "Message": warning.message() })
}

/// Something was done that leaves no record: a delete, a command.
pub(crate) fn done(message: &str, on: i64, by: &str) -> Response {
    done_with(message, Json_::Null, on, by)
}

/// The same, with something to tell.
pub(crate) fn done_with(message: &str, value: Json_, on: i64, by: &str) -> Response {
    let on = Some(instant(on));
    Json(envelope(StatusCode::OK, message, value, on, Some(by))).into_response()
}

/// A command that the lifecycle doesn't allow: 200, and in the envelope 500, as the publisher documents.
pub(crate) fn refused(message: &str) -> Response {
    Json(envelope(StatusCode::INTERNAL_SERVER_ERROR, message, Json_::Null, None, None)).into_response()
}

fn envelope<'a>(
    status: StatusCode,
    message: &'a str,
    value: Json_,
    updated_on: Option<String>,
    updated_by: Option<&'a str>,
) -> Envelope<'a> {
    Envelope {
        status: status.as_u16(),
        message,
        value,
        open_in_dialog: false,
        open_in_window: false,
        redirect_url: None,
        java_script: None,
        updated_on,
        updated_by,
        errors: None,
        was_successful: status.is_success(),
    }
}

/// Everything that is wrong; the message is the first.
pub(crate) fn invalid<'a>(errors: &'a [FieldError]) -> Response {
    let first = errors.first().map(|error| match error.property.as_str() {
        "" => error.message.clone(),
        property => format!("{property}: {}", error.message),
    });
    let wrong = |error: &'a FieldError| Wrong {
        attempted_value: &error.attempted,
        message: &error.message,
        property_name: &error.property,
    };
    let errors = errors.iter().map(wrong).collect();
    let body = Invalid { message: first.unwrap_or_default(), value: None, errors, was_successful: false };
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
