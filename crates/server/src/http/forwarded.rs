//! Who is behind a proxy: `X-Forwarded-For`, or `Forwarded` (RFC 7239), believed from the proxies of `http.proxies` only.
//!
//! Each proxy adds the address that it sees to the end, so a list is read from its end, and only as far as trusted proxies
//! wrote it. What stands before may be anybody's invention.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use proofdesk_api::Client;

use crate::config::{Http, ProxyHeader};

/// The most proxies that one request may have passed.
const MAX_HOPS: usize = 16;
/// The longest list that is read, in bytes over all its fields. One element has at most 47: an IPv6 address and a port.
const MAX_LIST: usize = 8 * 1024;

/// Which proxies are believed, and in which field.
#[derive(Clone, Debug)]
pub(super) struct Proxies {
    networks: Vec<IpNet>,
    header: ProxyHeader,
}

impl Proxies {
    pub(super) fn new(config: &Http) -> Self {
        Self { networks: config.proxies.clone(), header: config.proxy_header }
    }

    /// The right-most address that is no trusted proxy's; the peer's where there is none to be had.
    pub(super) fn source(&self, peer: SocketAddr, headers: &HeaderMap) -> Client {
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        if !self.trusts(peer.ip()) {
            return Client { address: peer, unclear: false };
        }
        match self.client(headers) {
            Ok(Some(client)) => Client { address: SocketAddr::new(client, 0), unclear: false },
            Ok(None) => Client { address: peer, unclear: false },
            Err(Unreadable) => Client { address: peer, unclear: true },
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// None if the proxy says nothing: it asks for itself, such as for our health.
    fn client(&self, headers: &HeaderMap) -> Result<Option<IpAddr>, Unreadable> {
        let fields = || headers.get_all(self.name()).iter().rev();
        if fields().map(HeaderValue::len).sum::<usize>() > MAX_LIST {
            return Err(Unreadable);
        }
        let mut last = None;
        let mut hops = 0;
        for field in fields() {
            let field = field.to_str().map_err(|_| Unreadable)?;
            for element in self.elements(field)?.into_iter().rev() {
                let address = self.address(element)?;
                if !self.trusts(address) {
                    return Ok(Some(address));
                }
                last = Some(address);
                hops += 1;
                if hops == MAX_HOPS {
                    return Err(Unreadable);
                }
            }
        }
        Ok(last)
    }

    fn name(&self) -> HeaderName {
        match self.header {
            ProxyHeader::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            ProxyHeader::Forwarded => axum::http::header::FORWARDED,
        }
    }

    fn elements<'a>(&self, field: &'a str) -> Result<Vec<&'a str>, Unreadable> {
        match self.header {
            ProxyHeader::XForwardedFor => Ok(field.split(',').map(str::trim).collect()),
            ProxyHeader::Forwarded => split(field, ','),
        }
    }

    fn address(&self, element: &str) -> Result<IpAddr, Unreadable> {
        let address = match self.header {
            ProxyHeader::XForwardedFor => plain(element).or_else(|| node(element)),
            ProxyHeader::Forwarded => node(node_of(element)?),
        };
        address.map(|address| address.to_canonical()).ok_or(Unreadable)
    }
}

/// What a trusted proxy wrote isn't an address: `unknown`, an obfuscated name, or nothing that RFC 7239 knows.
#[derive(Debug)]
struct Unreadable;

/// An address without a port, as most proxies write it.
fn plain(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// A node of RFC 7239 section 6: `192.0.2.43:47011`, `[2001:db8::17]`, `[2001:db8::17]:47011`.
fn node(text: &str) -> Option<IpAddr> {
    let (address, port) = if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        (IpAddr::V6(address.parse().ok()?), port.strip_prefix(':').or(port.is_empty().then_some(""))?)
    } else {
        let (address, port) = text.split_once(':').unwrap_or((text, ""));
        (IpAddr::V4(address.parse().ok()?), port)
    };
    let good = port.is_empty() || (port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()));
    good.then_some(address)
}

/// The value of `for` in one element of `Forwarded`: `for="[2001:db8::17]";proto=https`. The whole element has to be well
/// formed: else a quote that the client opens could swallow what the proxy adds.
fn node_of(element: &str) -> Result<&str, Unreadable> {
    let mut found = None;
    for pair in split(element, ';')? {
        let (name, value) = pair.split_once('=').ok_or(Unreadable)?;
        let value = unquoted(value).filter(|_| is_token(name)).ok_or(Unreadable)?;
        if name.eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return Err(Unreadable);
        }
    }
    found.ok_or(Unreadable)
}

/// A token, or what stands in quotes. Escapes stay as they are: no address needs one.
fn unquoted(value: &str) -> Option<&str> {
    let Some(rest) = value.strip_prefix('"') else {
        // Brackets and colons need quotes by the grammar, but many proxies leave them out.
        let good = |byte: u8| is_token_byte(byte) || matches!(byte, b'[' | b']' | b':');
        return value.bytes().all(good).then_some(value);
    };
    let inner = rest.strip_suffix('"')?;
    let mut escaped = false;
    for byte in inner.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return None,
            _ => {}
        }
    }
    (!escaped).then_some(inner)
}

/// A token of RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Splits where `by` stands outside of quotes.
fn split(text: &str, by: char) -> Result<Vec<&str>, Unreadable> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(|each: char| {
        let splits = each == by && !quoted;
        match each {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        splits
    });
    let parts = parts.map(str::trim).collect();
    if quoted { Err(Unreadable) } else { Ok(parts) }
}

#[cfg(test)]
mod tests;
