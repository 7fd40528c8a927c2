//! What every request passes on its way in and out: its name, its time limit, its line in the log and in the metrics.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::STRICT_TRANSPORT_SECURITY;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::Method};
use proofdesk_api::{MatchedRoute, RequestId};
use proofdesk_domain::ambient::Random;
use serde_json::json;

use super::slow::Stalled;
use crate::ambient::SystemRandom;
use crate::config::Config;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Two years, as the lists of browsers ask for at the most: who came by https once comes by https.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");

#[derive(Clone, Copy)]
struct Settings {
    limit: Duration,
    /// The time that a body has for each piece.
    window: Duration,
    /// Whether the desk speaks TLS itself; a proxy in front says so by itself.
    secure: bool,
}

/// Wraps the whole of what answers.
pub(crate) fn wrap(router: Router, config: &Config) -> Router {
    let limit = Duration::from_secs(config.http.request_seconds.into());
    let window = Duration::from_secs(config.http.body_seconds.into());
    let settings = Settings { limit, window, secure: config.tls_pair().is_some() };
    router.layer(from_fn_with_state(settings, observe))
}

async fn observe(State(settings): State<Settings>, mut request: Request, next: Next) -> Response {
    let id = SystemRandom.uuid().simple().to_string();
    let method = request.method().clone();
    let started = now();
    request.extensions_mut().insert(RequestId(id.clone()));
    let (stalled, version) = (Stalled::default(), request.version());
    let request = stalled.watch(request, settings.window);
    let mut response = match tokio::time::timeout(settings.limit, next.run(request)).await {
        Ok(response) => stalled.tell(response, version),
        Err(_) => too_slow(),
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if settings.secure {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HSTS);
    }
    note(&method, &response, &id, started.elapsed());
    response
}

/// Measures how long things take; it decides nothing, so it needs no injected clock.
fn now() -> Instant {
    Instant::now()
}

/// The path is named as its route, without ids; queries, headers and bodies are never logged.
fn note(method: &Method, response: &Response, id: &str, took: Duration) {
    let route = response.extensions().get::<MatchedRoute>().map_or("other", |route| route.as_str());
    let status = response.status().as_u16();
    let labels =
        [("method", known(method).to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", "route" => route.to_owned()).record(took.as_secs_f64());
    let micros = took.as_micros() as u64;
    tracing::info!(target: "proofdesk::http", method = known(method), route, status, micros, request_id = id, "answered");
}

/// The methods that there are; others could be anything, and would each make a metric.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn too_slow() -> Response {
    (StatusCode::REQUEST_TIMEOUT, Json(json!({ "Message": "The request took too long." }))).into_response()
}
