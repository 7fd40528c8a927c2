//! `POST /bench/echo`: reads JSON and answers it, through all that every request passes. The yardstick of
//! `cargo xtask bench`; only a build with the feature `bench` has it.

use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;

pub(crate) fn router() -> Router {
    Router::new().route("/bench/echo", post(echo))
}

async fn echo(Json(body): Json<Value>) -> Json<Value> {
    Json(body)
}
