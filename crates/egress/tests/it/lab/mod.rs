//! The laboratory for forged requests: a network namespace with nothing but `lo`, where every address of the world is this
//! machine's and answers. Whatever a hostile URL parses to, it reaches a canary here and nothing elsewhere, so that "no canary
//! was hit" means that the guard held, and the control with the guard lifted shows that the vectors bite.

mod dns;
mod vectors;
mod world;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use proofdesk_egress::{
    AllowRule, FetchError, Gateway, Limits, Policy, Refusal, Surroundings, TlsFault, Trust,
};
use proofdesk_testkit::namespace::{self, World, listed_spellings};
use rcgen::{CertificateParams, date_time_ymd};
use tokio_rustls::TlsAcceptor;

use self::vectors::{Delivery, Vector, all_vectors};
use self::world::{PUBLIC, Running, Site, Sites};
use crate::support::authority::{Authority, public_host, self_signed};
use crate::support::{Own, at_once, fetch};

/// Runs a test in a namespace of its own.
fn enter(test: &str, world: World, work: impl Future<Output = ()>) {
    namespace::enter(test, world, || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
    });
}

/// The guard as operators set it, with plain HTTP open, and the real resolver.
fn guarded(allow: Vec<AllowRule>) -> Gateway {
    // Some addresses swallow connections even here.
    let limits = Limits { connect: Duration::from_secs(1), ..at_once() };
    let policy = Policy { allow, allow_http: true, limits, ..Policy::default() };
    gateway(policy, &Authority::new())
}

fn gateway(policy: Policy, authority: &Authority) -> Gateway {
    // In the laboratory every address is the machine's own, which would refuse all before any other check.
    let surroundings =
        Surroundings { own_addresses: std::sync::Arc::new(Own(Vec::new())), ..Surroundings::system() };
    Gateway::with_surroundings(policy, &Trust::Only(vec![authority.certificate()]), surroundings).unwrap()
}

/// Rules that together open every address. The product has no switch for the guard; this is the only way to lift it.
fn everything() -> Vec<AllowRule> {
    let v4 = (0..=255).map(|first| format!("{first}.0.0.0/8"));
    let v6 = (0..=0xff_u16).step_by(2).map(|first| format!("{:x}::/7", first << 8));
    v4.chain(v6).map(|rule| rule.parse().unwrap()).collect()
}

/// How many vectors of each delivery hit a canary, of how many.
async fn reached(
    gateway: &Gateway,
    vectors: &[Vector],
    world: &Running,
) -> BTreeMap<Delivery, (usize, usize)> {
    let mut counts = BTreeMap::new();
    for vector in vectors {
        let before = world.canary_hits().len();
        for _ in 0..vector.tries {
            // Only the canaries' notes count: a request may arrive although its answer isn't one.
            drop(fetch(gateway, &vector.url).await);
        }
        let (reached, all) = counts.entry(vector.delivery).or_insert((0, 0));
        *reached += usize::from(world.canary_hits().len() > before);
        *all += 1;
    }
    counts
}

#[test]
fn no_forged_request_reaches_anything() {
    enter("lab::no_forged_request_reaches_anything", World::EveryAddress, async {
        let (vectors, sites, zones) = all_vectors();
        let redirects = vectors.iter().filter(|vector| vector.delivery.is_redirect()).count();
        let world = world::start(sites).await;
        dns::start(zones).await;
        let counts = reached(&guarded(Vec::new()), &vectors, &world).await;
        world.settle().await;
        assert_eq!(world.canary_hits(), Vec::<String>::new());
        assert!(counts.values().all(|(reached, _)| *reached == 0), "{counts:?}");
        assert!(vectors.len() >= 600, "{} vectors", vectors.len());
        assert!(counts.len() >= 18, "{counts:?}");
        assert!(world.redirects_served() >= redirects, "each redirect was asked for: {redirects}");
        assert_eq!(world.credentials_seen(), 0);
    });
}

