//! What can go wrong with a fetch: all of it for the operator, next to nothing of it for who submitted the URL.
//!
//! No variant holds text of the URL, nor of the answer: neither can leak into a log or a message.

use std::fmt;
use std::io;

use crate::address::AddressClass;
use crate::report::Verdict;
use crate::target::MAX_URL_CHARS;

#[cfg(test)]
mod tests;

/// Why a fetch failed, in the detail that an operator needs. For the API's caller there is [`FetchError::public_text`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The text of the submitted URL is at fault.
    #[error("the URL {0}")]
    Url(UrlFault),
    /// The policy refuses the target.
    #[error("blocked: {0}")]
    Blocked(Refusal),
    /// A redirect that isn't followed.
    #[error("redirect: {0}")]
    Redirect(RedirectFault),
    /// The name has no address.
    #[error("the host name does not resolve")]
    Unresolved,
    /// No connection, or it broke.
    #[error("no connection: {0}")]
    Unreachable(io::ErrorKind),
    /// No TLS connection.
    #[error("TLS: {0}")]
    Tls(TlsFault),
    /// A stage took too long.
    #[error("timed out: {0}")]
    TimedOut(Stage),
    /// The body came slower than the least rate.
    #[error("slower than {min_rate} bytes a second")]
    TooSlow {
        /// The least rate, in bytes a second.
        min_rate: u64,
    },
    /// Another status than 200.
    #[error("status {0}")]
    Status(u16),
    /// The head of the answer is over its limit.
    #[error("the head of the answer is larger than {limit} bytes or has more fields than allowed")]
    HeadTooLarge {
        /// The limit, in bytes.
        limit: u32,
    },
    /// The answer isn't HTTP, or broke off.
    #[error("the answer is not valid HTTP or ended early")]
    BadAnswer,
    /// The body is over its limit.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
        /// The size that the server announced; `None` if it only turned out to be more than the limit.
        found: Option<u64>,
    },
    /// Too many fetches at once; this one's turn did not come.
    #[error("too many fetches at once")]
    Busy,
}

/// A fault that shows in the text of a URL. The display follows "the URL".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlFault {
    /// Not a URL with a host.
    #[error("is not valid")]
    NotAUrl,
    /// Another scheme than `http` or `https`.
    #[error("has another scheme than https")]
    Scheme {
        /// The scheme, if it is a known one; another one isn't repeated, since it may be part of a secret.
        found: Option<&'static str>,
    },
    /// Plain HTTP where only HTTPS is open.
    #[error("has the scheme http, and only https is open")]
    PlainHttp,
    /// A user name or a password.
    #[error("holds credentials")]
    Credentials,
    /// Longer than [`MAX_URL_CHARS`].
    #[error("is longer than {MAX_URL_CHARS} characters: {found}")]
    TooLong {
        /// Its length in characters.
        found: usize,
    },
}

/// Why the policy refuses a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The address isn't a public one.
    #[error("{0} address")]
    Address(AddressClass),
    /// The address is one of this machine's.
    #[error("address of this machine")]
    OwnAddress,
    /// The desk itself listens there.
    #[error("port of this service")]
    OwnPort,
    /// A port that isn't open.
    #[error("port {0}")]
    Port(u16),
    /// Plain HTTP where only HTTPS is open.
    #[error("plain HTTP")]
    PlainHttp,
    /// A deny rule.
    #[error("deny rule")]
    Denied,
    /// The socket is connected to another address than the checked one.
    #[error("connected to another address")]
    OtherPeer,
}

/// Why a redirect isn't followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectFault {
    /// More redirects than [`crate::Limits::redirects`].
    #[error("more than {limit}")]
    TooMany {
        /// The limit.
        limit: u8,
    },
    /// No readable `Location`.
    #[error("without a location")]
    NoLocation,
    /// The location's text is at fault.
    #[error("its location {0}")]
    Location(UrlFault),
    /// From `https` to `http`.
    #[error("from https to http")]
    Downgrade,
}

/// Why there is no TLS connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// The certificate has expired.
    #[error("certificate expired")]
    Expired,
    /// The certificate isn't valid yet.
    #[error("certificate not valid yet")]
    NotValidYet,
    /// The certificate is for other names.
    #[error("certificate for another name")]
    WrongName,
    /// The certificate's issuer isn't trusted.
    #[error("unknown issuer")]
    UnknownIssuer,
    /// The certificate is bad in another way.
    #[error("bad certificate")]
    BadCertificate,
    /// The handshake failed.
    #[error("handshake failed")]
    Handshake,
}

/// A stage of a fetch that has a time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looking up the name.
    Resolve,
    /// Connecting.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Waiting for the head of the answer.
    Head,
    /// Waiting for the next bytes of the body.
    Body,
    /// All of it.
    Total,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "name lookup",
            Self::Connect => "connect",
            Self::Tls => "TLS handshake",
            Self::Head => "head of the answer",
            Self::Body => "next bytes of the body",
            Self::Total => "whole fetch",
        })
    }
}

/// All that the API's caller may learn about why a fetch failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicClass {
    /// The submitted text is at fault, as its sender can see.
    Url,
    /// The file is over the size limit.
    TooLarge,
    /// Anything else: one class, so that nobody can probe a network with it.
    NotDownloaded,
}

impl FetchError {
    /// All that the API's caller may learn, as a class.
    pub fn public_class(&self) -> PublicClass {
        match self {
            Self::Url(_) => PublicClass::Url,
            Self::TooLarge { .. } => PublicClass::TooLarge,
            _ => PublicClass::NotDownloaded,
        }
    }

    /// All that the API's caller may learn, as the predicate of a sentence on the property that held the URL.
    pub fn public_text(&self) -> String {
        match self {
            Self::Url(fault) => fault.public_text(),
            Self::TooLarge { limit, found } => {
                let limit = bytes_text(*limit);
                match found {
                    Some(found) => format!("is larger than {limit}: found {}", bytes_text(*found)),
                    None => format!("is larger than {limit}: found more"),
                }
            }
            _ => "could not be downloaded".to_owned(),
        }
    }

    /// How the fetch counts in logs, audit and metrics.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Url(_) => Verdict::BadUrl,
            Self::Blocked(_) => Verdict::Blocked,
            Self::Redirect(_) => Verdict::BadRedirect,
            Self::Unresolved => Verdict::Unresolved,
            Self::Unreachable(_) => Verdict::Unreachable,
            Self::Tls(_) => Verdict::TlsFailed,
            Self::TimedOut(_) | Self::TooSlow { .. } => Verdict::TimedOut,
            Self::Status(_) => Verdict::WrongStatus,
            Self::HeadTooLarge { .. } | Self::BadAnswer => Verdict::BadAnswer,
            Self::TooLarge { .. } => Verdict::TooLarge,
            Self::Busy => Verdict::Busy,
        }
    }
}

impl UrlFault {
    fn public_text(self) -> String {
        match self {
            Self::NotAUrl => "is not a valid URL".to_owned(),
            Self::Scheme { found: Some(found) } => format!("must start with https://: found {found}"),
            Self::Scheme { found: None } => "must start with https://".to_owned(),
            Self::PlainHttp => "must start with https://: found http".to_owned(),
            Self::Credentials => "must not contain a user name or a password".to_owned(),
            Self::TooLong { found } => {
                format!("must be at most {MAX_URL_CHARS} characters long: found {found}")
            }
        }
    }
}

/// Whole mebibytes as such, other sizes in bytes.
fn bytes_text(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes > 0 && bytes.is_multiple_of(MIB) {
        format!("{} MiB", bytes / MIB)
    } else {
        format!("{bytes} bytes")
    }
}
