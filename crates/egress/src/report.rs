//! What is written down about each fetch: one event, counters, and a report for the audit log.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// What happened to a fetch, for logs, audit and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// It hasn't ended yet.
    Running,
    /// The whole body arrived.
    Fetched,
    /// The caller dropped it before its end.
    Abandoned,
    /// The submitted text was at fault.
    BadUrl,
    /// The policy refused a target.
    Blocked,
    /// The name has no address.
    Unresolved,
    /// No connection.
    Unreachable,
    /// No TLS connection.
    TlsFailed,
    /// Too slow at some stage.
    TimedOut,
    /// Another status than 200.
    WrongStatus,
    /// A redirect that isn't followed.
    BadRedirect,
    /// Not valid HTTP, over a limit of the head, or cut off.
    BadAnswer,
    /// Over the size limit.
    TooLarge,
    /// Its turn did not come.
    Busy,
}

impl Verdict {
    /// The word in logs, audit entries and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Fetched => "fetched",
            Self::Abandoned => "abandoned",
            Self::BadUrl => "bad-url",
            Self::Blocked => "blocked",
            Self::Unresolved => "unresolved",
            Self::Unreachable => "unreachable",
            Self::TlsFailed => "tls-failed",
            Self::TimedOut => "timed-out",
            Self::WrongStatus => "wrong-status",
            Self::BadRedirect => "bad-redirect",
            Self::BadAnswer => "bad-answer",
            Self::TooLarge => "too-large",
            Self::Busy => "busy",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the audit log keeps of a fetch. Holds nothing of the URL but its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchReport {
    /// The host of the last hop; `None` if the submitted text had none that could be read.
    pub host: Option<String>,
    /// The address of the last hop: the one connected to, or else the first that was looked at.
    pub resolved_ip: Option<IpAddr>,
    /// Redirects followed.
    pub hops: u8,
    /// What happened.
    pub verdict: Verdict,
    /// Bytes of the body handed on.
    pub bytes: u64,
    /// Bytes read from sockets, with heads and TLS, all hops together.
    pub wire_bytes: u64,
}

/// A view of a fetch's report that grows with it. Make one, pass it to [`crate::Gateway::fetch_reported`], and read it
/// when the fetch has failed or its body has ended.
#[derive(Clone, Debug)]
pub struct Report(Arc<Mutex<FetchReport>>);

impl Default for Report {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(FetchReport {
            host: None,
            resolved_ip: None,
            hops: 0,
            verdict: Verdict::Running,
            bytes: 0,
            wire_bytes: 0,
        })))
    }
}

impl Report {
    /// What is known so far.
    pub fn snapshot(&self) -> FetchReport {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut FetchReport)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The writing end: notes what happens, and says it once, at the end or when dropped.
#[derive(Debug)]
pub(crate) struct Record {
    report: Report,
    ended: bool,
}

impl Record {
    pub(crate) fn new(report: &Report) -> Self {
        Self { report: report.clone(), ended: false }
    }

    pub(crate) fn hop(&self, hops: u8, host: String) {
        self.report.change(|report| {
            report.hops = hops;
            report.host = Some(host);
            report.resolved_ip = None;
        });
    }

    pub(crate) fn address(&self, ip: IpAddr) {
        self.report.change(|report| report.resolved_ip = Some(ip));
    }

    pub(crate) fn body_bytes(&self, bytes: u64) {
        self.report.change(|report| report.bytes = bytes);
    }

    pub(crate) fn wire_bytes(&self, more: u64) {
        self.report.change(|report| report.wire_bytes += more);
    }

    /// Writes the event and the metrics. Only the first call counts.
    pub(crate) fn end(&mut self, verdict: Verdict) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        self.report.change(|report| report.verdict = verdict);
        let FetchReport { host, resolved_ip, hops, bytes, wire_bytes, .. } = self.report.snapshot();
        metrics::counter!("proofdesk_egress_fetches_total", "verdict" => verdict.as_str()).increment(1);
        metrics::counter!("proofdesk_egress_bytes_total").increment(wire_bytes);
        tracing::info!(
            target: "proofdesk::egress",
            host = host.as_deref().unwrap_or("-"),
            ip = resolved_ip.map_or_else(|| "-".to_owned(), |ip| ip.to_string()),
            verdict = verdict.as_str(),
            bytes,
            hops,
            "fetch"
        );
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.end(Verdict::Abandoned);
    }
}
