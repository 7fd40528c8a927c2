//! What the gateway takes from the machine: names resolved, and which addresses are the machine's own. Parameters, so that
//! a test decides them.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::Semaphore;

/// Turns a host name into addresses.
pub trait Resolve: Send + Sync {
    /// All addresses of `host`, in the order in which to try them. An error or no address: the name doesn't resolve.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// Knows the machine's own addresses.
pub trait OwnAddresses: Send + Sync {
    /// Whether `ip` is one of this machine's addresses now.
    fn is_own(&self, ip: IpAddr) -> bool;
}

/// Resolver and own addresses, as the gateway uses them.
#[derive(Clone)]
pub struct Surroundings {
    /// Turns host names into addresses.
    pub resolver: Arc<dyn Resolve>,
    /// Knows the machine's own addresses.
    pub own_addresses: Arc<dyn OwnAddresses>,
}

impl Surroundings {
    /// The machine's real ones.
    pub fn system() -> Self {
        Self { resolver: Arc::new(SystemResolver::default()), own_addresses: Arc::new(BindProbe::default()) }
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").finish_non_exhaustive()
    }
}

/// Lookups of the system's resolver that run at once: each holds a thread for as long as the system lets it.
const LOOKUPS: usize = 32;

/// The system's resolver (`getaddrinfo`), so that `/etc/hosts` and a container's names work as everywhere else.
#[derive(Debug)]
pub struct SystemResolver {
    lookups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { lookups: Arc::new(Semaphore::new(LOOKUPS)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        let lookups = Arc::clone(&self.lookups);
        Box::pin(async move {
            let permit = lookups.acquire_owned().await.map_err(io::Error::other)?;
            let lookup = tokio::task::spawn_blocking(move || {
                // Held by the thread, not by the caller, which may have stopped waiting.
                let _permit = permit;
                (host.as_str(), 0).to_socket_addrs().map(|found| found.map(|address| address.ip()).collect())
            });
            lookup.await.map_err(io::Error::other)?
        })
    }
}

/// Asks the system whether a socket could be bound to an address: only the machine's own can. Nothing is sent, and an
/// address that appeared a moment ago is known.
#[derive(Debug)]
pub struct BindProbe {
    v4: bool,
    v6: bool,
}

impl Default for BindProbe {
    /// Tries addresses that are nobody's first: where those can be bound (`ip_nonlocal_bind`), the answer means nothing and
    /// isn't used.
    fn default() -> Self {
        let v4 = !can_bind(Ipv4Addr::new(192, 0, 2, 1).into());
        let v6 = !can_bind(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into());
        if !(v4 && v6) {
            tracing::warn!(
                target: "proofdesk::egress",
                "the system binds foreign addresses (ip_nonlocal_bind): list this machine's own under [egress] deny"
            );
        }
        Self { v4, v6 }
    }
}

impl OwnAddresses for BindProbe {
    fn is_own(&self, ip: IpAddr) -> bool {
        (if ip.is_ipv4() { self.v4 } else { self.v6 }) && can_bind(ip)
    }
}

fn can_bind(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}
