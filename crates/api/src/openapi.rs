//! The OpenAPI document, made from the table of routes and the entities' declarations, and the page that tries it.
//!
//! The document is an input to tests and tools, so it says exactly what is taken and what is sent: inputs are described
//! by patterns of what the desk really reads ([`input`]), answers by what it really writes ([`output`]).

mod account;
mod answers;
mod bodies;
mod document;
mod explorer;
mod filters;
mod fixed;
mod forms;
mod input;
mod oauth;
mod operations;
mod output;
mod receipts;
mod roles;
mod sample;
mod shapes;
mod system;
mod words;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;

use crate::{Api, MatchedRoute};

pub use roles::roles_page;

/// The path of the document.
const PATH: &str = "/openapi.json";

/// The document, written once.
static RENDERED: LazyLock<Bytes> = LazyLock::new(|| {
    // Through a value: its objects are sorted, so that the document is the same in every process.
    let mut value = serde_json::to_value(document::build()).unwrap_or_default();
    forms::complete(&mut value);
    serde_json::to_vec(&value).unwrap_or_default().into()
});

/// The document, as JSON.
pub fn rendered() -> &'static [u8] {
    &RENDERED
}

/// `/openapi.json` and `/docs`.
pub(crate) fn pages() -> Router<Api> {
    Router::new().route(PATH, get(served)).merge(explorer::pages())
}

async fn served() -> Response {
    let mut response = Response::new(Body::from(RENDERED.clone()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    matched(response, PATH)
}

/// Names the route in the log and the metrics.
fn matched(mut response: Response, path: &'static str) -> Response {
    response.extensions_mut().insert(MatchedRoute(path.into()));
    response
}
