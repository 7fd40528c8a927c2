//! Calls: one question to a service that the operator named, and its whole, small answer.
//!
//! A call takes every step of a fetch, with these differences: it may send a form and credentials, no redirect is followed,
//! because what is sent is for that service alone, and an answer of any other status is the caller's to read.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt as _;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use hyper::body::Body as _;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::body::Body;
use crate::connect::Dialer;
use crate::error::{FetchError, RedirectFault};
use crate::exchange::{Answer, Asked};
use crate::gateway::{Gateway, Shared, check_length};
use crate::policy::Limits;
use crate::report::{Record, Report};
use crate::target::Target;

/// The largest body that a call sends, in bytes.
pub const MAX_SENT_BYTES: usize = 16 * 1024;

/// The largest body that a call takes, in bytes.
pub const MAX_ANSWER_BYTES: u64 = 256 * 1024;

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// One question to a service. Its [`fmt::Debug`] shows nothing of it.
#[derive(Clone)]
pub struct Call {
    url: String,
    form: Option<Bytes>,
    authorization: Option<HeaderValue>,
}

/// What a service answered.
#[derive(Clone)]
pub struct Called {
    /// The status; never a redirect.
    pub status: StatusCode,
    /// The media type that it says it has, without parameters, in lower case; empty for none.
    pub media_type: String,
    /// The whole body.
    pub body: Bytes,
}

impl Call {
    /// Asks for the JSON at a URL.
    pub fn get(url: &str) -> Self {
        Self { url: url.to_owned(), form: None, authorization: None }
    }

    /// Sends a form (`application/x-www-form-urlencoded`), of [`MAX_SENT_BYTES`] at the most.
    pub fn post(url: &str, form: String) -> Self {
        Self { url: url.to_owned(), form: Some(form.into()), authorization: None }
    }

    /// With this `Authorization`. None if it can't be one.
    pub fn authorized(mut self, value: &str) -> Option<Self> {
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        self.authorization = Some(value);
        Some(self)
    }

    fn asked(&self) -> Asked {
        let mut fields: Vec<(HeaderName, HeaderValue)> = vec![(header::ACCEPT, JSON)];
        if self.form.is_some() {
            fields.push((header::CONTENT_TYPE, FORM));
        }
        fields.extend(self.authorization.clone().map(|value| (header::AUTHORIZATION, value)));
        let method = if self.form.is_some() { Method::POST } else { Method::GET };
        Asked { method, fields, body: self.form.clone().unwrap_or_default() }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl fmt::Debug for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Called").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Asks a service, and reads its whole answer.
    ///
    /// # Errors
    /// As for a fetch; a status other than a redirect is no error. [`FetchError::TooLarge`] also for a form over
    /// [`MAX_SENT_BYTES`].
    pub async fn call(&self, call: &Call) -> Result<Called, FetchError> {
        let started = Instant::now();
        let mut record = Record::new(&Report::default());
        match self.shared.call(call, &record, started).await {
            Ok(arrival) => self.shared.read(arrival, record).await,
            Err(error) => {
                record.end(error.verdict());
                sleep_until(self.shared.answer_at(started)).await;
                Err(error)
            }
        }
    }
}

/// An answer that may be read.
struct Arrival {
    answer: Answer,
    deadline: Instant,
    permit: OwnedSemaphorePermit,
}

impl Shared {
    async fn call(&self, call: &Call, record: &Record, started: Instant) -> Result<Arrival, FetchError> {
        let asked = call.asked();
        if asked.body.len() > MAX_SENT_BYTES {
            let found = Some(asked.body.len() as u64);
            return Err(FetchError::TooLarge { limit: MAX_SENT_BYTES as u64, found });
        }
        let target = Target::parse(&call.url).map_err(FetchError::Url)?;
        record.hop(0, target.host());
        self.policy.check_text(&target).map_err(FetchError::Url)?;
        let deadline = started + self.policy.limits.total;
        // Calls have their own turns, so that those who download files can't keep people from signing in.
        let turn = timeout_at(deadline, Arc::clone(&self.calls).acquire_owned());
        let permit = turn.await.map_err(|_| FetchError::Busy)?.map_err(|_| FetchError::Busy)?;
        let dialer = Dialer { policy: &self.policy, surroundings: &self.surroundings, deadline };
        let answer = dialer.exchange(&target, &asked, &self.tls, record).await?;
        let judged = if answer.response.status().is_redirection() {
            Err(FetchError::Redirect(RedirectFault::TooMany { limit: 0 }))
        } else {
            check_length(answer.response.body().size_hint().exact(), MAX_ANSWER_BYTES)
        };
        match judged {
            Ok(()) => Ok(Arrival { answer, deadline, permit }),
            Err(error) => {
                record.wire_bytes(answer.budget.read());
                Err(error)
            }
        }
    }

    async fn read(&self, arrival: Arrival, record: Record) -> Result<Called, FetchError> {
        let Arrival { answer, deadline, permit } = arrival;
        let limits = Limits { body_bytes: MAX_ANSWER_BYTES, ..self.policy.limits.clone() };
        let status = answer.response.status();
        let media_type = media_type(&answer);
        let mut body = Body::new(answer, &limits, deadline, record, permit);
        let mut whole = Vec::new();
        while let Some(bytes) = body.try_next().await? {
            whole.extend_from_slice(&bytes);
        }
        Ok(Called { status, media_type, body: whole.into() })
    }
}

fn media_type(answer: &Answer) -> String {
    let value = answer.response.headers().get(header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
