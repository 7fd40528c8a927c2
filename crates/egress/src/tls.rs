//! TLS as a client: whom to trust, and why a handshake failed.

use std::io;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::error::TlsFault;

/// Whose certificates are good.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The operating system's authorities.
    System,
    /// These authorities and no others.
    Only(Vec<CertificateDer<'static>>),
}

/// Why no gateway could be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The authorities could not be loaded: on a small image, the package `ca-certificates` may be missing.
    #[error("no usable certificate authorities (is the package ca-certificates installed?): {0}")]
    Authorities(#[source] rustls::Error),
    /// TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    Tls(#[source] rustls::Error),
    /// A limit that can't hold.
    #[error("egress limit: {0}")]
    Limit(&'static str),
}

/// TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1, no session kept from one fetch to the next.
pub(crate) fn client_config(trust: &Trust) -> Result<Arc<ClientConfig>, SetupError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(SetupError::Tls)?;
    let mut config = match trust {
        Trust::System => builder
            .dangerous() // the name of the method; the verifier is the platform's own
            .with_custom_certificate_verifier(system_verifier(provider)?)
            .with_no_client_auth(),
        Trust::Only(authorities) => {
            builder.with_root_certificates(root_store(authorities)?).with_no_client_auth()
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

fn system_verifier(provider: Arc<CryptoProvider>) -> Result<Arc<Verifier>, SetupError> {
    Verifier::new(provider).map(Arc::new).map_err(SetupError::Authorities)
}

fn root_store(authorities: &[CertificateDer<'static>]) -> Result<RootCertStore, SetupError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority.clone()).map_err(SetupError::Authorities)?;
    }
    Ok(roots)
}

/// The fault behind an error of the handshake.
pub(crate) fn tls_fault(error: &io::Error) -> TlsFault {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(fault)) => certificate_fault(fault),
        _ => TlsFault::Handshake,
    }
}

fn certificate_fault(fault: &CertificateError) -> TlsFault {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsFault::NotValidYet,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFault::WrongName
        }
        CertificateError::UnknownIssuer => TlsFault::UnknownIssuer,
        _ => TlsFault::BadCertificate,
    }
}
