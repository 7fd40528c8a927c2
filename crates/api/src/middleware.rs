//! What every request passes and every answer carries, on one page.

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::uri::{PathAndQuery, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tower::ServiceBuilder;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::unhandled;
use crate::unread::read_out;

/// From the outside in: the path's case is folded before the router looks at it, every answer carries the
/// headers of [`always`], bodies are read out, and a panic is one 500.
pub(crate) fn wrap(router: Router) -> Router {
    let stack = ServiceBuilder::new()
        .layer(MapRequestLayer::new(fold_path))
        .layer(from_fn(always))
        .layer(from_fn(read_out))
        .layer(CatchPanicLayer::custom(|_| unhandled("")));
    // A router's own layers run after it has matched a route, so what changes the path wraps a router from outside.
    Router::new().fallback_service(stack.service(router))
}

/// Paths match whatever their case (contract section 1).
fn fold_path(mut request: Request) -> Request {
    if request.uri().path().bytes().any(|byte| byte.is_ascii_uppercase()) {
        let mut parts = request.uri().clone().into_parts();
        let path = request.uri().path().to_ascii_lowercase();
        let whole = match request.uri().query() {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        parts.path_and_query = PathAndQuery::try_from(whole).ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Nothing is guessed by its content, and nothing of the API is stored on the way.
async fn always(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
