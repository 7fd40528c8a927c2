use super::Policy;
use crate::address::AddressClass;
use crate::error::{Refusal, UrlFault};
use crate::target::Target;

const PUBLIC: &str = "93.184.216.34";

fn policy(allow: &[&str], deny: &[&str]) -> Policy {
    Policy {
        allow: allow.iter().map(|rule| rule.parse().unwrap()).collect(),
        deny: deny.iter().map(|rule| rule.parse().unwrap()).collect(),
        own_ports: vec![443, 8080],
        ..Policy::default()
    }
}

fn check(policy: &Policy, url: &str, ip: &str) -> Result<(), Refusal> {
    policy.check(&Target::parse(url).unwrap(), ip.parse().unwrap(), false)
}

#[test]
fn by_default_only_https_on_443_to_public_addresses() {
    let policy = policy(&[], &[]);
    assert_eq!(check(&policy, "https://x.test", PUBLIC), Ok(()));
    assert_eq!(check(&policy, "https://x.test:8443", PUBLIC), Err(Refusal::Port(8443)));
    assert_eq!(check(&policy, "https://x.test:80", PUBLIC), Err(Refusal::Port(80)));
    assert_eq!(check(&policy, "http://x.test", PUBLIC), Err(Refusal::PlainHttp));
    assert_eq!(check(&policy, "https://x.test", "10.0.0.1"), Err(Refusal::Address(AddressClass::Private)));
}

#[test]
fn the_flag_opens_plain_http_on_port_80_and_no_more() {
    let policy = Policy { allow_http: true, ..policy(&[], &[]) };
    assert_eq!(check(&policy, "http://x.test", PUBLIC), Ok(()));
    assert_eq!(check(&policy, "http://x.test:8000", PUBLIC), Err(Refusal::Port(8000)));
    assert_eq!(check(&policy, "http://x.test:443", PUBLIC), Err(Refusal::Port(443)));
    assert_eq!(check(&policy, "https://x.test:80", PUBLIC), Err(Refusal::Port(80)));
    assert_eq!(check(&policy, "http://x.test", "127.0.0.1"), Err(Refusal::Address(AddressClass::Loopback)));
}

#[test]
fn plain_http_is_a_fault_of_the_text_only_where_no_rule_could_open_it() {
    let target = Target::parse("http://x.test").unwrap();
    assert_eq!(policy(&[], &[]).check_text(&target), Err(UrlFault::PlainHttp));
    assert_eq!(policy(&["y.test", "10.0.0.0/8:81"], &[]).check_text(&target), Err(UrlFault::PlainHttp));
    assert_eq!(policy(&["x.test"], &[]).check_text(&target), Ok(()));
    assert_eq!(policy(&["10.0.0.0/8"], &[]).check_text(&target), Ok(()));
    assert_eq!(Policy { allow_http: true, ..Policy::default() }.check_text(&target), Ok(()));
    assert_eq!(Policy::default().check_text(&Target::parse("https://x.test").unwrap()), Ok(()));
}

#[test]
fn an_allow_rule_lifts_address_port_and_scheme_for_its_target_only() {
    let policy = policy(&["10.0.0.0/8", "files.test"], &[]);
    assert_eq!(check(&policy, "http://x.test:9000", "10.9.9.9"), Ok(()));
    assert_eq!(check(&policy, "http://files.test:9000", "192.168.1.1"), Ok(()));
    assert_eq!(
        check(&policy, "https://other.test", "192.168.1.1"),
        Err(Refusal::Address(AddressClass::Private)),
        "another name at the same address stays closed"
    );
}

#[test]
fn deny_wins_over_allow() {
    let policy = policy(&["10.0.0.0/8", "files.test"], &["10.1.0.0/16", "files.test:8443", "bad.test"]);
    assert_eq!(check(&policy, "https://x.test", "10.0.0.1"), Ok(()));
    assert_eq!(check(&policy, "https://x.test", "10.1.0.1"), Err(Refusal::Denied));
    assert_eq!(check(&policy, "https://files.test", "10.0.0.1"), Ok(()));
    assert_eq!(check(&policy, "https://files.test:8443", "10.0.0.1"), Err(Refusal::Denied));
    assert_eq!(check(&policy, "https://bad.test", PUBLIC), Err(Refusal::Denied));
}

#[test]
fn own_addresses_are_closed_unless_allowed() {
    let target = Target::parse("https://x.test").unwrap();
    let ip = PUBLIC.parse().unwrap();
    let other_ports = Policy { own_ports: vec![8080], ..Policy::default() };
    assert_eq!(other_ports.check(&target, ip, true), Err(Refusal::OwnAddress));
    let allowed = Policy { own_ports: vec![8080], ..policy(&["93.184.216.34"], &[]) };
    assert_eq!(allowed.check(&target, ip, true), Ok(()));
}

#[test]
fn the_desks_own_port_takes_a_rule_that_names_it() {
    let wide = policy(&["127.0.0.0/8", "::1", "::ffff:0:0/96"], &[]);
    assert_eq!(check(&wide, "http://x.test:9000", "127.0.0.1"), Ok(()));
    for ip in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        assert_eq!(check(&wide, "http://x.test:8080", ip), Err(Refusal::OwnPort), "{ip}");
    }
    let exact = policy(&["127.0.0.1:8080"], &[]);
    assert_eq!(check(&exact, "http://x.test:8080", "127.0.0.1"), Ok(()));
    let at_public = wide.check(&Target::parse("https://x.test").unwrap(), PUBLIC.parse().unwrap(), true);
    assert_eq!(at_public, Err(Refusal::OwnPort));
}
