//! `POST /bench/echo`: reads JSON and answers it, through all that every request passes. `POST /bench/known`: the same, once
//! it is known who asks. The yardsticks of `cargo xtask bench`; only a build with the feature `bench` has them.

use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use proofdesk_desk::{Desk, tokens};
use secrecy::SecretString;
use serde_json::Value;

pub(crate) fn router(desk: Desk) -> Router {
    Router::new().route("/bench/echo", post(echo)).route("/bench/known", post(known)).with_state(desk)
}

async fn echo(Json(body): Json<Value>) -> Json<Value> {
    Json(body)
}

async fn known(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = SecretString::from(header.strip_prefix("Bearer ").unwrap_or_default().to_owned());
    tokens::authenticate(&desk, &token).await.map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(Json(body))
}
