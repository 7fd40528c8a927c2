//! Errors on the wire (contract section 5): one type, turned into an answer in one place.

use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use proofdesk_desk::error::DeskError;
use proofdesk_domain::validation::FieldError;
use serde_json::json;

use crate::{Settings, envelope, rates};

/// What a handler gives.
pub(crate) type Answer = Result<Response, ApiError>;

/// How a caller without the role is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingRole {
    /// 401, as the API's publisher documents.
    Unauthorized,
    /// 403, as RFC 9110 says.
    Forbidden,
}

/// An error on its way to the client.
#[derive(Debug)]
pub(crate) enum ApiError {
    Desk(DeskError),
    /// A status with a JSON `Message`.
    Plain(StatusCode, String),
    /// Somebody asks too often, and may ask again after this time.
    TooMany(Duration),
}

impl From<DeskError> for ApiError {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

impl ApiError {
    pub(crate) fn unauthenticated() -> Self {
        Self::Desk(DeskError::Unauthenticated)
    }

    pub(crate) fn not_found() -> Self {
        Self::Desk(DeskError::NotFound)
    }

    pub(crate) fn invalid(property: &str, message: impl Into<String>) -> Self {
        Self::Desk(DeskError::field(property, message))
    }

    /// A body that can't be read at all: the envelope of a validation error, without a property.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::Desk(DeskError::Invalid(vec![FieldError::new("", message)]))
    }

    pub(crate) fn into_response(self, settings: &Settings, request_id: &str) -> Response {
        match self {
            Self::Plain(status, message) => plain(status, &message),
            Self::TooMany(wait) => too_many(settings.too_many_status, rates::seconds(wait)),
            Self::Desk(error) => from_desk(error, settings, request_id),
        }
    }
}

fn from_desk(error: DeskError, settings: &Settings, request_id: &str) -> Response {
    match error {
        DeskError::Invalid(errors) => envelope::invalid(&errors),
        DeskError::NotFound => (StatusCode::NOT_FOUND, Json("Not found")).into_response(),
        DeskError::Unauthenticated
        | DeskError::InvalidGrant
        | DeskError::InvalidClient
        | DeskError::InvalidScope => denied(StatusCode::UNAUTHORIZED),
        DeskError::MissingRole(_) => match settings.missing_role {
            MissingRole::Unauthorized => denied(StatusCode::UNAUTHORIZED),
            MissingRole::Forbidden => denied(StatusCode::FORBIDDEN),
        },
        DeskError::Refused(message) => envelope::refused(&message),
        DeskError::KeyReused => plain(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The Idempotency-Key was used for another request. Use a new key for a new request.",
        ),
        DeskError::KeyBusy => {
            let message = "A request with this Idempotency-Key is under way. Try again.";
            let mut response = plain(StatusCode::CONFLICT, message);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        DeskError::Conflict | DeskError::AlreadyDone => {
            plain(StatusCode::CONFLICT, "The record was changed by others meanwhile. Try again.")
        }
        DeskError::Held => {
            plain(StatusCode::CONFLICT, "The file waits for the malware scan. Try again later.")
        }
        DeskError::PreconditionFailed => plain(
            StatusCode::PRECONDITION_FAILED,
            "The record is not in the state that the request requires. Get it again.",
        ),
        DeskError::TooMany(wait) => too_many(settings.too_many_status, rates::seconds(wait)),
        DeskError::Busy(wait) => busy(rates::seconds(wait)),
        DeskError::Broken(_) => plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "Nothing can be written: a disk of the desk has failed. It must be looked at, and the desk started anew.",
        ),
        DeskError::Sealed => plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "The desk is sealed: it waits for its master key. Try again later.",
        ),
        DeskError::Full => plain(
            StatusCode::INSUFFICIENT_STORAGE,
            "There is no room for it: the desk's disk is full. Removing records still works.",
        ),
        DeskError::Unavailable(why) => {
            tracing::error!(request_id, why, "a request failed");
            unhandled(request_id)
        }
    }
}

/// In the words that the clients of the contract look for (section 5).
fn too_many(status: StatusCode, seconds: u64) -> Response {
    let mut response = plain(status, &format!("Too many requests. Wait {seconds} seconds and try again."));
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

fn busy(seconds: u64) -> Response {
    let message = format!("The desk is busy with sign-ins. Wait {seconds} seconds and try again.");
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, &message);
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

fn denied(status: StatusCode) -> Response {
    let mut response = plain(status, "Authorization has been denied for this request.");
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The answer to a failure of the desk itself, with the id that the log has too.
pub(crate) fn unhandled(request_id: &str) -> Response {
    let body = json!({ "Message": "An error has occurred.", "RequestId": request_id });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
}

pub(crate) fn plain(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "Message": message }))).into_response()
}

/// No such path.
pub(crate) async fn no_route() -> Response {
    plain(StatusCode::NOT_FOUND, "There is no such resource.")
}

/// A path, but not with this method. The router adds `Allow`.
pub(crate) async fn no_method(request: Request) -> Response {
    let message = format!("The resource does not support the method {}.", request.method());
    plain(StatusCode::METHOD_NOT_ALLOWED, &message)
}
