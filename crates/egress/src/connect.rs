//! From a target to a connected, checked socket, and TLS on it.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::{FetchError, Refusal, Stage, TlsFault};
use crate::policy::Policy;
use crate::report::Record;
use crate::surroundings::Surroundings;
use crate::target::Target;
use crate::tls::tls_fault;

/// Addresses of one name that are tried; all of them are checked.
const MAX_TRIED: usize = 8;

/// Runs one stage within its own limit and the whole fetch's.
pub(crate) async fn within<T>(
    stage: Stage,
    limit: Duration,
    deadline: Instant,
    work: impl Future<Output = T>,
) -> Result<T, FetchError> {
    let until = Instant::now() + limit;
    timeout_at(until.min(deadline), work)
        .await
        .map_err(|_| FetchError::TimedOut(if until < deadline { stage } else { Stage::Total }))
}

/// What connecting takes, apart from the target.
#[derive(Debug)]
pub(crate) struct Dialer<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) surroundings: &'a Surroundings,
    pub(crate) deadline: Instant,
}

impl Dialer<'_> {
    /// A socket that is connected to a checked address of `target`.
    pub(crate) async fn dial(&self, target: &Target, record: &Record) -> Result<TcpStream, FetchError> {
        let addresses = self.resolve(target).await?;
        if let Some(first) = addresses.first() {
            record.address(*first);
        }
        for &ip in &addresses {
            self.check(target, ip).inspect_err(|_| record.address(ip)).map_err(FetchError::Blocked)?;
        }
        let limit = self.policy.limits.connect;
        within(Stage::Connect, limit, self.deadline, self.connect_any(target, &addresses, record)).await?
    }

    /// A literal address stands for itself, and is checked like the answer for a name.
    async fn resolve(&self, target: &Target) -> Result<Vec<IpAddr>, FetchError> {
        let Some(name) = target.name() else {
            return Ok(target.address().into_iter().collect());
        };
        let lookup = self.surroundings.resolver.resolve(name);
        let found = within(Stage::Resolve, self.policy.limits.connect, self.deadline, lookup).await?;
        let mut addresses = found.map_err(|_| FetchError::Unresolved)?;
        let mut seen = std::collections::HashSet::new();
        addresses.retain(|ip| seen.insert(*ip));
        if addresses.is_empty() { Err(FetchError::Unresolved) } else { Ok(addresses) }
    }

    fn check(&self, target: &Target, ip: IpAddr) -> Result<(), Refusal> {
        self.policy.check(target, ip, self.surroundings.own_addresses.is_own(ip))
    }

    /// One address after the other, each with an equal share of the time that is left.
    async fn connect_any(
        &self,
        target: &Target,
        addresses: &[IpAddr],
        record: &Record,
    ) -> Result<TcpStream, FetchError> {
        let until = Instant::now() + self.policy.limits.connect;
        let tried = addresses.len().min(MAX_TRIED);
        let mut outcome = FetchError::Unresolved;
        for (index, &ip) in addresses.iter().take(tried).enumerate() {
            record.address(ip);
            let share = (until - Instant::now()) / (tried - index) as u32;
            let attempt = self.connect(target, ip);
            match within(Stage::Connect, share, self.deadline, attempt).await.and_then(|done| done) {
                Ok(socket) => return Ok(socket),
                Err(error) => outcome = error,
            }
        }
        Err(outcome)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the gateway")]
    async fn connect(&self, target: &Target, ip: IpAddr) -> Result<TcpStream, FetchError> {
        let socket = TcpStream::connect(SocketAddr::new(ip, target.port()))
            .await
            .map_err(|error| unreachable(&error))?;
        let peer = socket.peer_addr().map_err(|error| unreachable(&error))?.ip();
        if peer != ip {
            return Err(FetchError::Blocked(Refusal::OtherPeer));
        }
        self.check(target, peer).map_err(FetchError::Blocked)?;
        socket.set_nodelay(true).map_err(|error| unreachable(&error))?;
        Ok(socket)
    }

    /// TLS on `socket`, for the target's name.
    pub(crate) async fn secure<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        target: &Target,
        socket: S,
        tls: &Arc<ClientConfig>,
    ) -> Result<TlsStream<S>, FetchError> {
        let name = target.server_name().map_err(|_| FetchError::Tls(TlsFault::WrongName))?;
        let handshake = TlsConnector::from(Arc::clone(tls)).connect(name, socket);
        within(Stage::Tls, self.policy.limits.connect, self.deadline, handshake)
            .await?
            .map_err(|error| FetchError::Tls(tls_fault(&error)))
    }
}

fn unreachable(error: &io::Error) -> FetchError {
    FetchError::Unreachable(error.kind())
}
