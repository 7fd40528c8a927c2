//! A certificate with its key, in two PEM files.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::time::Time;

/// How long before its end a certificate is a reason to look.
const SOON: Duration = Duration::from_hours(14 * 24);

/// Where they lie.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// `tls.certificate`: the desk's own first, then those that lead to the authority.
    pub(crate) certificate: PathBuf,
    /// `tls.key`.
    pub(crate) key: PathBuf,
}

/// What changes when one of the files is written or put in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp([Option<FileStamp>; 2]);

#[derive(Clone, Debug, PartialEq, Eq)]
struct FileStamp {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds.
    changed: (i64, i64),
}

/// What a certificate says of itself.
pub(crate) struct Said {
    /// The names and addresses that it is for.
    pub(crate) names: Vec<String>,
    pub(crate) begins: Timestamp,
    pub(crate) ends: Timestamp,
}

impl Pair {
    pub(super) fn stamp(&self) -> Stamp {
        Stamp([&self.certificate, &self.key].map(|path| {
            let file = path.metadata().ok()?;
            let changed = (file.mtime(), file.mtime_nsec());
            Some(FileStamp { device: file.dev(), inode: file.ino(), size: file.size(), changed })
        }))
    }

    /// Reads both. Errors name the key of the configuration and the file, and never what is in it.
    pub(super) fn load(&self) -> anyhow::Result<CertifiedKey> {
        let chain = self.chain()?;
        let named = || format!("tls.key: {}", self.key.display());
        private(&self.key).with_context(named)?;
        let key =
            PrivateKeyDer::from_pem_file(&self.key).map_err(|error| told(&error)).with_context(named)?;
        let matched = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
        matched.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                anyhow::anyhow!("tls.key: {} is not the key of tls.certificate", self.key.display())
            }
            _ => anyhow::anyhow!("tls.key: {} holds a key that can't be used", self.key.display()),
        })
    }

    fn chain(&self) -> anyhow::Result<Vec<CertificateDer<'static>>> {
        let named = || format!("tls.certificate: {}", self.certificate.display());
        let read = CertificateDer::pem_file_iter(&self.certificate).and_then(Iterator::collect);
        let chain: Vec<_> = read.map_err(|error| told(&error)).with_context(named)?;
        ensure!(!chain.is_empty(), "{}: there is no certificate in it", named());
        Ok(chain)
    }

    /// Both are good; says what the certificate says of itself.
    pub(crate) fn check(&self) -> anyhow::Result<Said> {
        let loaded = self.load()?;
        let der = loaded.end_entity_cert().context("tls.certificate")?;
        Said::read(der).with_context(|| format!("tls.certificate: {}", self.certificate.display()))
    }
}

impl Said {
    fn read(der: &[u8]) -> anyhow::Result<Self> {
        let certificate = Certificate::from_der(der).map_err(|_| anyhow::anyhow!("it can't be read"))?;
        let body = certificate.tbs_certificate;
        let alternative: Option<(bool, SubjectAltName)> =
            body.get().map_err(|_| anyhow::anyhow!("its names can't be read"))?;
        let names = alternative.map(|(_, names)| names.0.iter().filter_map(name).collect());
        let at = |time: Time| Timestamp::from_second(time.to_unix_duration().as_secs() as i64);
        Ok(Self {
            names: names.unwrap_or_default(),
            begins: at(body.validity.not_before)?,
            ends: at(body.validity.not_after)?,
        })
    }

    /// It is for a name, and valid now; a note if it ends soon.
    pub(crate) fn judge(&self, now: Timestamp) -> anyhow::Result<Option<String>> {
        ensure!(!self.names.is_empty(), "tls.certificate: it is for no name; clients will refuse it");
        ensure!(self.begins <= now, "tls.certificate: it is valid from {} only", self.begins);
        ensure!(now <= self.ends, "tls.certificate: it has ended on {}", self.ends);
        let left = self.ends.duration_since(now);
        let soon = left.unsigned_abs() < SOON;
        Ok(soon.then(|| format!("the certificate ends on {}", self.ends)))
    }
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(bytes) => match bytes.as_bytes() {
            four if four.len() == 4 => {
                <[u8; 4]>::try_from(four).ok().map(|four| std::net::IpAddr::from(four).to_string())
            }
            more => <[u8; 16]>::try_from(more).ok().map(|bytes| std::net::IpAddr::from(bytes).to_string()),
        },
        _ => None,
    }
}

/// A key that others can read is no secret.
fn private(path: &Path) -> anyhow::Result<()> {
    let mode =
        path.metadata().map_err(|error| anyhow::anyhow!("it can't be read: {error}"))?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("others can read it: run chmod 600 {}", path.display());
    }
    Ok(())
}

/// What is wrong with a PEM file, without any of it.
fn told(error: &rustls::pki_types::pem::Error) -> anyhow::Error {
    use rustls::pki_types::pem::Error;
    match error {
        Error::Io(error) => anyhow::anyhow!("it can't be read: {error}"),
        Error::NoItemsFound => anyhow::anyhow!("nothing of the kind is in it"),
        _ => anyhow::anyhow!("it is not valid PEM"),
    }
}

#[cfg(test)]
mod tests;
