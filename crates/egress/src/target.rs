//! A URL that may be fetched as far as its text tells: where to, and what to ask for.

use std::fmt;
use std::net::IpAddr;

use http::uri::{Authority, PathAndQuery};
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use url::{Host, Url};

use crate::error::UrlFault;

#[cfg(test)]
mod tests;

/// The longest URL accepted, in characters as submitted.
pub const MAX_URL_CHARS: usize = 2048;

/// The longest host name (RFC 1035 §2.3.4), in its usual form without the trailing dot.
const MAX_NAME: usize = 253;

/// Schemes that a message may name. Another one isn't repeated: it might be part of a secret that was pasted.
const KNOWN_SCHEMES: &[&str] = &[
    "about",
    "blob",
    "data",
    "dict",
    "file",
    "ftp",
    "gopher",
    "jar",
    "javascript",
    "ldap",
    "mailto",
    "netdoc",
    "s3",
    "sftp",
    "smb",
    "tftp",
    "ws",
    "wss",
];

/// One place to fetch from. Its [`fmt::Debug`] shows the host and port only.
#[derive(Clone)]
pub(crate) struct Target {
    url: Url,
    host: TargetHost,
    port: u16,
}

#[derive(Clone, PartialEq, Eq)]
enum TargetHost {
    /// Lower case, ASCII, no trailing dot.
    Name(String),
    Address(IpAddr),
}

impl Target {
    /// Reads a URL as submitted. Spaces around it are ignored.
    pub(crate) fn parse(text: &str) -> Result<Self, UrlFault> {
        let text = readable(text)?;
        Self::from_url(Url::parse(text).map_err(|_| UrlFault::NotAUrl)?)
    }

    /// Reads the `Location` of a redirect, relative to this target (RFC 9110 §10.2.2).
    pub(crate) fn join(&self, location: &str) -> Result<Self, UrlFault> {
        let text = readable(location)?;
        Self::from_url(self.url.join(text).map_err(|_| UrlFault::NotAUrl)?)
    }

    fn from_url(mut url: Url) -> Result<Self, UrlFault> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlFault::Scheme { found: known_scheme(url.scheme()) });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlFault::Credentials);
        }
        url.set_fragment(None);
        let host = target_host(&url)?;
        let port = url.port_or_known_default().filter(|&port| port != 0).ok_or(UrlFault::NotAUrl)?;
        let target = Self { url, host, port };
        if target.fits_request() { Ok(target) } else { Err(UrlFault::NotAUrl) }
    }

    /// Whether the HTTP and TLS libraries take what the URL standard lets pass.
    fn fits_request(&self) -> bool {
        PathAndQuery::try_from(self.path_and_query()).is_ok()
            && Authority::try_from(self.authority()).is_ok()
            && self.server_name().is_ok()
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The host name, if the host isn't an address.
    pub(crate) fn name(&self) -> Option<&String> {
        match &self.host {
            TargetHost::Name(name) => Some(name),
            TargetHost::Address(_) => None,
        }
    }

    /// The address, if the host is one.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self.host {
            TargetHost::Name(_) => None,
            TargetHost::Address(ip) => Some(ip),
        }
    }

    /// The host for logs and audit.
    pub(crate) fn host(&self) -> String {
        match &self.host {
            TargetHost::Name(name) => name.clone(),
            TargetHost::Address(ip) => ip.to_string(),
        }
    }

    /// The name that the server's certificate must bear.
    pub(crate) fn server_name(&self) -> Result<ServerName<'static>, UrlFault> {
        match &self.host {
            TargetHost::Name(name) => ServerName::try_from(name.clone()).map_err(|_| UrlFault::NotAUrl),
            TargetHost::Address(ip) => Ok(ServerName::IpAddress((*ip).into())),
        }
    }

    /// Host and port as in a `Host` field (RFC 9110 §7.2): no port where it is the scheme's own.
    pub(crate) fn authority(&self) -> String {
        let host = match &self.host {
            TargetHost::Address(IpAddr::V6(ip)) => format!("[{ip}]"),
            TargetHost::Name(_) | TargetHost::Address(IpAddr::V4(_)) => self.host(),
        };
        self.url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
    }

    /// Path and query, as the request line bears them.
    pub(crate) fn path_and_query(&self) -> &str {
        &self.url[url::Position::BeforePath..url::Position::AfterQuery]
    }

    /// The last segment of the path, percent-decoded: what the file might be called.
    pub(crate) fn suggested_name(&self) -> Option<String> {
        let last = self.url.path_segments()?.next_back()?;
        let name = percent_decode_str(last).decode_utf8_lossy();
        (!name.is_empty()).then(|| name.into_owned())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("host", &self.host()).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Length and characters. The URL standard would drop tabs and line breaks silently; here they are a fault, since what a
/// person sees and what is fetched must be the same.
fn readable(text: &str) -> Result<&str, UrlFault> {
    let text = text.trim();
    let found = text.chars().count();
    if found > MAX_URL_CHARS {
        return Err(UrlFault::TooLong { found });
    }
    if text.chars().any(char::is_control) { Err(UrlFault::NotAUrl) } else { Ok(text) }
}

fn known_scheme(scheme: &str) -> Option<&'static str> {
    KNOWN_SCHEMES.iter().find(|known| **known == scheme).copied()
}

fn target_host(url: &Url) -> Result<TargetHost, UrlFault> {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            let wrong =
                name.is_empty() || name.len() > MAX_NAME || name.starts_with('.') || name.contains("..");
            if wrong || name.ends_with('.') {
                Err(UrlFault::NotAUrl)
            } else {
                Ok(TargetHost::Name(name.to_owned()))
            }
        }
        Some(Host::Ipv4(ip)) => Ok(TargetHost::Address(ip.into())),
        Some(Host::Ipv6(ip)) => Ok(TargetHost::Address(ip.into())),
        None => Err(UrlFault::NotAUrl),
    }
}
