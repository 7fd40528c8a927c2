//! What every request passes and every answer carries, on one page.

use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::uri::{PathAndQuery, Uri};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use futures::FutureExt;
use tower::ServiceBuilder;
use tower::util::MapRequestLayer;

use crate::RequestId;
use crate::error::{plain, unhandled};
use crate::unread::read_out;

/// The longest path of a request, in bytes. The longest of ours has less than 100.
pub(crate) const MAX_PATH: usize = 2 * 1024;
/// The longest query of a request, in bytes. A batch of 1,000 ids of 9 digits fits, with its commas encoded.
pub(crate) const MAX_QUERY: usize = 16 * 1024;

/// From the outside in: the path's case is folded before the router looks at it, every answer carries the headers of
/// [`always`], bodies are read out, a target that is too long is refused, and a panic is one 500.
pub(crate) fn wrap(router: Router) -> Router {
    let stack = ServiceBuilder::new()
        .layer(MapRequestLayer::new(fold_path))
        .layer(from_fn(always))
        .layer(from_fn(read_out))
        .layer(from_fn(short))
        .layer(from_fn(catch_panic));
    // A router's own layers run after it has matched a route, so what changes the path wraps a router from outside.
    Router::new().fallback_service(stack.service(router))
}

/// A target has a length that somebody may have meant (RFC 9110 section 15.5.15).
async fn short(request: Request, next: Next) -> Response {
    let (path, query) = (request.uri().path().len(), request.uri().query().unwrap_or_default().len());
    for (what, is, limit) in [("path", path, MAX_PATH), ("query", query, MAX_QUERY)] {
        if is > limit {
            let message = format!("The {what} has {is} bytes; at most {limit} are taken.");
            return plain(StatusCode::URI_TOO_LONG, &message);
        }
    }
    next.run(request).await
}

/// A panic ends its request and nothing else. Its text went to the standard error; the log names the request.
async fn catch_panic(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answer.unwrap_or_else(|_| {
        tracing::error!(request_id = id, "a request panicked");
        unhandled(&id)
    })
}

/// Paths of the API match whatever their case (contract section 1).
fn fold_path(mut request: Request) -> Request {
    let path = request.uri().path();
    let of_api = path.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("/api/"));
    if of_api && path.bytes().any(|byte| byte.is_ascii_uppercase()) {
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

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn answered(path: &str) -> (StatusCode, String) {
        async fn panics() -> &'static str {
            panic!("a bug")
        }
        let router = Router::new()
            .route("/api/x", get(|| async { "small" }))
            .route("/Docs/X", get(|| async { "large" }));
        let app = wrap(router.route("/api/panics", get(panics)));
        let request =
            Request::get(path).extension(RequestId("7".to_owned())).body(Body::empty()).expect("a request");
        let response = app.oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn only_paths_of_the_api_are_folded() {
        assert_eq!(answered("/API/X?a=B").await, (StatusCode::OK, "small".to_owned()));
        assert_eq!(answered("/Docs/X").await, (StatusCode::OK, "large".to_owned()));
        assert_eq!(answered("/docs/x").await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_panic_is_one_answer_with_the_id_of_the_request() {
        let (status, body) = answered("/api/panics").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body, r#"{"Message":"An error has occurred.","RequestId":"7"}"#);
    }
}
