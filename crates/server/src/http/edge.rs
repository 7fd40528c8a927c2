//! What is refused before the API looks at it: requests that are no good HTTP.

use axum::extract::Request;
use axum::http::header::{ALLOW, CACHE_CONTROL, HOST, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, StatusCode, Version};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::json;

use proofdesk_framing::{Fault, MAX_FIELDS, METHOD, TOO_MANY};

/// A request that stands for one that was refused.
#[derive(Clone, Copy)]
pub(super) struct Refusal(pub(super) Fault);

pub(super) fn wrap(router: Router) -> Router {
    router.layer(from_fn(refuse))
}

async fn refuse(request: Request, next: Next) -> Response {
    if let Some(Refusal(fault)) = request.extensions().get() {
        return refused(fault.status, fault.message);
    }
    // HTTP/1 was looked at byte by byte already.
    if request.version() == Version::HTTP_2 {
        if request.method() == Method::CONNECT {
            return refused(METHOD.status, METHOD.message);
        }
        if request.headers().len() > MAX_FIELDS {
            return refused(TOO_MANY.status, TOO_MANY.message);
        }
        if !one_host(&request) {
            return refused(StatusCode::BAD_REQUEST, "The request is not valid HTTP: it must have one Host.");
        }
    }
    next.run(request).await
}

/// `:authority`, or `Host`; both only if they agree (RFC 9113 section 8.3.1).
fn one_host(request: &Request) -> bool {
    let authority = request.uri().authority();
    let mut hosts = request.headers().get_all(HOST).iter();
    match (authority, hosts.next(), hosts.next()) {
        (Some(authority), None, _) => !authority.as_str().contains('@'),
        (Some(authority), Some(host), None) => {
            host.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes())
        }
        (None, Some(_), None) => true,
        _ => false,
    }
}

fn refused(status: StatusCode, message: &str) -> Response {
    let mut response = (status, Json(json!({ "Message": message }))).into_response();
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"));
    }
    response
}
