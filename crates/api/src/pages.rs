//! Pages of the desk's own, for people: where they sign in and out, see their account, and set a password.
//!
//! Nothing is loaded from elsewhere, and what stands behind the `#` of a link goes to nobody but this desk. The pages have
//! sessions, by cookies; the API has none, and no page calls it with one.

mod account;
mod change_password;
mod cookies;
mod html;
mod oidc;
mod sign_in;
mod visit;

use axum::Router;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use axum::response::Response;
use axum::routing::{get, post};

use crate::{Api, MatchedRoute};

/// No script, style or answer but the page's own files and this desk's.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// Path, media type and text of each file.
const FILES: [(&str, &str, &str); 3] = [
    ("/account/password", HTML, include_str!("pages/password.html")),
    ("/account/password.js", SCRIPT, include_str!("pages/password.js")),
    ("/account/page.css", STYLE, include_str!("pages/page.css")),
];

/// All pages, with their files.
pub(crate) fn all() -> Router<Api> {
    let made = Router::new()
        .route(sign_in::PATH, get(sign_in::show).post(sign_in::take))
        .route(account::PATH, get(account::show))
        .route(account::END, post(account::end))
        .route(account::SIGN_OUT, post(account::sign_out))
        .route(account::SIGNED_OUT, get(account::signed_out))
        .route(account::SIGNED_OUT_STYLE, get(account::signed_out_style))
        .route(change_password::PATH, get(change_password::show).post(change_password::take))
        .route(oidc::START, get(oidc::start))
        .route(oidc::CALLBACK, get(oidc::callback));
    FILES.into_iter().fold(made, |router, (path, media, text)| {
        router.route(path, get(move || async move { file(path, media, POLICY, text.as_bytes().into()) }))
    })
}

/// A file of a page, with what keeps it to itself.
pub(crate) fn file(path: &'static str, media: &'static str, policy: &'static str, body: Body) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response.extensions_mut().insert(MatchedRoute(path.into()));
    response
}