#[test]
fn the_vectors_reach_when_the_guard_is_lifted() {
    enter("lab::the_vectors_reach_when_the_guard_is_lifted", World::EveryAddress, async {
        let (vectors, sites, zones) = all_vectors();
        let world = world::start(sites).await;
        dns::start(zones).await;
        let lifted = guarded(everything());
        let counts = reached(&lifted, &vectors, &world).await;
        for (delivery, (reached, all)) in &counts {
            let bites = match delivery {
                // Refused by the text of the redirect, with or without the guard.
                Delivery::RedirectWithCredentials => *reached == 0,
                // The address that is tried first is the public one in half of them.
                Delivery::MixedAnswer | Delivery::MixedFamilies => *reached * 3 >= *all,
                _ => *reached * 5 >= *all * 4,
            };
            assert!(bites, "{delivery:?}: {reached} of {all} reach");
        }
        let mut count = 0;
        for url in listed_spellings() {
            count += usize::from(fetch(&lifted, &url).await.is_ok_and(|body| body == world::CANARY));
        }
        assert!(count >= 22, "{count} of the listed spellings reach");
        assert!(world.canary_hits().len() >= 1000, "{}", world.canary_hits().len());
    });
}

#[test]
fn an_allow_rule_opens_its_target_and_no_other() {
    enter("lab::an_allow_rule_opens_its_target_and_no_other", World::EveryAddress, async {
        let zone = |ip: &str| dns::Zone::answering(&[ip.parse().unwrap()]);
        let zones = [("files.lab.test", zone("10.0.0.5")), ("other.lab.test", zone("10.0.0.5"))];
        let world = world::start(Sites::new()).await;
        dns::start(zones.map(|(name, zone)| (name.to_owned(), zone)).into_iter().collect()).await;
        let gateway = guarded(vec!["files.lab.test".parse().unwrap(), "127.0.0.0/8".parse().unwrap()]);
        for url in ["http://files.lab.test/", "http://files.lab.test:8080/", "http://127.0.0.1/"] {
            assert_eq!(fetch(&gateway, url).await.as_deref(), Ok(world::CANARY), "{url}");
        }
        let hits = world.canary_hits().len();
        for url in
            ["http://other.lab.test/", "http://10.0.0.5/", "http://[::1]/", "http://[::ffff:127.0.0.1]/"]
        {
            assert!(matches!(fetch(&gateway, url).await, Err(FetchError::Blocked(_))), "{url}");
        }
        world.settle().await;
        assert_eq!(world.canary_hits().len(), hits);
    });
}

/// Public hosts with TLS, each at an address of its own.
#[derive(Default)]
struct Hosts {
    sites: Sites,
    zones: dns::Zones,
}

impl Hosts {
    fn add(&mut self, index: u8, tls: TlsAcceptor) -> String {
        let (name, ip) = public_host(index);
        self.sites.insert(ip, Site { tls: Some(tls), ..Site::default() });
        self.zones.insert(name.clone(), dns::Zone::answering(&[ip]));
        name
    }
}

#[test]
fn twenty_public_hosts_are_reached() {
    enter("lab::twenty_public_hosts_are_reached", World::EveryAddress, async {
        let (authority, mut hosts) = (Authority::new(), Hosts::default());
        let names: Vec<String> = (0..20)
            .map(|index| {
                hosts.add(index, authority.acceptor(&[&public_host(index).0], &["http/1.1"], |_| {}))
            })
            .collect();
        let world = world::start(hosts.sites).await;
        dns::start(hosts.zones).await;
        let gateway = gateway(Policy { limits: at_once(), ..Policy::default() }, &authority);
        for name in &names {
            assert_eq!(
                fetch(&gateway, &format!("https://{name}/file")).await.as_deref(),
                Ok(PUBLIC),
                "{name}"
            );
            let head = world.public_heads().pop().unwrap();
            assert!(head.starts_with(&format!("{name} GET /file HTTP/1.1\r\n")), "{head}");
            assert!(head.contains(&format!("\r\nhost: {name}\r\n")), "{head}");
        }
        assert_eq!(world.public_heads().len(), 20);
        assert_eq!(world.credentials_seen(), 0, "nothing of .netrc was used");
        assert_eq!(world.canary_hits(), Vec::<String>::new(), "no proxy of the environment was asked");
    });
}

