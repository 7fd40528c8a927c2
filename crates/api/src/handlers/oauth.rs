//! What stands beside `/api/token`: revocation (RFC 7009), introspection (RFC 7662) and metadata (RFC 8414). Bodies are read
//! as forms, whatever their media type says.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::response::IntoResponse;
use proofdesk_desk::tokens::{self, Introspected};
use proofdesk_domain::roles::Role;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::token::{answer, error, form, twice};
use crate::call::Call;
use crate::error::Answer;
use crate::query::Query;

/// Where the metadata is found (RFC 8414 section 3).
pub(crate) const METADATA: &str = "/.well-known/oauth-authorization-server";

/// `POST /api/token/revoke`.
pub(crate) async fn revoke(mut call: Call) -> Answer {
    let form = form(&mut call).await?;
    if let Some(name) = form.twice() {
        return Ok(twice(name));
    }
    let Some(token) = given(&form) else { return Ok(missing()) };
    tokens::revoke(call.desk(), &call.origin, &token).await?;
    Ok(answer(StatusCode::OK, json!({})))
}

/// `POST /api/token/introspect`.
pub(crate) async fn introspect(mut call: Call) -> Answer {
    let form = form(&mut call).await?;
    if let Some(name) = form.twice() {
        return Ok(twice(name));
    }
    let Some(token) = given(&form) else { return Ok(missing()) };
    if call.headers.contains_key(AUTHORIZATION) && form.get("client_secret").is_some() {
        return Ok(error("invalid_request", "Say who you are in one way: by Authorization, or in the form."));
    }
    let found = tokens::introspect(call.desk(), call.caller()?, &token).await?;
    let issuer = &call.api.settings.issuer;
    let body = found.map_or_else(|| json!({ "active": false }), |found| told(&found, issuer));
    Ok(answer(StatusCode::OK, body))
}

fn given(form: &Query) -> Option<SecretString> {
    form.get("token").filter(|token| !token.is_empty()).map(|token| SecretString::from(token.to_owned()))
}

fn missing() -> axum::response::Response {
    error("invalid_request", "The parameter token is missing.")
}

fn told(found: &Introspected, issuer: &str) -> Value {
    let mut body = json!({
        "active": true,
        "scope": found.roles.join(" "),
        "client_id": found.client_id,
        "username": found.username,
        "sub": found.user_id.to_string(),
        "iss": issuer,
        "iat": found.issued_on,
        "exp": found.expires_on,
    });
    // A type of RFC 6749 section 5.1, which a refresh token doesn't have.
    if found.is_access {
        body["token_type"] = "bearer".into();
    }
    body
}

/// `GET /.well-known/oauth-authorization-server`.
pub(crate) async fn metadata(call: Call) -> Answer {
    let body = metadata_of(&call.api.settings.issuer, call.desk().settings().password_grant);
    Ok(Json(body).into_response())
}

/// The metadata of a desk that is reached here, and takes passwords or not.
pub(crate) fn metadata_of(issuer: &str, passwords: bool) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let grants = passwords.then_some("password").into_iter().chain(["refresh_token", "client_credentials"]);
    json!({
        "issuer": issuer,
        "token_endpoint": at("/api/token"),
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "revocation_endpoint": at("/api/token/revoke"),
        // Who has a token may end it.
        "revocation_endpoint_auth_methods_supported": ["none"],
        "introspection_endpoint": at("/api/token/introspect"),
        "introspection_endpoint_auth_methods_supported": ["bearer", "client_secret_basic", "client_secret_post"],
        "grant_types_supported": grants.collect::<Vec<_>>(),
        "response_types_supported": [],
        "scopes_supported": Role::all().map(Role::name).collect::<Vec<_>>(),
        "service_documentation": at("/docs"),
    })
}
