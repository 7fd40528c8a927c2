use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use proptest::prelude::*;

use super::{AddressClass, SPECIAL, is_global, special_class};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn each_block_has_its_class_at_both_ends() {
    let expected = [
        ("0.0.0.0", "0.0.0.0", AddressClass::Unspecified),
        ("0.0.0.1", "0.255.255.255", AddressClass::ThisNetwork),
        ("10.0.0.0", "10.255.255.255", AddressClass::Private),
        ("100.64.0.0", "100.127.255.255", AddressClass::CarrierNat),
        ("127.0.0.0", "127.255.255.255", AddressClass::Loopback),
        ("168.63.129.16", "168.63.129.16", AddressClass::CloudPlatform),
        ("169.254.0.0", "169.254.255.255", AddressClass::LinkLocal),
        ("172.16.0.0", "172.31.255.255", AddressClass::Private),
        ("192.0.0.0", "192.0.0.255", AddressClass::ProtocolAssignment),
        ("192.0.2.0", "192.0.2.255", AddressClass::Documentation),
        ("192.88.99.0", "192.88.99.255", AddressClass::SixToFour),
        ("192.168.0.0", "192.168.255.255", AddressClass::Private),
        ("198.18.0.0", "198.19.255.255", AddressClass::Benchmarking),
        ("198.51.100.0", "198.51.100.255", AddressClass::Documentation),
        ("203.0.113.0", "203.0.113.255", AddressClass::Documentation),
        ("224.0.0.0", "239.255.255.255", AddressClass::Multicast),
        ("240.0.0.0", "255.255.255.254", AddressClass::Reserved),
        ("255.255.255.255", "255.255.255.255", AddressClass::Broadcast),
        ("::", "::", AddressClass::Unspecified),
        ("::1", "::1", AddressClass::Loopback),
        ("::2", "::ffff:ffff", AddressClass::Ipv4Compatible),
        ("::ffff:0.0.0.0", "::ffff:255.255.255.255", AddressClass::Ipv4Mapped),
        ("::ffff:0:0.0.0.0", "::ffff:0:255.255.255.255", AddressClass::Ipv4Translated),
        ("64:ff9b::", "64:ff9b::ffff:ffff", AddressClass::Nat64),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", AddressClass::Nat64),
        ("100::", "100::ffff:ffff:ffff:ffff", AddressClass::DiscardOnly),
        ("100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", AddressClass::DiscardOnly),
        ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Teredo),
        ("2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::ProtocolAssignment),
        ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", AddressClass::Benchmarking),
        ("2001:10::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::CryptographicIdentifier),
        ("2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::ProtocolAssignment),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Documentation),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::SixToFour),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Documentation),
        ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::SegmentRouting),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::UniqueLocal),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::LinkLocal),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::SiteLocal),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Multicast),
        ("4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Unassigned),
        ("6000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Unassigned),
    ];
    for (first, last, class) in expected {
        assert_eq!(special_class(ip(first)), Some(class), "{first}");
        assert_eq!(special_class(ip(last)), Some(class), "{last}");
    }
}

#[test]
fn the_addresses_around_the_blocks_are_public() {
    let public = [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2000::",
        "2001:200::",
        "2001:db7:ffff::",
        "2001:db9::",
        "2003::",
        "2606:4700::1111",
        "3ffe:ffff::",
        "3fff:1000::",
        "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "8.8.8.8",
        "93.184.216.34",
    ];
    for address in public {
        assert!(is_global(ip(address)), "{address}");
    }
}

#[test]
fn no_wider_block_hides_a_narrower_one_below_it() {
    for (index, (narrow, class)) in SPECIAL.iter().enumerate() {
        for (wide, other) in &SPECIAL[..index] {
            assert!(
                !wide.contains(narrow) || wide == narrow,
                "{narrow} ({class}) is hidden by {wide} ({other})"
            );
        }
    }
}

proptest! {
    /// The standard library's own judgement, where it has a stable one, never is stricter than ours.
    #[test]
    fn what_the_standard_library_refuses_is_refused(bits: u32) {
        let address = Ipv4Addr::from(bits);
        let special = address.is_loopback() || address.is_private() || address.is_link_local()
            || address.is_broadcast() || address.is_documentation() || address.is_multicast()
            || address.is_unspecified();
        prop_assert!(!(special && is_global(address.into())), "{address}");
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_one_is_refused_in_every_wrapping(bits: u32) {
        let [a, b, c, d] = Ipv4Addr::from(bits).octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let wrappings = [
            [0, 0, 0, 0, 0, 0xffff, high, low],
            [0, 0, 0, 0, 0, 0, high, low],
            [0, 0, 0, 0, 0xffff, 0, high, low],
            [0x64, 0xff9b, 0, 0, 0, 0, high, low],
            [0x64, 0xff9b, 1, 0, 0, 0, high, low],
            [0x2002, high, low, 0, 0, 0, 0, 1],
            [0x2001, 0, high, low, 0, 0, !high, !low],
        ];
        for segments in wrappings {
            let address = Ipv6Addr::from_segments(segments);
            prop_assert!(!is_global(address.into()), "{address}");
        }
    }

    #[test]
    fn only_global_unicast_space_is_public(bits: u128) {
        let address = Ipv6Addr::from(bits);
        prop_assert!(!is_global(address.into()) || address.segments()[0] & 0xe000 == 0x2000, "{address}");
    }

    #[test]
    fn every_address_of_every_block_is_refused(index in 0..SPECIAL.len(), bits: u128) {
        let address: IpAddr = match SPECIAL[index].0 {
            IpNet::V4(block) => {
                let host = bits as u32 & u32::from(block.hostmask());
                Ipv4Addr::from(u32::from(block.network()) | host).into()
            }
            IpNet::V6(block) => {
                let host = bits & u128::from(block.hostmask());
                Ipv6Addr::from(u128::from(block.network()) | host).into()
            }
        };
        prop_assert!(!is_global(address), "{address}");
    }
}
