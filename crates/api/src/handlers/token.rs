//! `POST /api/token` (contract section 6, RFC 6749): always read as a form, whatever its media type says.

use axum::Json;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use proofdesk_desk::clients;
use proofdesk_desk::error::DeskError;
use proofdesk_desk::tokens::{self, Issued};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::call::Call;
use crate::dispatch;
use crate::error::{Answer, ApiError};
use crate::query::Query;

pub(crate) async fn handle(mut call: Call) -> Answer {
    let form = form(&mut call).await?;
    if let Some(name) = form.twice() {
        return Ok(twice(name));
    }
    let client = client(&call, &form).filter(|id| !id.is_empty());
    let grant = form.get("grant_type").unwrap_or_default();
    let is_machine = || client.as_deref().is_some_and(clients::is_client);
    if matches!(grant, "password" | "refresh_token") && is_machine() {
        return Ok(error("unauthorized_client", "A machine client asks with grant_type=client_credentials."));
    }
    let issued = match grant {
        "password" if call.desk().settings().password_grant => password(&call, &form, client).await,
        "refresh_token" => refresh(&call, &form, client).await,
        "client_credentials" => machine(&call, &form).await,
        _ => {
            return Ok(error(
                "unsupported_grant_type",
                "Ask with one of the grants that /.well-known/oauth-authorization-server lists, as a form.",
            ));
        }
    };
    match issued {
        Ok(Some(issued)) => Ok(answer(StatusCode::OK, body_of(&issued))),
        Ok(None) => Ok(error(
            "invalid_request",
            "The grant, a parameter of it, or a credential is missing, or given in two ways.",
        )),
        Err(DeskError::InvalidGrant) => Ok(error("invalid_grant", "The user name or password is incorrect.")),
        Err(DeskError::InvalidScope) => Ok(error("invalid_scope", "The client has no such role.")),
        Err(DeskError::InvalidClient) => Ok(unknown_client()),
        Err(other) => Err(other.into()),
    }
}

/// The body of a request to this endpoint or one of its neighbours.
pub(super) async fn form(call: &mut Call) -> Result<Query, ApiError> {
    let body = call.bytes().await?;
    Ok(Query::parse(&String::from_utf8_lossy(&body)))
}

/// What the client calls itself.
fn client(call: &Call, form: &Query) -> Option<String> {
    let header = call.headers.get("client_id").and_then(|id| id.to_str().ok());
    let basic = || basic(call).map(|(id, _)| id).filter(|id| clients::is_client(id));
    header.or_else(|| form.get("client_id")).map(str::to_owned).or_else(basic)
}

/// The credentials of `Authorization: Basic`.
fn basic(call: &Call) -> Option<(String, SecretString)> {
    let (scheme, credentials) = call.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let pair = scheme.eq_ignore_ascii_case("basic").then(|| dispatch::basic(credentials.trim())).flatten()?;
    Some(dispatch::as_client(pair))
}

async fn password(call: &Call, form: &Query, client: Option<String>) -> Result<Option<Issued>, DeskError> {
    let (Some(username), Some(password)) = (form.get("username"), form.get("password")) else {
        return Ok(None);
    };
    let password = SecretString::from(password.to_owned());
    let code =
        form.get("totp").filter(|code| !code.is_empty()).map(|code| SecretString::from(code.to_owned()));
    tokens::password_grant(call.desk(), &call.origin, username, password, code, client.as_deref())
        .await
        .map(Some)
}

async fn refresh(call: &Call, form: &Query, client: Option<String>) -> Result<Option<Issued>, DeskError> {
    let Some(token) = form.get("refresh_token") else { return Ok(None) };
    let token = SecretString::from(token.to_owned());
    tokens::refresh_grant(call.desk(), &call.origin, token, client.as_deref()).await.map(Some)
}

/// The credentials come as HTTP Basic or in the form, but not as both (RFC 6749 section 2.3).
async fn machine(call: &Call, form: &Query) -> Result<Option<Issued>, DeskError> {
    let posted = form.get("client_secret").map(|secret| SecretString::from(secret.to_owned()));
    let posted = form.get("client_id").map(str::to_owned).zip(posted);
    let (id, secret) = match (basic(call), posted) {
        (Some(_), Some(_)) => return Ok(None),
        (one, other) => one.or(other).ok_or(DeskError::InvalidClient)?,
    };
    let scope = form.get("scope").filter(|scope| !scope.is_empty());
    tokens::client_grant(call.desk(), &call.origin, &id, &secret, scope).await.map(Some)
}

fn body_of(issued: &Issued) -> Value {
    let mut body = json!({
        "access_token": issued.access.expose_secret(),
        "token_type": "bearer",
        "expires_in": issued.expires_in,
    });
    if let Some(refresh) = &issued.refresh {
        body["refresh_token"] = refresh.expose_secret().into();
    }
    if let Some(scope) = &issued.scope {
        body["scope"] = scope.as_str().into();
    }
    body
}

fn unknown_client() -> Response {
    let body =
        json!({ "error": "invalid_client", "error_description": "The client's credentials are wrong." });
    let mut response = answer(StatusCode::UNAUTHORIZED, body);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"proofdesk\""));
    response
}

/// No parameter may stand there more than once (RFC 6749 section 3.2). Only those that the desk knows are named.
pub(super) fn twice(name: &str) -> Response {
    const KNOWN: [&str; 9] = [
        "grant_type",
        "username",
        "password",
        "totp",
        "refresh_token",
        "client_id",
        "client_secret",
        "scope",
        "token",
    ];
    let name =
        KNOWN.iter().find(|known| name.eq_ignore_ascii_case(known)).map_or("A parameter", |known| *known);
    error("invalid_request", &format!("{name} is given more than once."))
}

/// An error of RFC 6749 section 5.2.
pub(super) fn error(code: &str, description: &str) -> Response {
    answer(StatusCode::BAD_REQUEST, json!({ "error": code, "error_description": description }))
}

/// Answers with tokens, and about them, are never stored on the way (RFC 6749 section 5.1).
pub(super) fn answer(status: StatusCode, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
