//! One visit to a page: who it is, where from, and whether a form is the desk's own.

use std::sync::Mutex;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use proofdesk_desk::Desk;
use proofdesk_desk::caller::Origin;
use proofdesk_desk::error::DeskError;
use proofdesk_desk::tokens::browser::{self, SignedIn};
use secrecy::SecretString;

use super::cookies::{FLOW, SESSION};
use super::html;
use crate::error::ApiError;
use crate::{Api, Client, RequestId, body, form, rates};

/// The largest form of a page, in bytes.
const MAX_FORM: usize = 16 * 1024;

/// The most fields of a form.
const MAX_FIELDS: usize = 20;

/// One visit to a page.
pub(super) struct Visit {
    pub(super) api: Api,
    pub(super) origin: Origin,
    pub(super) session: Option<SecretString>,
    pub(super) flow: Option<SecretString>,
    pub(super) query: Vec<(String, String)>,
    client: Option<Client>,
    headers: HeaderMap,
    /// Behind a lock that is never waited for: it makes the visit shareable between threads, as a handler must be.
    body: Mutex<Body>,
}

/// A form that was sent from a page of the desk.
pub(super) struct Form(Vec<(String, String)>);

/// A person with a session.
pub(super) struct Person {
    pub(super) who: SignedIn,
    pub(super) session: SecretString,
    /// What the person's forms must send with them.
    pub(super) form_token: String,
}

impl FromRequest<Api> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let client = parts.extensions.get::<Client>().copied();
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        let origin = Origin {
            remote: client.map(|client| client.address.ip()),
            unclear: client.is_some_and(|client| client.unclear),
            request_id,
        };
        let secure = api.settings.secure_cookies;
        // What can't be read isn't there.
        let query = form::pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let query = query.take(MAX_FIELDS).collect::<Result<_, _>>().unwrap_or_default();
        Ok(Self {
            api: api.clone(),
            origin,
            session: SESSION.of(&parts.headers, secure),
            flow: FLOW.of(&parts.headers, secure),
            query,
            client,
            headers: parts.headers,
            body: Mutex::new(body),
        })
    }
}

impl Visit {
    pub(super) fn desk(&self) -> &Desk {
        &self.api.desk
    }

    pub(super) fn secure(&self) -> bool {
        self.api.settings.secure_cookies
    }

    /// Counts what may cost something, for the address that it comes from.
    pub(super) fn count(&self) -> Result<(), ApiError> {
        self.api.rates.count_address(self.client.as_ref())
    }

    /// A parameter of the query, if it stands there once.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        once(&self.query, name)
    }

    /// Who is signed in with this browser.
    pub(super) async fn person(&self) -> Result<Option<Person>, DeskError> {
        let Some(session) = &self.session else { return Ok(None) };
        let Some(who) = browser::look(self.desk(), &self.origin, session).await? else { return Ok(None) };
        let form_token = browser::form_token(self.desk(), session)?;
        Ok(Some(Person { who, session: session.clone(), form_token }))
    }

    /// The form that was sent. None if it comes from somewhere else than a page of the desk, or is no form.
    pub(super) async fn form(&mut self) -> Option<Form> {
        if !is_own(&self.headers, &self.api.settings.issuer) {
            return None;
        }
        let media = self.headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim().to_owned();
        if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return None;
        }
        let taken = self.body.get_mut().map(std::mem::take).unwrap_or_default();
        let bytes = body::bytes(taken, MAX_FORM).await.ok()?;
        let pairs: Vec<_> = form::pairs(&bytes).take(MAX_FIELDS + 1).collect::<Result<_, _>>().ok()?;
        (pairs.len() <= MAX_FIELDS).then_some(Form(pairs))
    }

    /// The answer to a form that isn't the desk's own.
    pub(super) fn foreign(&self, path: &'static str) -> Response {
        let text = format!(
            "This was not sent from a page of the desk. Open {}/account and try again.",
            self.api.settings.issuer
        );
        html::said(path, StatusCode::FORBIDDEN, &text, ("/account", "To your account"))
    }

    /// The answer to a failure.
    pub(super) fn failed(&self, path: &'static str, error: ApiError) -> Response {
        let (status, text) = words(error, &self.origin.request_id);
        html::said(path, status, &text, ("/account", "Try again"))
    }
}

