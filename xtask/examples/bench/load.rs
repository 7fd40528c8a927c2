//! A load: so many connections, each of which sends its next request as soon as the last one is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::client::{Connection, Request};

/// When a load ends.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    /// After this time.
    Time(Duration),
    /// After this many requests.
    Count(u64),
}

/// What a load came to.
pub(crate) struct Outcome {
    /// How many requests were answered.
    pub(crate) requests: u64,
    /// How long it took until the last one was.
    pub(crate) took: Duration,
    /// How long each one took in microseconds, shortest first.
    pub(crate) micros: Vec<u32>,
}

impl Outcome {
    /// Requests in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.requests as f64 / self.took.as_secs_f64()
    }

    /// What this part of the requests took at most, in microseconds.
    pub(crate) fn percentile(&self, part: f64) -> u32 {
        let place = (self.micros.len() as f64 * part) as usize;
        self.micros.get(place.min(self.micros.len().saturating_sub(1))).copied().unwrap_or(0)
    }
}

struct Shared {
    requests: Arc<Vec<Request>>,
    sent: AtomicU64,
    until: Until,
    started: Instant,
}

/// Puts a load on a server. The requests are sent one after another, from the start again after the last.
///
/// # Errors
/// If one isn't answered with 200: figures of failures say nothing.
pub(crate) async fn run(
    address: SocketAddr,
    requests: Arc<Vec<Request>>,
    connections: usize,
    until: Until,
) -> Result<Outcome> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let started = Instant::now();
    let shared = Arc::new(Shared { requests, sent: AtomicU64::new(0), until, started });
    let tasks: Vec<_> =
        open.into_iter().map(|connection| tokio::spawn(drive(connection, shared.clone()))).collect();
    let mut micros = Vec::new();
    for task in tasks {
        micros.extend(task.await??);
    }
    let took = started.elapsed();
    micros.sort_unstable();
    Ok(Outcome { requests: micros.len() as u64, took, micros })
}

async fn drive(mut connection: Connection, shared: Arc<Shared>) -> Result<Vec<u32>> {
    let mut micros = Vec::new();
    while let Some(request) = shared.next() {
        let sent = Instant::now();
        connection.succeed(request).await?;
        micros.push(sent.elapsed().as_micros() as u32);
    }
    Ok(micros)
}

impl Shared {
    fn next(&self) -> Option<&Request> {
        let sent = self.sent.fetch_add(1, Ordering::Relaxed);
        let more = match self.until {
            Until::Time(time) => self.started.elapsed() < time,
            Until::Count(count) => sent < count,
        };
        more.then(|| &self.requests[sent as usize % self.requests.len()])
    }
}
