//! What answers while the master key isn't there: that the desk is sealed, and what machines ask about it.

use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tower::ServiceExt;

use super::{edge, observe, ops};
use crate::config::Config;

/// How often the master key is looked for, in seconds.
pub(crate) const RETRY_SECONDS: u16 = 10;

/// The place of what answers once the desk is open.
pub(crate) type Opened = Arc<OnceLock<Router>>;

/// Answers for the sealed desk until there is another to answer.
pub(crate) fn app(config: &Config, metrics: PrometheusHandle, opened: Opened) -> Router {
    let ready = || async { (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "Status": "sealed" }))) };
    let sealed = Router::new()
        .route("/readyz", get(ready))
        .merge(ops::of_the_process(metrics, config.http.metrics_allow.clone()))
        .fallback(refuse);
    let sealed = observe::wrap(edge::wrap(sealed), config);
    Router::new().fallback(answer).with_state((opened, sealed))
}

async fn answer(State((opened, sealed)): State<(Opened, Router)>, request: Request) -> Response {
    let app = opened.get().cloned().unwrap_or(sealed);
    match app.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn refuse(request: Request) -> Response {
    let said = json!({ "Message": "The desk is sealed: it waits for its master key. Try again later." });
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, Json(said)).into_response();
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The body isn't read, so the connection may end with the answer: whoever wants to use it again is to know.
    if request.version() < Version::HTTP_2 {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
