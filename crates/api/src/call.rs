//! One request, on its way to its handler: who calls, with which grant, about what.

use std::sync::Mutex;

use axum::body::Body;
use axum::http::HeaderMap;
use proofdesk_desk::Desk;
use proofdesk_desk::caller::{Caller, Grant, Origin};
use proofdesk_domain::entity::Entity;

use crate::error::ApiError;
use crate::query::Query;
use crate::routes::Described;
use crate::{Api, body};

/// One request, authenticated and authorised as its route says.
pub(crate) struct Call {
    pub(crate) api: Api,
    /// Who calls; None where anybody may.
    pub(crate) caller: Option<Caller>,
    /// The proof of the role that the route asks for.
    pub(crate) grant: Option<Grant>,
    pub(crate) entity: Option<&'static Entity>,
    pub(crate) operation: Described,
    /// The number in the path.
    pub(crate) id: Option<i64>,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) origin: Origin,
    /// Behind a lock that is never waited for: it makes the call shareable between threads, as a handler must be.
    pub(crate) body: Mutex<Body>,
}

impl Call {
    pub(crate) fn desk(&self) -> &Desk {
        &self.api.desk
    }

    /// The grant; there is one wherever the route names a role.
    pub(crate) fn grant(&self) -> Result<&Grant, ApiError> {
        self.grant.as_ref().ok_or_else(ApiError::unauthenticated)
    }

    /// The caller; there is one wherever the route isn't public.
    pub(crate) fn caller(&self) -> Result<&Caller, ApiError> {
        self.caller.as_ref().ok_or_else(ApiError::unauthenticated)
    }

    /// The number in the path, where the route has one.
    pub(crate) fn path_id(&self) -> Result<i64, ApiError> {
        self.id.ok_or_else(ApiError::not_found)
    }

    /// The body as properties: JSON, or a form. The grant knows the request whole then.
    pub(crate) async fn properties(&mut self) -> Result<proofdesk_desk::records::Body, ApiError> {
        let taken = self.take_body();
        let (properties, bytes) =
            body::properties(&self.headers, taken, self.api.settings.body_bytes).await?;
        self.grant = self.grant.take().map(|grant| grant.for_body(&[&bytes]));
        Ok(properties)
    }

    /// The body as it streams in.
    pub(crate) fn take_body(&mut self) -> Body {
        self.body.get_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The raw body, up to the limit.
    pub(crate) async fn bytes(&mut self) -> Result<bytes::Bytes, ApiError> {
        let taken = self.take_body();
        body::bytes(taken, self.api.settings.body_bytes).await
    }
}