impl Form {
    /// A field, if it stands there once.
    pub(super) fn get(&self, name: &str) -> &str {
        once(&self.0, name).unwrap_or_default()
    }

    pub(super) fn secret(&self, name: &str) -> SecretString {
        self.get(name).to_owned().into()
    }
}

impl Person {
    /// Whether a form was made for this session.
    pub(super) fn made(&self, desk: &Desk, form: &Form) -> Result<bool, DeskError> {
        browser::is_form_token(desk, &self.session, form.get("form"))
    }
}

fn once<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut own = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    own.next().filter(|_| own.next().is_none())
}

/// Whether a request was sent from a page of the desk: all that the browser says of it must say so (`Origin`, RFC 6454, and
/// `Sec-Fetch-Site`, Fetch Metadata), and one of the two must say it.
fn is_own(headers: &HeaderMap, issuer: &str) -> bool {
    let one = |name: &str| {
        let mut fields = headers.get_all(name).iter();
        (fields.next().map(|field| field.as_bytes().to_owned()), fields.next().is_some())
    };
    let ((origin, twice), (site, again)) = (one(ORIGIN.as_str()), one("sec-fetch-site"));
    let fits = |sent: &Option<Vec<u8>>, own: &str| sent.as_ref().is_none_or(|sent| sent == own.as_bytes());
    let told = origin.is_some() || site.is_some();
    told && !twice && !again && fits(&origin, issuer) && fits(&site, "same-origin")
}

/// A failure in words for a person.
pub(super) fn words(error: ApiError, request_id: &str) -> (StatusCode, String) {
    let wait = |wait| format!("Wait {} seconds and try again.", rates::seconds(wait));
    match error {
        ApiError::TooMany(time) | ApiError::Desk(DeskError::TooMany(time)) => {
            (StatusCode::TOO_MANY_REQUESTS, format!("That was tried too often. {}", wait(time)))
        }
        ApiError::Desk(DeskError::Busy(time)) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("The desk is busy with sign-ins. {}", wait(time)))
        }
        ApiError::Desk(DeskError::Unavailable(why)) => {
            tracing::error!(request_id, why, "a page failed");
            let text = format!(
                "Something went wrong. Try again; if it stays, tell your administrator {request_id}."
            );
            (StatusCode::INTERNAL_SERVER_ERROR, text)
        }
        ApiError::Desk(DeskError::Sealed | DeskError::Broken(_) | DeskError::Full) => {
            let text =
                "The desk can't keep anything at the moment. Tell your administrator, and try again later.";
            (StatusCode::SERVICE_UNAVAILABLE, text.to_owned())
        }
        ApiError::Desk(DeskError::NotFound) => (StatusCode::NOT_FOUND, "There is no such page.".to_owned()),
        _ => (StatusCode::CONFLICT, "That could not be done. Try again.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_form_is_the_desks_own_where_all_that_is_said_says_so() {
        for (sent, own) in [
            (&[("origin", "https://desk.test")][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("origin", "https://desk.test"), ("sec-fetch-site", "same-origin")], true),
            (&[], false),
            (&[("origin", "null")], false),
            (&[("origin", "http://desk.test")], false),
            (&[("origin", "https://desk.test:444")], false),
            (&[("origin", "https://desk.test.example")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "https://desk.test"), ("sec-fetch-site", "cross-site")], false),
            (&[("origin", "https://other.test"), ("sec-fetch-site", "same-origin")], false),
            (&[("origin", "https://desk.test"), ("origin", "https://desk.test")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in sent {
                headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(is_own(&headers, "https://desk.test"), own, "{sent:?}");
        }
    }
}
