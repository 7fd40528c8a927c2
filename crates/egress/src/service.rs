//! A service of the operator's own, such as a malware scanner beside the desk.
//!
//! The rules for addresses don't hold here: nobody but the configuration names such a service, and most of them are on this
//! machine. What is sent goes as it is, without TLS.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// Where a service of the operator's listens: `tcp://HOST:PORT`, or `unix:/PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// A host name or an address, and a port.
    Tcp(String),
    /// The path of a socket.
    Unix(PathBuf),
}

/// The text names no service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be tcp://HOST:PORT or unix:/PATH")]
pub struct ServiceError;

/// A connection to a service.
pub trait Channel: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Channel for T {}

impl Service {
    /// Connects.
    ///
    /// # Errors
    /// Those of the operating system; `TimedOut` if it takes longer than `limit`.
    pub async fn dial(&self, limit: Duration) -> io::Result<Box<dyn Channel>> {
        timeout(limit, self.connect()).await.map_err(|_| io::ErrorKind::TimedOut)?
    }

    #[expect(clippy::disallowed_methods, reason = "this is the gateway")]
    async fn connect(&self) -> io::Result<Box<dyn Channel>> {
        match self {
            Self::Tcp(place) => {
                let socket = TcpStream::connect(place.as_str()).await?;
                socket.set_nodelay(true)?;
                Ok(Box::new(socket))
            }
            Self::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        }
    }
}

impl FromStr for Service {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.starts_with('/') { Ok(Self::Unix(path.into())) } else { Err(ServiceError) };
        }
        let place = text.strip_prefix("tcp://").ok_or(ServiceError)?;
        let (host, port) = place.rsplit_once(':').ok_or(ServiceError)?;
        let is_v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_host = is_v6.map_or(!host.contains([':', '/', '@', '[', ']']), |host| host.contains(':'));
        let is_port = port.parse::<u16>().is_ok_and(|port| port != 0);
        if host.is_empty() || !is_host || !is_port {
            return Err(ServiceError);
        }
        Ok(Self::Tcp(place.to_owned()))
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(place) => write!(f, "tcp://{place}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_a_host_with_a_port_or_a_path() {
        for good in ["tcp://127.0.0.1:3310", "tcp://clamav:3310", "tcp://[::1]:3310", "unix:/run/clamd.ctl"] {
            assert_eq!(good.parse::<Service>().map(|service| service.to_string()).as_deref(), Ok(good));
        }
        let bad = [
            "",
            "127.0.0.1:3310",
            "tcp://",
            "tcp://host",
            "tcp://:3310",
            "tcp://host:0",
            "tcp://host:70000",
            "tcp://a/b:1",
            "tcp://me@host:1",
            "tcp://::1:3310",
            "unix:",
            "unix:run/clamd.ctl",
            "http://host:1",
        ];
        for bad in bad {
            assert_eq!(bad.parse::<Service>(), Err(ServiceError), "{bad}");
        }
    }
}
