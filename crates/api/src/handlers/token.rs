//! `POST /api/token` (contract section 6, RFC 6749): always read as a form, whatever its media type says.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, PRAGMA};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use proofdesk_desk::error::DeskError;
use proofdesk_desk::tokens::{self, Issued};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::call::Call;
use crate::error::Answer;
use crate::query::Query;

pub(crate) async fn handle(mut call: Call) -> Answer {
    let body = call.bytes().await?;
    let form = Query::parse(&String::from_utf8_lossy(&body));
    let header = call.headers.get("client_id").and_then(|id| id.to_str().ok());
    let client = header.or_else(|| form.get("client_id")).filter(|id| !id.is_empty());
    let issued = match form.get("grant_type").unwrap_or_default() {
        "password" => password(&call, &form, client).await,
        "refresh_token" => refresh(&call, &form, client).await,
        _ => {
            return Ok(error(
                "unsupported_grant_type",
                "Ask with grant_type=password or refresh_token, as a form.",
            ));
        }
    };
    match issued {
        Ok(Some(issued)) => Ok(answer(StatusCode::OK, body_of(&issued))),
        Ok(None) => Ok(error("invalid_request", "A parameter of the grant is missing.")),
        Err(DeskError::InvalidGrant) => Ok(error("invalid_grant", "The user name or password is incorrect.")),
        Err(other) => Err(other.into()),
    }
}

async fn password(call: &Call, form: &Query, client: Option<&str>) -> Result<Option<Issued>, DeskError> {
    let (Some(username), Some(password)) = (form.get("username"), form.get("password")) else {
        return Ok(None);
    };
    let password = SecretString::from(password.to_owned());
    tokens::password_grant(call.desk(), &call.origin, username, password, client).await.map(Some)
}

async fn refresh(call: &Call, form: &Query, client: Option<&str>) -> Result<Option<Issued>, DeskError> {
    let Some(token) = form.get("refresh_token") else { return Ok(None) };
    let token = SecretString::from(token.to_owned());
    tokens::refresh_grant(call.desk(), &call.origin, token, client).await.map(Some)
}

fn body_of(issued: &Issued) -> Value {
    json!({
        "access_token": issued.access.expose_secret(),
        "token_type": "bearer",
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh.expose_secret(),
    })
}

fn error(code: &str, description: &str) -> Response {
    answer(StatusCode::BAD_REQUEST, json!({ "error": code, "error_description": description }))
}

/// Answers with tokens, and about them, are never stored on the way (RFC 6749 section 5.1).
fn answer(status: StatusCode, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
