//! Ways to make the desk ask where it must not: spellings of an address, and ways to bring them in.

use proofdesk_testkit::namespace::{listed_spellings, more_spellings};
use std::net::IpAddr;

use super::dns::{Zone, Zones};
use super::ip;
use super::world::{PUBLIC_IP, Site, Sites};

/// How an address is brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Delivery {
    /// In the URL itself.
    Literal,
    /// In the URL itself, with a scheme of TLS.
    LiteralHttps,
    /// Redirects from a public site.
    Redirect301,
    Redirect302,
    Redirect303,
    Redirect307,
    Redirect308,
    /// A location that begins with `//`.
    RedirectProtocolRelative,
    /// A location with a user name.
    RedirectWithCredentials,
    /// By the third of three redirects.
    RedirectChain,
    /// A redirect to a name that resolves to it.
    RedirectToName,
    /// A name's A record.
    A,
    /// A name's AAAA record.
    Aaaa,
    /// Behind an alias.
    Cname,
    /// Behind a chain of aliases.
    CnameChain,
    /// Among good addresses.
    MixedAnswer,
    /// In AAAA, while A is good, or the other way round.
    MixedFamilies,
    /// Good at the first lookup, bad at the second.
    RebindingSecond,
    /// Bad at the third.
    RebindingThird,
    /// A redirect to the name itself, which has turned bad meanwhile.
    RedirectRebinding,
}

impl Delivery {
    pub(crate) fn is_redirect(self) -> bool {
        format!("{self:?}").starts_with("Redirect")
    }
}

/// One URL to try.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    pub(crate) delivery: Delivery,
    pub(crate) url: String,
    /// How often to try it.
    pub(crate) tries: usize,
}

/// Addresses for the records of names.
const ADDRESSES: [&str; 42] = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "0.0.0.1",
    "10.0.0.5",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "168.63.129.16",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::7f00:1",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "fe80::1",
    "ff02::1",
];

/// What collects vectors, and what has to be there for them.
#[derive(Default)]
struct Builder {
    vectors: Vec<Vector>,
    site: Site,
    zones: Zones,
}

impl Builder {
    fn add(&mut self, delivery: Delivery, url: impl Into<String>) {
        self.vectors.push(Vector { delivery, url: url.into(), tries: 1 });
    }

    /// A path of the public site that redirects to `location`.
    fn redirecting(&mut self, status: u16, location: &str) -> String {
        let path = format!("/redirect/{}", self.site.redirects.len());
        self.site.redirects.insert(path.clone(), (status, location.to_owned()));
        format!("http://{PUBLIC_IP}{path}")
    }

    fn name(&mut self, zone: Zone) -> String {
        let name = format!("name{}.lab.test", self.zones.len());
        self.zones.insert(name.clone(), zone);
        name
    }

    fn add_name(&mut self, delivery: Delivery, zone: Zone) {
        let name = self.name(zone);
        self.add(delivery, format!("http://{name}/"));
    }

    fn add_redirects(&mut self, spelling: &str) {
        for (status, delivery) in [
            (301, Delivery::Redirect301),
            (302, Delivery::Redirect302),
            (303, Delivery::Redirect303),
            (307, Delivery::Redirect307),
            (308, Delivery::Redirect308),
        ] {
            let url = self.redirecting(status, spelling);
            self.add(delivery, url);
        }
        let mut url = spelling.to_owned();
        for _ in 0..3 {
            url = self.redirecting(302, &url);
        }
        self.add(Delivery::RedirectChain, url);
        if let Some(rest) = spelling.strip_prefix("http://") {
            let relative = self.redirecting(302, &format!("//{rest}"));
            self.add(Delivery::RedirectProtocolRelative, relative);
            let with_user = self.redirecting(302, &format!("http://public.test@{rest}"));
            self.add(Delivery::RedirectWithCredentials, with_user);
        }
    }

    fn add_records(&mut self, bad: IpAddr) {
        let direct = if bad.is_ipv4() { Delivery::A } else { Delivery::Aaaa };
        self.add_name(direct, Zone::answering(&[bad]));
        let target = self.name(Zone::answering(&[bad]));
        self.add_name(Delivery::Cname, Zone::alias(&target));
        let second = self.name(Zone::alias(&target));
        let third = self.name(Zone::alias(&second));
        self.add_name(Delivery::CnameChain, Zone::alias(&third));
        let to_name = self.redirecting(302, &format!("http://{target}/"));
        self.add(Delivery::RedirectToName, to_name);
        let same_family = if bad.is_ipv4() { PUBLIC_IP } else { ip("2606:4700::1111") };
        self.add_name(Delivery::MixedAnswer, Zone::answering(&[same_family, bad]));
        self.add_name(Delivery::MixedAnswer, Zone::answering(&[bad, same_family]));
        if bad.is_ipv6() {
            self.add_name(Delivery::MixedFamilies, Zone::answering(&[PUBLIC_IP, bad]));
        }
    }

    fn add_rebinding(&mut self, bad: IpAddr) {
        for (count, delivery) in [(1, Delivery::RebindingSecond), (2, Delivery::RebindingThird)] {
            let name = self.name(Zone::rebinding(PUBLIC_IP, count, bad));
            self.vectors.push(Vector { delivery, url: format!("http://{name}/"), tries: 3 });
        }
        let name = self.name(Zone::rebinding(PUBLIC_IP, 1, bad));
        let url = self.redirecting(302, &format!("http://{name}/again"));
        self.add(Delivery::RedirectRebinding, url.replace(&PUBLIC_IP.to_string(), &name));
    }
}

/// All vectors, and the sites and zones that they need.
pub(crate) fn all_vectors() -> (Vec<Vector>, Sites, Zones) {
    let mut builder = Builder::default();
    for spelling in listed_spellings().chain(more_spellings()) {
        builder.add(Delivery::Literal, &spelling);
        if let Some(rest) = spelling.strip_prefix("http://") {
            builder.add(Delivery::LiteralHttps, format!("https://{rest}"));
        }
        if !spelling.contains('\n') {
            builder.add_redirects(&spelling);
        }
    }
    for bad in ADDRESSES.map(ip) {
        builder.add_records(bad);
        // An answer of one family can't turn into one of the other: the other family's would be asked at the first lookup.
        if bad.is_ipv4() {
            builder.add_rebinding(bad);
        }
    }
    (builder.vectors, Sites::from([(PUBLIC_IP, builder.site)]), builder.zones)
}
