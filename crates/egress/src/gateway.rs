//! The gateway: one fetch from URL to body, hop by hop.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode, header};
use hyper::body::{Body as _, Incoming};
use rustls::ClientConfig;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::body::Body;
use crate::connect::Dialer;
use crate::error::{FetchError, RedirectFault};
use crate::exchange::{Answer, Asked};
use crate::policy::{Limits, Policy};
use crate::report::{Record, Report, Verdict};
use crate::surroundings::Surroundings;
use crate::target::Target;
use crate::tls::{SetupError, Trust, client_config};

/// The smallest head that the HTTP library can be held to, in bytes.
const MIN_HEADER_BYTES: u32 = 8 * 1024;

/// The longest time that a limit may be set to: a fetch is part of a request.
const MAX_TIME: Duration = Duration::from_hours(1);

/// The largest size that the limit of a body may be set to, 1 TiB: far above use, far below where sums overflow.
const MAX_BODY_BYTES: u64 = 1 << 40;

/// The one gateway for everything that leaves. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gateway {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) policy: Policy,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) surroundings: Surroundings,
    turns: Arc<Semaphore>,
    /// The turns of calls.
    pub(crate) calls: Arc<Semaphore>,
}

/// An answer of status 200 whose body can be read.
pub struct Fetched {
    /// The length that the server announced, in bytes; at most the limit.
    pub content_length: Option<u64>,
    /// The last segment of the path of the last hop, percent-decoded. The sender chose it: not fit for a path or a page as it is.
    pub suggested_name: Option<String>,
    /// What the audit log keeps; complete when the body has ended.
    pub report: Report,
    /// The bytes.
    pub body: Body,
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched").field("content_length", &self.content_length).finish_non_exhaustive()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Gateway {
    /// A gateway with the machine's resolver and addresses.
    pub fn new(policy: Policy, trust: &Trust) -> Result<Self, SetupError> {
        Self::with_surroundings(policy, trust, Surroundings::system())
    }

    /// A gateway with a resolver and own addresses of the caller's.
    pub fn with_surroundings(
        policy: Policy,
        trust: &Trust,
        surroundings: Surroundings,
    ) -> Result<Self, SetupError> {
        check_limits(&policy.limits)?;
        let tls = client_config(trust)?;
        let turns = Arc::new(Semaphore::new(policy.limits.concurrent));
        let calls = Arc::new(Semaphore::new(policy.limits.concurrent));
        Ok(Self { shared: Arc::new(Shared { policy, tls, surroundings, turns, calls }) })
    }

    /// Fetches what is at `url`. The body streams from the server while it is read.
    pub async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        self.fetch_reported(url, &Report::default()).await
    }

    /// The same as [`Gateway::fetch`], and keeps `report` up to date, which tells of a failed fetch, too.
    pub async fn fetch_reported(&self, url: &str, report: &Report) -> Result<Fetched, FetchError> {
        let started = Instant::now();
        let mut record = Record::new(report);
        match self.shared.fetch(url, &record, started).await {
            Ok(arrival) => Ok(arrival.into_fetched(&self.shared.policy.limits, record, report)),
            Err(error) => {
                record.end(error.verdict());
                if error.verdict() != Verdict::BadUrl {
                    sleep_until(self.shared.answer_at(started)).await;
                }
                Err(error)
            }
        }
    }
}

/// An answer whose body may be read.
struct Arrival {
    answer: Answer,
    target: Target,
    deadline: Instant,
    permit: OwnedSemaphorePermit,
}

impl Arrival {
    fn into_fetched(self, limits: &Limits, record: Record, report: &Report) -> Fetched {
        Fetched {
            content_length: self.answer.response.body().size_hint().exact(),
            suggested_name: self.target.suggested_name(),
            report: report.clone(),
            body: Body::new(self.answer, limits, self.deadline, record, self.permit),
        }
    }
}

