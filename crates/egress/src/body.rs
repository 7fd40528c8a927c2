//! The body of a fetched file, as a stream within its limits.

use std::fmt;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::Stream;
use hyper::body::{Body as _, Incoming};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::FetchError;
use crate::exchange::{Answer, TaskGuard};
use crate::pace::Pace;
use crate::policy::Limits;
use crate::report::{Record, Verdict};
use crate::wire::Budget;

/// What the frames of TLS, HTTP/2 and chunked coding may add to a body, apart from a sixteenth of its size.
const FRAMING_BYTES: u64 = 64 * 1024;

/// The bytes of a fetched file. Ends with an error as soon as a limit is passed; the connection ends with it, and when it is
/// dropped.
pub struct Body {
    open: Option<Open>,
    timer: Pin<Box<Sleep>>,
}

/// What lives as long as the connection.
struct Open {
    incoming: Incoming,
    budget: Budget,
    pace: Pace,
    limit: u64,
    record: Record,
    _tasks: TaskGuard,
    _permit: OwnedSemaphorePermit,
}

impl Body {
    pub(crate) fn new(
        answer: Answer,
        limits: &Limits,
        deadline: Instant,
        record: Record,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let Answer { response, budget, tasks } = answer;
        budget.set(limits.body_bytes + limits.body_bytes / 16 + FRAMING_BYTES);
        let open = Open {
            incoming: response.into_body(),
            budget,
            pace: Pace::new(limits, deadline),
            limit: limits.body_bytes,
            record,
            _tasks: tasks,
            _permit: permit,
        };
        Self { open: Some(open), timer: Box::pin(sleep_until(deadline)) }
    }
}

impl Open {
    /// The next bytes that are there, `None` at the end.
    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, FetchError>>> {
        loop {
            let frame = match ready!(Pin::new(&mut self.incoming).poll_frame(cx)) {
                None => return Poll::Ready(None),
                Some(Err(_)) if self.budget.is_spent() => return Poll::Ready(Some(Err(self.too_large()))),
                Some(Err(_)) => return Poll::Ready(Some(Err(FetchError::BadAnswer))),
                Some(Ok(frame)) => frame,
            };
            // Trailers and empty frames mean nothing here, and don't count as progress.
            if let Some(bytes) = frame.into_data().ok().filter(|bytes| !bytes.is_empty()) {
                return Poll::Ready(Some(self.count(bytes)));
            }
        }
    }

    fn count(&mut self, bytes: Bytes) -> Result<Bytes, FetchError> {
        let count = bytes.len() as u64;
        if self.pace.bytes() + count > self.limit {
            return Err(self.too_large());
        }
        self.pace.received(Instant::now(), count);
        self.record.body_bytes(self.pace.bytes());
        Ok(bytes)
    }

    fn too_large(&self) -> FetchError {
        FetchError::TooLarge { limit: self.limit, found: None }
    }

    /// Waits until waiting is over.
    fn poll_late(&mut self, mut timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<FetchError> {
        loop {
            let now = Instant::now();
            let until = self.pace.wait_until(now);
            if let Some(fault) = self.pace.fault(now) {
                return Poll::Ready(fault);
            }
            timer.as_mut().reset(until);
            ready!(timer.as_mut().poll(cx));
        }
    }

    fn end(mut self, verdict: Verdict) {
        self.record.wire_bytes(self.budget.read());
        self.record.end(verdict);
    }
}

impl Stream for Body {
    type Item = Result<Bytes, FetchError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(open) = &mut this.open else {
            return Poll::Ready(None);
        };
        let outcome = match open.pace.fault_of_whole(Instant::now()) {
            Some(error) => Some(Err(error)),
            None => match open.poll_bytes(cx) {
                Poll::Ready(outcome) => outcome,
                Poll::Pending => Some(Err(ready!(open.poll_late(this.timer.as_mut(), cx)))),
            },
        };
        let verdict = match &outcome {
            Some(Ok(_)) => return Poll::Ready(outcome),
            Some(Err(error)) => error.verdict(),
            None => Verdict::Fetched,
        };
        if let Some(open) = this.open.take() {
            open.end(verdict);
        }
        Poll::Ready(outcome)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            open.end(Verdict::Abandoned);
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("ended", &self.open.is_none()).finish_non_exhaustive()
    }
}
