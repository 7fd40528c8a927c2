//! How long to wait for the next bytes of a body: idle time, whole time and least rate, as one deadline.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{FetchError, Stage};
use crate::policy::Limits;

#[cfg(test)]
mod tests;

/// Counts only the time spent waiting for the server: a slow reader isn't the server's fault. The deadline of the whole
/// fetch counts always.
#[derive(Debug)]
pub(crate) struct Pace {
    idle: Duration,
    min_rate: u64,
    grace: Duration,
    deadline: Instant,
    bytes: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
}

impl Pace {
    pub(crate) fn new(limits: &Limits, deadline: Instant) -> Self {
        Self {
            idle: limits.idle,
            min_rate: limits.min_rate,
            grace: limits.min_rate_grace,
            deadline,
            bytes: 0,
            waited: Duration::ZERO,
            waiting_since: None,
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Notes that `count` bytes came.
    pub(crate) fn received(&mut self, now: Instant, count: u64) {
        if let Some(since) = self.waiting_since.take() {
            self.waited += now - since;
        }
        self.bytes += count;
    }

    /// Notes that nothing is there, and says until when to wait for it.
    pub(crate) fn wait_until(&mut self, now: Instant) -> Instant {
        let since = *self.waiting_since.get_or_insert(now);
        let slow = self.allowed_wait().saturating_sub(self.waited);
        self.deadline.min(since + self.idle.min(slow))
    }

    /// The fault of the whole fetch at `now`, which counts even if bytes are there.
    pub(crate) fn fault_of_whole(&self, now: Instant) -> Option<FetchError> {
        (now >= self.deadline).then_some(FetchError::TimedOut(Stage::Total))
    }

    /// Why waiting is over at `now`, or `None` if it isn't.
    pub(crate) fn fault(&self, now: Instant) -> Option<FetchError> {
        let waited = self.waiting_since.map(|since| now - since);
        if let Some(fault) = self.fault_of_whole(now) {
            Some(fault)
        } else if waited.is_some_and(|waited| waited >= self.idle) {
            Some(FetchError::TimedOut(Stage::Body))
        } else if waited.is_some_and(|waited| self.waited + waited >= self.allowed_wait()) {
            Some(FetchError::TooSlow { min_rate: self.min_rate })
        } else {
            None
        }
    }

    /// The longest time that the bytes so far may have taken.
    fn allowed_wait(&self) -> Duration {
        match self.bytes.saturating_mul(1000).checked_div(self.min_rate) {
            Some(millis) => self.grace.max(Duration::from_millis(millis)),
            None => Duration::MAX,
        }
    }
}