impl Shared {
    async fn fetch(&self, url: &str, record: &Record, started: Instant) -> Result<Arrival, FetchError> {
        let target = Target::parse(url).map_err(FetchError::Url)?;
        record.hop(0, target.host());
        self.policy.check_text(&target).map_err(FetchError::Url)?;
        let total = self.policy.limits.total;
        let turn = timeout_at(started + total, Arc::clone(&self.turns).acquire_owned());
        let permit = turn.await.map_err(|_| FetchError::Busy)?.map_err(|_| FetchError::Busy)?;
        let deadline = Instant::now() + total;
        let (answer, target) = self.follow(target, deadline, record).await?;
        Ok(Arrival { answer, target, deadline, permit })
    }

    /// Asks, and follows redirects, each hop by all the rules anew.
    async fn follow(
        &self,
        mut target: Target,
        deadline: Instant,
        record: &Record,
    ) -> Result<(Answer, Target), FetchError> {
        let dialer = Dialer { policy: &self.policy, surroundings: &self.surroundings, deadline };
        let mut hops = 0;
        loop {
            let answer = dialer.exchange(&target, &Asked::file(), &self.tls, record).await?;
            let next = self.judge(&answer.response, &target, hops);
            if matches!(next, Ok(None)) {
                return Ok((answer, target));
            }
            record.wire_bytes(answer.budget.read());
            if let Some(next) = next? {
                target = next;
                hops += 1;
                record.hop(hops, target.host());
            }
        }
    }

    /// Whether the body may be read (`None`), or where to go instead.
    fn judge(
        &self,
        response: &Response<Incoming>,
        target: &Target,
        hops: u8,
    ) -> Result<Option<Target>, FetchError> {
        match response.status() {
            StatusCode::OK => {
                let announced = response.body().size_hint().exact();
                check_length(announced, self.policy.limits.body_bytes).map(|()| None)
            }
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => {
                self.redirect(response, target, hops).map(Some).map_err(FetchError::Redirect)
            }
            other => Err(FetchError::Status(other.as_u16())),
        }
    }

    fn redirect(
        &self,
        response: &Response<Incoming>,
        target: &Target,
        hops: u8,
    ) -> Result<Target, RedirectFault> {
        let limit = self.policy.limits.redirects;
        if hops >= limit {
            return Err(RedirectFault::TooMany { limit });
        }
        let mut locations = response.headers().get_all(header::LOCATION).iter();
        let (Some(location), None) = (locations.next(), locations.next()) else {
            return Err(RedirectFault::NoLocation);
        };
        let location = std::str::from_utf8(location.as_bytes()).map_err(|_| RedirectFault::NoLocation)?;
        let next = target.join(location).map_err(RedirectFault::Location)?;
        if target.is_https() && !next.is_https() { Err(RedirectFault::Downgrade) } else { Ok(next) }
    }

    /// When a fetch that failed now answers: at the next whole step after its start.
    pub(crate) fn answer_at(&self, started: Instant) -> Instant {
        let now = Instant::now();
        let step = self.policy.limits.failure_step.as_nanos();
        let into = (now - started).as_nanos().checked_rem(step);
        into.map_or(now, |into| now + Duration::from_nanos((step - into) as u64))
    }
}

/// Refuses a body that is announced to be too large before any of it is read.
pub(crate) fn check_length(announced: Option<u64>, limit: u64) -> Result<(), FetchError> {
    match announced {
        Some(length) if length > limit => Err(FetchError::TooLarge { limit, found: announced }),
        _ => Ok(()),
    }
}

/// Limits with which nothing could be fetched, or the HTTP library could not work.
fn check_limits(limits: &Limits) -> Result<(), SetupError> {
    if limits.header_bytes < MIN_HEADER_BYTES {
        return Err(SetupError::Limit("header_bytes must be at least 8192"));
    }
    if limits.concurrent == 0 || limits.concurrent > Semaphore::MAX_PERMITS {
        return Err(SetupError::Limit("concurrent must be at least 1"));
    }
    if [limits.connect, limits.idle, limits.total, limits.failure_step].iter().any(|time| *time > MAX_TIME) {
        return Err(SetupError::Limit("connect, idle, total and failure_step must be at most an hour"));
    }
    if limits.body_bytes > MAX_BODY_BYTES {
        return Err(SetupError::Limit("body_bytes must be at most 1 TiB"));
    }
    Ok(())
}
