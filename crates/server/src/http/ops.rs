//! What operators and their machines ask: `/healthz`, `/readyz` and `/metrics`.

use std::net::IpAddr;

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use proofdesk_api::Client;
use proofdesk_desk::Desk;
use proofdesk_desk::error::DeskError;
use serde_json::json;

#[derive(Clone)]
struct Measuring {
    metrics: PrometheusHandle,
    allow: Vec<IpNet>,
}

pub(crate) fn router(desk: Desk, metrics: PrometheusHandle, allow: Vec<IpNet>) -> Router {
    Router::new().route("/readyz", get(ready)).with_state(desk).merge(of_the_process(metrics, allow))
}

/// What can be answered whether or not there is a desk.
pub(super) fn of_the_process(metrics: PrometheusHandle, allow: Vec<IpNet>) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/metrics", get(measured))
        .with_state(Measuring { metrics, allow })
}

/// The process answers.
async fn alive() -> Response {
    Json(json!({ "Status": "ok" })).into_response()
}

/// The database can be read and written.
async fn ready(State(desk): State<Desk>) -> Response {
    match desk.ready().await {
        Ok(()) => Json(json!({ "Status": "ok" })).into_response(),
        Err(error) => {
            // That a disk failed is on the log once, and not again with each probe.
            if !matches!(error, DeskError::Broken(_)) {
                tracing::error!(%error, "the desk is not ready");
            }
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "Status": "unavailable" }))).into_response()
        }
    }
}

/// The metrics, for those who may read them; for others there are none.
async fn measured(State(ops): State<Measuring>, client: Option<Extension<Client>>) -> Response {
    let client = client.filter(|Extension(client)| !client.unclear);
    let address: Option<IpAddr> = client.map(|Extension(client)| client.address.ip());
    if address.is_some_and(|address| ops.allow.iter().any(|net| net.contains(&address))) {
        return ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], ops.metrics.render())
            .into_response();
    }
    (StatusCode::NOT_FOUND, Json(json!({ "Message": "There is no such resource." }))).into_response()
}