#[test]
fn bad_certificates_of_public_hosts_are_refused() {
    enter("lab::bad_certificates_of_public_hosts_are_refused", World::EveryAddress, async {
        let (authority, stranger) = (Authority::new(), Authority::new());
        let mut hosts = Hosts::default();
        let names: Vec<String> = (0..5).map(|index| public_host(index).0).collect();
        let spoiled = |index: usize, change: fn(&mut CertificateParams)| {
            authority.acceptor(&[&names[index]], &[], change)
        };
        let bad = [
            (
                spoiled(0, |params| {
                    params.not_after = date_time_ymd(2021, 1, 1);
                }),
                TlsFault::Expired,
            ),
            (
                spoiled(1, |params| {
                    params.not_before = date_time_ymd(2119, 1, 1);
                }),
                TlsFault::NotValidYet,
            ),
            (spoiled(0, |_| {}), TlsFault::WrongName),
            (self_signed(&[&names[3]]), TlsFault::UnknownIssuer),
            (stranger.acceptor(&[&names[4]], &[], |_| {}), TlsFault::BadCertificate),
        ];
        let mut faults = Vec::new();
        for (index, (tls, fault)) in bad.into_iter().enumerate() {
            faults.push((hosts.add(index as u8, tls), fault));
        }
        let world = world::start(hosts.sites).await;
        dns::start(hosts.zones).await;
        let gateway = gateway(Policy { limits: at_once(), ..Policy::default() }, &authority);
        for (name, fault) in faults {
            let result = fetch(&gateway, &format!("https://{name}/file")).await;
            assert_eq!(result, Err(FetchError::Tls(fault)), "{name}");
        }
        assert_eq!(world.public_heads(), Vec::<String>::new(), "nothing was asked for");
    });
}

#[test]
fn the_machines_own_addresses_are_refused() {
    enter("lab::the_machines_own_addresses_are_refused", World::ListedAddresses, async {
        let world = world::start(Sites::new()).await;
        let policy = Policy { allow_http: true, limits: at_once(), ..Policy::default() };
        let trust = Trust::Only(vec![Authority::new().certificate()]);
        let gateway = Gateway::new(policy, &trust).unwrap();
        for url in ["http://93.184.216.34/", "https://93.184.216.34/", "http://[2606:4700::1111]/"] {
            assert_eq!(fetch(&gateway, url).await, Err(FetchError::Blocked(Refusal::OwnAddress)), "{url}");
        }
        for url in ["http://93.184.216.35/", "http://[2606:4700::1112]/"] {
            assert!(
                matches!(fetch(&gateway, url).await, Err(FetchError::Unreachable(_))),
                "{url}: another machine's"
            );
        }
        world.settle().await;
        assert_eq!(world.public_heads().len() + world.canary_hits().len(), 0);
    });
}

#[test]
fn open_closed_and_missing_look_the_same() {
    enter("lab::open_closed_and_missing_look_the_same", World::EveryAddress, async {
        let world = world::start(Sites::new()).await;
        dns::start(HashMap::new()).await;
        let gateway = guarded(Vec::new());
        let mut texts = Vec::new();
        for url in [
            "http://10.0.0.5/",
            "http://10.0.0.5:8080/",
            "http://10.0.0.5:81/",
            "http://127.0.0.1/",
            "http://93.184.216.34:81/",
            "http://93.184.216.34/missing",
            "http://missing.lab.test/",
            "https://93.184.216.34/",
        ] {
            let error = fetch(&gateway, url).await.unwrap_err();
            texts.push((error.public_text(), error.public_class()));
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "{texts:?}");
        world.settle().await;
        assert_eq!(world.canary_hits(), Vec::<String>::new());
    });
}

/// An address of the list, for the vectors and the sites.
fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
