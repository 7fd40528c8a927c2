//! Servers and gateways of the tests.

pub(crate) mod authority;
pub(crate) mod server;

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use futures::future::BoxFuture;
use proofdesk_egress::{
    Body, FetchError, Gateway, Limits, OwnAddresses, Policy, Report, Resolve, Surroundings, Trust,
};
use rustls::pki_types::CertificateDer;

/// Names and their addresses; all other names don't resolve.
#[derive(Default)]
pub(crate) struct Names(pub(crate) HashMap<String, Vec<IpAddr>>);

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let found = self.0.get(host).cloned().ok_or_else(|| io::ErrorKind::NotFound.into());
        Box::pin(async move { found })
    }
}

/// A machine that has these addresses.
pub(crate) struct Own(pub(crate) Vec<IpAddr>);

impl OwnAddresses for Own {
    fn is_own(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip)
    }
}

/// What a test decides of a gateway.
pub(crate) struct Setup {
    pub(crate) policy: Policy,
    pub(crate) names: Names,
    pub(crate) authorities: Vec<CertificateDer<'static>>,
}

impl Default for Setup {
    /// Loopback is open, failures answer at once, and some names are there.
    fn default() -> Self {
        let names = [
            ("one.test", vec!["127.0.0.1"]),
            ("two.test", vec!["127.0.0.1"]),
            ("private.test", vec!["10.0.0.5"]),
            ("mixed.test", vec!["127.0.0.1", "10.0.0.5"]),
            ("none.test", vec![]),
        ];
        let addresses = |ips: Vec<&str>| ips.iter().map(|ip| ip.parse().unwrap()).collect();
        let names = names.map(|(name, ips)| (name.to_owned(), addresses(ips)));
        Self {
            policy: Policy {
                allow: vec!["127.0.0.0/8".parse().unwrap()],
                limits: at_once(),
                ..Policy::default()
            },
            names: Names(HashMap::from(names)),
            authorities: Vec::new(),
        }
    }
}

impl Setup {
    pub(crate) fn limits(change: impl FnOnce(&mut Limits)) -> Self {
        let mut setup = Self::default();
        change(&mut setup.policy.limits);
        setup
    }

    pub(crate) fn gateway(self) -> Gateway {
        let surroundings =
            Surroundings { resolver: Arc::new(self.names), own_addresses: Arc::new(Own(Vec::new())) };
        Gateway::with_surroundings(self.policy, &Trust::Only(self.authorities), surroundings).unwrap()
    }
}

pub(crate) fn at_once() -> Limits {
    Limits { failure_step: Duration::ZERO, ..Limits::default() }
}

/// A gateway to loopback with the default limits.
pub(crate) fn gateway() -> Gateway {
    Setup::default().gateway()
}

/// Reads a body to its end, counting only.
pub(crate) async fn drain(mut body: Body) -> Result<u64, FetchError> {
    let mut count = 0;
    while let Some(bytes) = body.try_next().await? {
        count += bytes.len() as u64;
    }
    Ok(count)
}

/// Fetches a whole body.
pub(crate) async fn fetch(gateway: &Gateway, url: &str) -> Result<Vec<u8>, FetchError> {
    let mut body = gateway.fetch(url).await?.body;
    let mut whole = Vec::new();
    while let Some(bytes) = body.try_next().await? {
        whole.extend_from_slice(&bytes);
    }
    Ok(whole)
}

/// Fetches and counts; the error of the head or of the body, and the report in any case.
pub(crate) async fn outcome(gateway: &Gateway, url: &str) -> (Result<u64, FetchError>, Report) {
    let report = Report::default();
    let result = match gateway.fetch_reported(url, &report).await {
        Ok(fetched) => drain(fetched.body).await,
        Err(error) => Err(error),
    };
    (result, report)
}
