//! Which addresses belong to the public internet, and what the others are for.
//!
//! One table, read top to bottom: the first network that holds an address names its class. Sources are the IANA
//! special-purpose address registries (RFC 6890 and its updates) and the RFC that reserves each block. The gateway is
//! stricter than the registries' column "globally reachable": blocks that tunnel or translate to another address (6to4,
//! Teredo, NAT64) are refused whole, whatever address they carry.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

#[cfg(test)]
mod tests;

/// Why an address isn't a public one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// `0.0.0.0` and `::`; connecting to them reaches the machine itself on many systems (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2).
    Unspecified,
    /// The rest of `0.0.0.0/8` (RFC 791 §3.2).
    ThisNetwork,
    /// `127.0.0.0/8` and `::1` (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    Loopback,
    /// RFC 1918.
    Private,
    /// Shared address space of carriers, `100.64.0.0/10` (RFC 6598); also holds metadata services of some clouds.
    CarrierNat,
    /// `169.254.0.0/16` and `fe80::/10`, where most metadata services are (RFC 3927, RFC 4291 §2.5.6).
    LinkLocal,
    /// `192.0.0.0/24` and `2001::/23` (RFC 6890 §2.1, RFC 2928).
    ProtocolAssignment,
    /// Addresses for examples (RFC 5737, RFC 3849, RFC 9637).
    Documentation,
    /// Networks for benchmarks (RFC 2544, RFC 5180).
    Benchmarking,
    /// RFC 5771, RFC 4291 §2.7.
    Multicast,
    /// `240.0.0.0/4` (RFC 1112 §4).
    Reserved,
    /// `255.255.255.255` (RFC 919 §7).
    Broadcast,
    /// A public address that a cloud gives to a service of the host itself: Azure's `168.63.129.16`.
    CloudPlatform,
    /// `fc00::/7` (RFC 4193).
    UniqueLocal,
    /// `fec0::/10`, deprecated (RFC 3879).
    SiteLocal,
    /// `::ffff:0:0/96` (RFC 4291 §2.5.5.2).
    Ipv4Mapped,
    /// `::/96`, deprecated (RFC 4291 §2.5.5.1).
    Ipv4Compatible,
    /// `::ffff:0:0:0/96` (RFC 2765 §2.1).
    Ipv4Translated,
    /// `64:ff9b::/96` and `64:ff9b:1::/48` (RFC 6052, RFC 8215).
    Nat64,
    /// `2002::/16` and the relays' `192.88.99.0/24` (RFC 3056, RFC 7526).
    SixToFour,
    /// `2001::/32` (RFC 4380).
    Teredo,
    /// `2001:10::/28`, `2001:20::/28` and `2001:30::/28`: hashes of keys, not places (RFC 4843, RFC 7343, RFC 9374).
    CryptographicIdentifier,
    /// `100::/64` and `100:0:0:1::/64` (RFC 6666, RFC 9780).
    DiscardOnly,
    /// `5f00::/16` (RFC 9602).
    SegmentRouting,
    /// Outside `2000::/3`, the only IPv6 space that is given out as global unicast (RFC 4291 §2.4).
    Unassigned,
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::ThisNetwork => "this-network",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::CarrierNat => "carrier NAT",
            Self::LinkLocal => "link-local",
            Self::ProtocolAssignment => "protocol assignment",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::Multicast => "multicast",
            Self::Reserved => "reserved",
            Self::Broadcast => "broadcast",
            Self::CloudPlatform => "cloud platform",
            Self::UniqueLocal => "unique local",
            Self::SiteLocal => "site-local",
            Self::Ipv4Mapped => "IPv4-mapped",
            Self::Ipv4Compatible => "IPv4-compatible",
            Self::Ipv4Translated => "IPv4-translated",
            Self::Nat64 => "NAT64",
            Self::SixToFour => "6to4",
            Self::Teredo => "Teredo",
            Self::CryptographicIdentifier => "cryptographic identifier",
            Self::DiscardOnly => "discard-only",
            Self::SegmentRouting => "segment routing",
            Self::Unassigned => "unassigned",
        })
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

const fn v6(segments: [u16; 8], prefix: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from_segments(segments), prefix))
}

/// The blocks, narrower ones before the wider ones that hold them.
pub(crate) const SPECIAL: &[(IpNet, AddressClass)] = &[
    (v4(0, 0, 0, 0, 32), AddressClass::Unspecified),
    (v4(0, 0, 0, 0, 8), AddressClass::ThisNetwork),
    (v4(10, 0, 0, 0, 8), AddressClass::Private),
    (v4(100, 64, 0, 0, 10), AddressClass::CarrierNat),
    (v4(127, 0, 0, 0, 8), AddressClass::Loopback),
    (v4(168, 63, 129, 16, 32), AddressClass::CloudPlatform),
    (v4(169, 254, 0, 0, 16), AddressClass::LinkLocal),
    (v4(172, 16, 0, 0, 12), AddressClass::Private),
    (v4(192, 0, 0, 0, 24), AddressClass::ProtocolAssignment),
    (v4(192, 0, 2, 0, 24), AddressClass::Documentation),
    (v4(192, 88, 99, 0, 24), AddressClass::SixToFour),
    (v4(192, 168, 0, 0, 16), AddressClass::Private),
    (v4(198, 18, 0, 0, 15), AddressClass::Benchmarking),
    (v4(198, 51, 100, 0, 24), AddressClass::Documentation),
    (v4(203, 0, 113, 0, 24), AddressClass::Documentation),
    (v4(224, 0, 0, 0, 4), AddressClass::Multicast),
    (v4(255, 255, 255, 255, 32), AddressClass::Broadcast),
    (v4(240, 0, 0, 0, 4), AddressClass::Reserved),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), AddressClass::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), AddressClass::Loopback),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), AddressClass::Ipv4Compatible),
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), AddressClass::Ipv4Mapped),
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96), AddressClass::Ipv4Translated),
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), AddressClass::Nat64),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), AddressClass::Nat64),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), AddressClass::DiscardOnly),
    (v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64), AddressClass::DiscardOnly),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), AddressClass::Teredo),
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), AddressClass::Benchmarking),
    (v6([0x2001, 0x10, 0, 0, 0, 0, 0, 0], 28), AddressClass::CryptographicIdentifier),
    (v6([0x2001, 0x20, 0, 0, 0, 0, 0, 0], 28), AddressClass::CryptographicIdentifier),
    (v6([0x2001, 0x30, 0, 0, 0, 0, 0, 0], 28), AddressClass::CryptographicIdentifier),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), AddressClass::ProtocolAssignment),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), AddressClass::Documentation),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), AddressClass::SixToFour),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), AddressClass::Documentation),
    (v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16), AddressClass::SegmentRouting),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), AddressClass::UniqueLocal),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), AddressClass::LinkLocal),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), AddressClass::SiteLocal),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), AddressClass::Multicast),
];

const GLOBAL_UNICAST_V6: IpNet = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// The class of an address that isn't public, or `None` for a public one.
pub fn special_class(ip: IpAddr) -> Option<AddressClass> {
    let listed = SPECIAL.iter().find(|(network, _)| network.contains(&ip)).map(|(_, class)| *class);
    if listed.is_none() && ip.is_ipv6() && !GLOBAL_UNICAST_V6.contains(&ip) {
        return Some(AddressClass::Unassigned);
    }
    listed
}

/// Whether an address is a unicast address of the public internet.
pub fn is_global(ip: IpAddr) -> bool {
    special_class(ip).is_none()
}
