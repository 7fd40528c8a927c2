//! TLS to the server: always verified.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::OpenError;

/// How connections are encrypted: the server's certificate must be of one of these authorities (those of the operating
/// system where none are named), and be for the server's name.
pub(crate) fn connector(authorities: Option<&Path>) -> Result<MakeRustlsConnect, OpenError> {
    let builder = builder()?;
    let builder = match authorities {
        Some(path) => builder.with_root_certificates(roots(path)?),
        None => builder.with_platform_verifier().map_err(unusable)?,
    };
    Ok(MakeRustlsConnect::new(builder.with_no_client_auth()))
}

/// For connections without TLS: trusts nobody, and needn't read the operating system's certificates for that.
pub(crate) fn unused() -> Result<MakeRustlsConnect, OpenError> {
    let config = builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, OpenError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(unusable)
}

fn roots(path: &Path) -> Result<RootCertStore, OpenError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(unusable)? {
        roots.add(certificate.map_err(unusable)?).map_err(unusable)?;
    }
    if roots.is_empty() { Err(OpenError::Certificates("the file has none".to_owned())) } else { Ok(roots) }
}

fn unusable(error: impl std::fmt::Display) -> OpenError {
    OpenError::Certificates(error.to_string())
}
