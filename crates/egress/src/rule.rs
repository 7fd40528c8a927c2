//! Rules of the configuration that open or close single targets: `127.0.0.0/8`, `files.example.net:8443`, `[fd00::1]:443`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use url::Host;

use crate::target::Target;

#[cfg(test)]
mod tests;

/// Where a rule applies.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Network(IpNet),
    /// A name, lower case, in its ASCII form, with no trailing dot.
    Name(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    place: Place,
    port: Option<u16>,
}

/// Opens one target: lifts the checks of address, port and plain HTTP for a network or a host name, on one port or on all.
///
/// A rule for a name opens that name, not other names that resolve to the same address, nor its subdomains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowRule(Rule);

/// Closes one target, whatever the allow rules say. The same spellings as [`AllowRule`], but any width of network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenyRule(Rule);

/// Why the text of a rule was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The text is empty.
    #[error("a rule is empty")]
    Empty,
    /// The text is a URL, or holds a path, a user name or a wildcard.
    #[error(
        "write a network or a host name with an optional port, like 10.1.0.0/16 or files.example.net:8443"
    )]
    NotATarget,
    /// The port isn't a number from 1 to 65535.
    #[error("the port is a number from 1 to 65535")]
    Port,
    /// The network's address has bits set beyond its prefix.
    #[error("the network has host bits set beyond its prefix: write 127.0.0.0/8, not 127.0.0.1/8")]
    HostBits,
    /// Neither a network, nor an address in its usual spelling, nor a host name.
    #[error("neither a network in CIDR notation, nor an address, nor a host name")]
    Unreadable,
    /// So wide that it would turn the guard off.
    #[error("an allow rule is at least as narrow as /8 (IPv6: /7), since a wider one turns the guard off")]
    TooWide,
}

impl FromStr for AllowRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let rule = Rule::from_str(text)?;
        match rule.place {
            Place::Network(IpNet::V4(network)) if network.prefix_len() < 8 => Err(RuleError::TooWide),
            Place::Network(IpNet::V6(network)) if network.prefix_len() < 7 => Err(RuleError::TooWide),
            Place::Network(_) | Place::Name(_) => Ok(Self(rule)),
        }
    }
}

impl FromStr for DenyRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Rule::from_str(text).map(Self)
    }
}

impl fmt::Display for AllowRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for DenyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AllowRule {
    /// Whether this rule opens `target` when it is at `ip`.
    pub(crate) fn opens(&self, target: &Target, ip: IpAddr) -> bool {
        self.0.port_matches(target.port()) && self.0.place.holds(target, ip)
    }

    /// Whether this rule names the port, rather than all.
    pub(crate) fn names_port(&self) -> bool {
        self.0.port.is_some()
    }

    /// Whether this rule may turn out to open `target`, before its addresses are known.
    pub(crate) fn may_open(&self, target: &Target) -> bool {
        self.0.port_matches(target.port())
            && match &self.0.place {
                Place::Network(_) => true,
                Place::Name(name) => target.name() == Some(name),
            }
    }
}

impl DenyRule {
    /// Whether this rule closes `target` when it is at `ip`. An IPv4-mapped address counts as the IPv4 address, too.
    pub(crate) fn closes(&self, target: &Target, ip: IpAddr) -> bool {
        self.0.port_matches(target.port())
            && (self.0.place.holds(target, ip) || self.0.place.holds(target, ip.to_canonical()))
    }
}

impl Rule {
    fn port_matches(&self, port: u16) -> bool {
        self.port.is_none_or(|own| own == port)
    }
}

impl Place {
    fn holds(&self, target: &Target, ip: IpAddr) -> bool {
        match self {
            Self::Network(network) => network.contains(&ip),
            Self::Name(name) => target.name() == Some(name),
        }
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text.is_empty() {
            return Err(RuleError::Empty);
        }
        if text.contains("://") || text.contains(['@', '?', '#', '*', '\\', '%', ' ', '\t']) {
            return Err(RuleError::NotATarget);
        }
        if let Some(network) = parse_network(text)? {
            return Ok(Self { place: Place::Network(network), port: None });
        }
        let (place, port) = split_port(text)?;
        let place = match (parse_network(place)?, text.starts_with('[')) {
            (Some(network), _) => Place::Network(network),
            (None, true) => return Err(RuleError::Unreadable),
            (None, false) => Place::Name(parse_name(place)?),
        };
        Ok(Self { place, port })
    }
}

/// Splits `[::1]:8080`, `[::1]`, `name:8080` and `name`.
fn split_port(text: &str) -> Result<(&str, Option<u16>), RuleError> {
    let (place, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']').ok_or(RuleError::Unreadable)?;
            let port = after.strip_prefix(':');
            if port.is_none() && !after.is_empty() {
                return Err(RuleError::NotATarget);
            }
            (inside, port)
        }
        None => text.rsplit_once(':').map_or((text, None), |(place, port)| (place, Some(port))),
    };
    Ok((place, port.map(parse_port).transpose()?))
}

fn parse_port(text: &str) -> Result<u16, RuleError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&port| port != 0 && digits).ok_or(RuleError::Port)
}

fn parse_network(text: &str) -> Result<Option<IpNet>, RuleError> {
    let Ok(network) = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) else {
        return Ok(None);
    };
    if network.trunc() == network { Ok(Some(network)) } else { Err(RuleError::HostBits) }
}

/// The name in the form in which targets carry theirs. A spelling that a URL would take for an address is none.
fn parse_name(text: &str) -> Result<String, RuleError> {
    if text.contains('/') {
        return Err(RuleError::NotATarget);
    }
    match Host::parse(text) {
        Ok(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(&name);
            if name.is_empty() || name.ends_with('.') {
                Err(RuleError::Unreadable)
            } else {
                Ok(name.to_owned())
            }
        }
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => Err(RuleError::Unreadable),
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, self.port) {
            (Place::Network(network), None) => write!(f, "{network}"),
            (Place::Network(IpNet::V6(network)), Some(port)) => write!(f, "[{network}]:{port}"),
            (Place::Network(network), Some(port)) => write!(f, "{network}:{port}"),
            (Place::Name(name), None) => f.write_str(name),
            (Place::Name(name), Some(port)) => write!(f, "{name}:{port}"),
        }
    }
}
