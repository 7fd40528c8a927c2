//! The wire: routes, JSON, forms, lists, errors and the OpenAPI document, as the contract says.
//!
//! [`routes`] is the table of all operations: each line says the method, the path, who may call it, how it is described
//! and which handler answers. The router and the OpenAPI document are both made from it, so neither can lack a line, and
//! a line without a role can't be written.

mod body;
mod call;
mod dispatch;
mod envelope;
mod error;
mod form;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod handlers;
mod idempotency;
mod json;
mod middleware;
pub mod openapi;
mod pages;
mod preconditions;
mod query;
mod range;
mod rates;
pub mod routes;
mod unread;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use proofdesk_desk::Desk;

pub use error::MissingRole;
pub use rates::{Allowed, Rate, Rates};

/// What the wire works with. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// The verbs.
    pub desk: Desk,
    /// What the operator decides about the wire.
    pub settings: Arc<Settings>,
    /// Who has asked how often.
    pub rates: Arc<Rates>,
}

/// What the operator decides about the wire.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How a caller without the role is answered.
    pub missing_role: MissingRole,
    /// How somebody who asks too often is answered: 429, or 409 as the API's publisher does.
    pub too_many_status: StatusCode,
    /// The largest JSON or form body, in bytes.
    pub body_bytes: usize,
    /// Where the desk is reached, without a slash at the end: what its tokens name as their issuer (RFC 8414 section 2).
    pub issuer: String,
    /// Whether browsers keep the pages' cookies for TLS only.
    pub secure_cookies: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            missing_role: MissingRole::Unauthorized,
            too_many_status: StatusCode::TOO_MANY_REQUESTS,
            body_bytes: 1024 * 1024,
            issuer: "http://127.0.0.1:8080".to_owned(),
            secure_cookies: false,
        }
    }
}

/// Who sent a request, which the server puts into its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client's address; behind a trusted proxy the port is 0.
    pub address: SocketAddr,
    /// A trusted proxy handed the request on, and who asked can't be read: the address is the proxy's, and the client mustn't
    /// have what the proxy itself may have.
    pub unclear: bool,
}

/// The name of a request, which the server puts into each request's extensions and the log.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The route that answered a request, which the wire puts into the answer's extensions.
#[derive(Clone, Debug)]
pub struct MatchedRoute(Arc<str>);

impl MatchedRoute {
    /// The path of the route, with `{id}` where a number stands.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The router of all operations.
pub fn router(api: Api) -> Router {
    let router = routes::all().into_iter().fold(Router::new(), dispatch::mount);
    router.merge(openapi::pages()).merge(pages::all()).with_state(api)
}

/// Wraps a router so that paths match whatever their case (contract section 1), with answers for what is no operation, and
/// what every answer carries.
pub fn finish(router: Router) -> Router {
    middleware::wrap(router.fallback(error::no_route).method_not_allowed_fallback(error::no_method))
}
