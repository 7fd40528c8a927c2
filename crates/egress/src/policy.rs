//! What may leave, and how much of it: the operator's decisions, all from the configuration.

use std::net::IpAddr;
use std::time::Duration;

use crate::address::{AddressClass, special_class};
use crate::error::{Refusal, UrlFault};
use crate::rule::{AllowRule, DenyRule};
use crate::target::Target;

#[cfg(test)]
mod tests;

/// The operator's decisions on what may leave. Set in the configuration only, never by the API.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Targets that are open although the guard would refuse them.
    pub allow: Vec<AllowRule>,
    /// Targets that are closed whatever else holds.
    pub deny: Vec<DenyRule>,
    /// Whether `http://` on port 80 may be fetched, too. Off: `https://` on port 443 only.
    pub allow_http: bool,
    /// Ports that the desk itself listens on. On this machine's addresses they are closed even inside an allowed network,
    /// unless a rule names the port.
    pub own_ports: Vec<u16>,
    /// How much, how long, how many.
    pub limits: Limits,
}

/// How much, how long, how many. The defaults are those of `docs/egress.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body_bytes: u64,
    /// The largest head of an answer, in bytes; 8,192 at least.
    pub header_bytes: u32,
    /// Time for each of: looking up the name, connecting, the TLS handshake.
    pub connect: Duration,
    /// The longest wait for the head of an answer, and for the next bytes of a body.
    pub idle: Duration,
    /// The longest time a whole fetch may take, all redirects and the body included.
    pub total: Duration,
    /// Redirects followed.
    pub redirects: u8,
    /// The least bytes a second of a body, averaged over the time spent waiting for it.
    pub min_rate: u64,
    /// The time of waiting during which a body may be slower than [`Limits::min_rate`].
    pub min_rate_grace: Duration,
    /// A fetch that fails answers at a multiple of this time after its start, so that the time tells little about why.
    /// Zero: at once.
    pub failure_step: Duration,
    /// Fetches that run at the same time; more wait for their turn.
    pub concurrent: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 20 * 1024 * 1024,
            header_bytes: 64 * 1024,
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(10),
            total: Duration::from_secs(30),
            redirects: 3,
            min_rate: 1024,
            min_rate_grace: Duration::from_secs(5),
            failure_step: Duration::from_secs(1),
            concurrent: 16,
        }
    }
}

impl Policy {
    /// What can be told from the URL alone: plain HTTP that no rule can open.
    pub(crate) fn check_text(&self, target: &Target) -> Result<(), UrlFault> {
        if target.is_https() || self.allow_http || self.allow.iter().any(|rule| rule.may_open(target)) {
            Ok(())
        } else {
            Err(UrlFault::PlainHttp)
        }
    }

    /// Whether `target` may be reached at `ip`. `is_own` tells whether the address is one of this machine's.
    pub(crate) fn check(&self, target: &Target, ip: IpAddr, is_own: bool) -> Result<(), Refusal> {
        if self.deny.iter().any(|rule| rule.closes(target, ip)) {
            return Err(Refusal::Denied);
        }
        let class = special_class(ip);
        let mut opening = self.allow.iter().filter(|rule| rule.opens(target, ip)).peekable();
        if self.is_desk(target, ip, is_own) {
            return if opening.any(AllowRule::names_port) { Ok(()) } else { Err(Refusal::OwnPort) };
        }
        if opening.peek().is_some() {
            return Ok(());
        }
        match class {
            Some(class) => Err(Refusal::Address(class)),
            None if is_own => Err(Refusal::OwnAddress),
            None => self.check_port(target),
        }
    }

    /// Whether the desk itself would answer there.
    fn is_desk(&self, target: &Target, ip: IpAddr, is_own: bool) -> bool {
        let here = matches!(
            special_class(ip.to_canonical()),
            Some(AddressClass::Loopback | AddressClass::Unspecified | AddressClass::ThisNetwork)
        );
        (is_own || here) && self.own_ports.contains(&target.port())
    }

    fn check_port(&self, target: &Target) -> Result<(), Refusal> {
        match (target.is_https(), target.port()) {
            (true, 443) => Ok(()),
            (false, 80) if self.allow_http => Ok(()),
            (false, _) if !self.allow_http => Err(Refusal::PlainHttp),
            (_, port) => Err(Refusal::Port(port)),
        }
    }
}
