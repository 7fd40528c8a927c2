//! The OpenAPI document, made from the table of routes, and the page that tries it.

use axum::Router;

use crate::Api;

/// `/openapi.json` and `/docs`.
pub(crate) fn pages() -> Router<Api> {
    Router::new()
}
