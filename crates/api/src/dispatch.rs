//! From a request to its handler: authenticate, authorise, call, and turn errors into answers. All routes pass here.

use std::pin::Pin;
use std::sync::Arc;

use axum::RequestExt;
use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofdesk_desk::caller::{Caller, Origin, Principal};
use proofdesk_desk::error::DeskError;
use proofdesk_desk::{clients, tokens};
use proofdesk_domain::entity::Entity;
use proofdesk_domain::roles::Operation;
use secrecy::{ExposeSecret, SecretString};

use crate::call::Call;
use crate::error::{Answer, ApiError};
use crate::query::Query;
use crate::routes::{Access, Described, Route};
use crate::{Api, Client, MatchedRoute, RequestId, body, form, idempotency, preconditions, routes};

type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// What answers a route.
#[derive(Clone)]
pub(crate) struct Handler(Arc<dyn Fn(Call) -> Answering + Send + Sync>);

impl Handler {
    pub(crate) fn new<F, Fut>(handler: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answer> + Send + 'static,
    {
        Self(Arc::new(move |call| Box::pin(handler(call))))
    }
}

/// What a route asks of a request.
#[derive(Clone)]
struct Asked {
    access: Access,
    entity: Option<&'static Entity>,
    operation: Described,
    /// The path of the route, with `{id}` where a number stands.
    route: Arc<str>,
    handler: Handler,
}

/// Adds a route to the router.
pub(crate) fn mount(router: Router<Api>, route: Route) -> Router<Api> {
    let filter = MethodFilter::try_from(route.method).unwrap_or(MethodFilter::TRACE);
    let Route { path, access, entity, operation, handler, .. } = route;
    let matched = MatchedRoute(path.as_str().into());
    let asked = Asked { access, entity, operation, route: matched.0.clone(), handler };
    let answer = move |State(api): State<Api>, request: Request| {
        let (asked, matched) = (asked.clone(), matched.clone());
        async move {
            let mut response = answer(api, asked, request).await;
            response.extensions_mut().insert(matched);
            response
        }
    };
    router.route(&path, on(filter, answer))
}

async fn answer(api: Api, asked: Asked, request: Request) -> Response {
    let settings = api.settings.clone();
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let outcome = call(api, asked, request, &request_id).await;
    outcome.unwrap_or_else(|error| error.into_response(&settings, &request_id))
}

async fn call(api: Api, asked: Asked, mut request: Request, request_id: &str) -> Answer {
    let params = request.extract_parts::<RawPathParams>().await.ok();
    let id = params
        .as_ref()
        .and_then(|params| params.iter().find(|(name, _)| *name == "id").map(|(_, id)| id.to_owned()));
    let (parts, body) = request.into_parts();
    let client = parts.extensions.get::<Client>();
    let remote = client.map(|client| client.address.ip());
    let unclear = client.is_some_and(|client| client.unclear);
    let origin = Origin { remote, unclear, request_id: request_id.to_owned() };
    let (caller, body) = caller(&api, &asked, &parts.headers, body, &origin, client).await?;
    if let Some(caller) = &caller {
        api.rates.count_principal(caller.principal())?;
    }
    let grant = match (asked.access, &caller, asked.entity) {
        (Access::Role(operation), Some(caller), Some(entity)) => {
            let grant = caller.grant(entity, operation)?;
            for besides in routes::besides(asked.operation) {
                caller.grant(besides, Operation::Read)?;
            }
            let grant = grant.expecting(preconditions::of(asked.operation, &parts.headers)?);
            Some(idempotency::keyed(&api.desk, grant, asked.operation, &asked.route, &parts)?)
        }
        _ => None,
    };
    let id = match id {
        Some(text) => Some(text.parse().map_err(|_| ApiError::not_found())?),
        None => None,
    };
    let query = Query::of(parts.uri.query().unwrap_or_default())?;
    let Asked { entity, operation, handler, .. } = asked;
    let call = Call {
        api,
        caller,
        grant,
        entity,
        operation,
        id,
        query,
        headers: parts.headers,
        origin,
        body: body.into(),
    };
    (handler.0)(call).await
}

/// Who calls, where that matters; and the body, which may have had to be read for it.
async fn caller(
    api: &Api,
    asked: &Asked,
    headers: &HeaderMap,
    body: Body,
    origin: &Origin,
    client: Option<&Client>,
) -> Result<(Option<Caller>, Body), ApiError> {
    match asked.access {
        Access::Public => {
            api.rates.count_address(client)?;
            Ok((None, body))
        }
        // A program that asks what a token stands for may say who it is in its form (RFC 6749 section 2.3.1).
        _ if asked.operation == Described::Introspect && !headers.contains_key(AUTHORIZATION) => {
            api.rates.count_address(client)?;
            let bytes = body::bytes(body, api.settings.body_bytes).await?;
            let caller = posted(api, &bytes, origin).await?;
            Ok((Some(caller), bytes.into()))
        }
        _ => Ok((Some(authenticate(api, headers, origin, client).await?), body)),
    }
}

/// Who sent a request: a bearer token (RFC 6750), or an e-mail address and a password (RFC 7617).
async fn authenticate(
    api: &Api,
    headers: &HeaderMap,
    origin: &Origin,
    client: Option<&Client>,
) -> Result<Caller, ApiError> {
    // A password is counted before it is looked at: that is what costs. A token costs next to nothing.
    let with_password = is_basic(headers);
    if with_password {
        api.rates.count_address(client)?;
    }
    match principal(api, headers, origin).await {
        Ok(principal) => Ok(Caller::new(principal, origin.clone())),
        Err(error @ ApiError::Desk(DeskError::Unauthenticated)) if !with_password => {
            api.rates.count_address(client)?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// The machine client whose id and secret are in a form.
async fn posted(api: &Api, form: &[u8], origin: &Origin) -> Result<Caller, ApiError> {
    let form = Query::parse(&String::from_utf8_lossy(form));
    let given = form.get("client_id").zip(form.get("client_secret"));
    let (id, secret) =
        given.filter(|(id, _)| clients::is_client(id)).ok_or_else(ApiError::unauthenticated)?;
    let principal =
        tokens::authenticate_basic(&api.desk, origin, id, SecretString::from(secret.to_owned())).await?;
    Ok(Caller::new(principal, origin.clone()))
}

fn is_basic(headers: &HeaderMap) -> bool {
    let scheme = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().get(..5));
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic"))
}

async fn principal(api: &Api, headers: &HeaderMap, origin: &Origin) -> Result<Arc<Principal>, ApiError> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (given.next(), given.next()) else { return Err(ApiError::unauthenticated()) };
    let header = header.to_str().map_err(|_| ApiError::unauthenticated())?;
    let (scheme, credentials) = header.split_once(' ').ok_or_else(ApiError::unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(tokens::authenticate(&api.desk, &SecretString::from(credentials.trim().to_owned())).await?)
    } else if scheme.eq_ignore_ascii_case("basic") {
        let pair = basic(credentials.trim()).ok_or_else(ApiError::unauthenticated)?;
        let (email, password) = as_client(pair);
        Ok(tokens::authenticate_basic(&api.desk, origin, &email, password).await?)
    } else {
        Err(ApiError::unauthenticated())
    }
}

/// The token of a request that has one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned().into())
}

/// The two halves of the credentials of HTTP Basic (RFC 7617).
pub(crate) fn basic(credentials: &str) -> Option<(String, SecretString)> {
    let text = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    let (email, password) = text.split_once(':')?;
    Some((email.to_owned(), password.to_owned().into()))
}

/// The credentials of HTTP Basic as a machine client means them: it writes both halves as in a form (RFC 6749 section 2.3.1),
/// a person doesn't. A client's id and secret have no character that would be another one then, so those who write them as
/// they are mean the same.
pub(crate) fn as_client((name, secret): (String, SecretString)) -> (String, SecretString) {
    let decoded = |text: &str| {
        let mut pairs = form::pairs(text.as_bytes());
        match (pairs.next(), pairs.next()) {
            (Some(Ok((text, value))), None) if value.is_empty() => Some(text),
            _ => None,
        }
    };
    match (decoded(&name), decoded(secret.expose_secret())) {
        (Some(id), Some(secret)) if clients::is_client(&id) => (id, secret.into()),
        _ => (name, secret),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_credentials_may_be_written_as_in_a_form() {
        let id = format!("{}{}", clients::PREFIX, "0a".repeat(clients::RANDOM));
        let read = |name: &str, secret: &str| {
            let (name, secret) = as_client((name.to_owned(), secret.to_owned().into()));
            (name, secret.expose_secret().to_owned())
        };
        let encoded = id.replace('-', "%2D").replace('_', "%5F");
        assert_eq!(read(&encoded, "a%2Db%5Fc"), (id.clone(), "a-b_c".to_owned()));
        assert_eq!(read(&id, "a-b_c"), (id.clone(), "a-b_c".to_owned()));
        // A person's password is what it is.
        assert_eq!(read("ada@example.com", "100%25"), ("ada@example.com".to_owned(), "100%25".to_owned()));
        assert_eq!(read(&id, "a&b"), (id, "a&b".to_owned()));
    }
}
