//! `/docs`: the page that tries the API. Swagger UI from this binary: nothing is loaded from elsewhere.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use utoipa_swagger_ui::Config;

use super::matched;
use crate::{Api, pages};

/// No script but the page's own files, and no words with anybody but this desk. Swagger UI sets styles on its elements
/// and carries its icons in its style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const PAGE: &str = include_str!("explorer/index.html");
const START: &str = include_str!("explorer/start.js");

/// Swagger UI's own files that the page loads: path, name among the crate's files, media type.
const FILES: [(&str, &str, &str); 2] = [
    ("/docs/swagger-ui.css", "swagger-ui.css", "text/css; charset=utf-8"),
    ("/docs/swagger-ui-bundle.js", "swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
];

/// The page and its files.
pub(super) fn pages() -> Router<Api> {
    let own = |path, media, text: &'static str| {
        get(move || async move { file(path, media, text.as_bytes().into()) })
    };
    let router = Router::new()
        .route("/docs", own("/docs", "text/html; charset=utf-8", PAGE))
        .route("/docs/start.js", own("/docs/start.js", "text/javascript; charset=utf-8", START))
        .route("/docs/", get(|| async { moved() }));
    FILES.into_iter().fold(router, |router, (path, name, media)| {
        router.route(path, get(move || async move { bundled(path, name, media) }))
    })
}

/// A file of Swagger UI.
fn bundled(path: &'static str, name: &str, media: &'static str) -> Response {
    let served = utoipa_swagger_ui::serve(name, Arc::new(Config::default()));
    match served.ok().flatten() {
        Some(found) => file(path, media, found.bytes.into_owned().into()),
        None => crate::error::plain(StatusCode::NOT_FOUND, "There is no such resource."),
    }
}

fn file(path: &'static str, media: &'static str, body: Body) -> Response {
    pages::file(path, media, POLICY, body)
}

fn moved() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static("/docs"));
    matched(response, "/docs/")
}
