//! A flood of sign-ins beside a load: what guessing at a desk costs those who work at it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use crate::client::{Connection, Request};

/// How many connections try to sign in at one time: as many as the desk lets wait for their password's hash.
const CONNECTIONS: usize = 64;

/// Sign-ins that go on until this is dropped.
pub(crate) struct Flood(JoinSet<Result<()>>);

impl Flood {
    /// Begins to sign in by names that nobody has, each another one, with the same wrong password.
    pub(crate) async fn start(address: SocketAddr) -> Result<Self> {
        let names = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let connection = Connection::open(address).await?;
            tasks.spawn(try_on(connection, names.clone()));
        }
        Ok(Self(tasks))
    }

    /// Ends it.
    ///
    /// # Errors
    /// If a try was answered with something else than a refusal.
    pub(crate) async fn end(mut self) -> Result<()> {
        while let Some(ended) = self.0.try_join_next() {
            ended??;
        }
        self.0.shutdown().await;
        Ok(())
    }
}

async fn try_on(mut connection: Connection, names: Arc<AtomicU64>) -> Result<()> {
    loop {
        let name = names.fetch_add(1, Ordering::Relaxed);
        let form = format!("grant_type=password&username=nobody{name}%40example.com&password=wrong+{name}");
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let request = Request::new("POST", "/api/token", &headers, form.as_bytes());
        let (status, _) = connection.exchange(&request).await?;
        if !matches!(status, 400 | 429 | 503) {
            bail!("a sign-in by nobody was answered with {status}");
        }
    }
}
