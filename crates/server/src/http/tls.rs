//! TLS 1.2 and 1.3, with a certificate that is read again when its files change.

mod pair;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Context;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use tokio::net::TcpStream;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub(crate) use pair::Pair;
use pair::Stamp;

use crate::config::Config;

/// How long a client may take for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The certificate and the key that are shown now.
#[derive(Debug)]
struct Certificates {
    pair: Pair,
    current: RwLock<Arc<CertifiedKey>>,
    seen: Mutex<Stamp>,
}

impl Certificates {
    /// Reads them for the first time.
    fn load(pair: Pair) -> anyhow::Result<Self> {
        let stamp = pair.stamp();
        let loaded = pair.load()?;
        Ok(Self { pair, current: RwLock::new(Arc::new(loaded)), seen: Mutex::new(stamp) })
    }

    /// A pair that is no good leaves the old one where it is: an authority's program may write one file after the other.
    fn renew(&self) {
        let stamp = self.pair.stamp();
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == stamp {
                return;
            }
            *seen = stamp;
        }
        match self.pair.load() {
            Ok(loaded) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
                tracing::info!("the new certificate is in use");
            }
            Err(error) => {
                tracing::error!(
                    error = format!("{error:#}"),
                    "the new certificate is no good; the old one stays in use"
                );
            }
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// Reads the files again whenever they have changed.
pub(crate) struct Renewing {
    certificates: Arc<Certificates>,
    hangup: Signal,
    every: Duration,
}

impl Renewing {
    /// Looks so often, and at each SIGHUP.
    pub(crate) async fn run(mut self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.every) => {}
                _ = self.hangup.recv() => {}
            }
            let own = self.certificates.clone();
            // Reading files may block, on a network's file system for long.
            let _ = tokio::task::spawn_blocking(move || own.renew()).await;
        }
    }
}

/// Makes TLS of connections.
pub(crate) struct Securing {
    acceptor: TlsAcceptor,
    handshakes: Arc<Semaphore>,
}

/// What the configuration asks for; None for plain connections. From now on SIGHUP is a reason to look at the files.
pub(crate) fn start(config: &Config) -> anyhow::Result<Option<(Securing, Renewing)>> {
    let Some(pair) = config.tls_pair() else { return Ok(None) };
    let certificates = Arc::new(Certificates::load(pair)?);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let versions = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13, &TLS12]);
    let mut tls = versions.context("TLS")?.with_no_client_auth().with_cert_resolver(certificates.clone());
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // At most half of the connections may be in their handshake: who only begins them can't keep others out.
    let handshakes = (config.http.connections as usize / 2).max(1);
    let securing = Securing {
        acceptor: TlsAcceptor::from(Arc::new(tls)),
        handshakes: Arc::new(Semaphore::new(handshakes)),
    };
    let hangup = signal(SignalKind::hangup()).context("SIGHUP")?;
    let every = Duration::from_secs(config.tls.reload_seconds.into());
    Ok(Some((securing, Renewing { certificates, hangup, every })))
}

impl Securing {
    /// A place for a handshake; None in a crowd.
    pub(super) fn admit(&self) -> Option<Admitted> {
        let Ok(place) = self.handshakes.clone().try_acquire_owned() else {
            failed("crowd");
            return None;
        };
        Some(Admitted { acceptor: self.acceptor.clone(), place })
    }
}

/// A connection that may do its handshake.
pub(super) struct Admitted {
    acceptor: TlsAcceptor,
    place: OwnedSemaphorePermit,
}

impl Admitted {
    /// None if the client is too slow, or speaks something else.
    pub(super) async fn secure(self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let outcome = tokio::time::timeout(HANDSHAKE, self.acceptor.accept(stream)).await;
        drop(self.place);
        match outcome {
            Ok(Ok(secured)) => Some(secured),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a handshake failed");
                failed("refused");
                None
            }
            Err(_) => {
                failed("slow");
                None
            }
        }
    }
}

fn failed(why: &'static str) {
    metrics::counter!("tls_failed_total", "why" => why).increment(1);
}
