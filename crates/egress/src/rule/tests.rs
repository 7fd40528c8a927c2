use super::{AllowRule, DenyRule, RuleError};
use crate::target::Target;

fn allow(text: &str) -> AllowRule {
    text.parse().unwrap()
}

fn opens(rule: &str, url: &str, ip: &str) -> bool {
    allow(rule).opens(&Target::parse(url).unwrap(), ip.parse().unwrap())
}

#[test]
fn every_spelling_reads_back_as_it_is_shown() {
    for (text, shown) in [
        ("127.0.0.0/8", "127.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3/32"),
        ("10.1.0.0/16:8443", "10.1.0.0/16:8443"),
        ("10.1.2.3:9000", "10.1.2.3/32:9000"),
        ("fd00::/8", "fd00::/8"),
        ("::1", "::1/128"),
        ("[::1]", "::1/128"),
        ("[::1]:8080", "[::1/128]:8080"),
        ("[fd00::/8]:443", "[fd00::/8]:443"),
        ("Files.Example.NET.", "files.example.net"),
        ("files.example.net:8443", "files.example.net:8443"),
        ("minio", "minio"),
        ("bücher.example", "xn--bcher-kva.example"),
    ] {
        let rule = allow(text);
        assert_eq!(rule.to_string(), shown);
        assert_eq!(allow(shown), rule, "{shown}");
    }
}

#[test]
fn what_is_no_rule_says_why() {
    for (text, error) in [
        ("", RuleError::Empty),
        ("http://files.example.net", RuleError::NotATarget),
        ("files.example.net/path", RuleError::NotATarget),
        ("*.example.net", RuleError::NotATarget),
        ("user@files.example.net", RuleError::NotATarget),
        ("a b", RuleError::NotATarget),
        ("[::1]x", RuleError::NotATarget),
        ("files.example.net:0", RuleError::Port),
        ("files.example.net:65536", RuleError::Port),
        ("files.example.net:+80", RuleError::Port),
        ("files.example.net:", RuleError::Port),
        ("127.0.0.1/8", RuleError::HostBits),
        ("[fd00::1/8]:443", RuleError::HostBits),
        ("10.0.0.0/33", RuleError::NotATarget),
        ("0177.0.0.1", RuleError::Unreadable),
        ("127.1", RuleError::Unreadable),
        ("2130706433", RuleError::Unreadable),
        ("[files.example.net]:80", RuleError::Unreadable),
        ("[::1", RuleError::Unreadable),
        (".", RuleError::Unreadable),
        ("0.0.0.0/0", RuleError::TooWide),
        ("0.0.0.0/7", RuleError::TooWide),
        ("::/0", RuleError::TooWide),
        ("c000::/2", RuleError::TooWide),
    ] {
        assert_eq!(text.parse::<AllowRule>(), Err(error), "{text}");
    }
}

#[test]
fn a_deny_rule_may_be_as_wide_as_it_likes() {
    let rule: DenyRule = "0.0.0.0/0".parse().unwrap();
    let target = Target::parse("https://example.net").unwrap();
    assert!(rule.closes(&target, "93.184.216.34".parse().unwrap()));
    assert!(rule.closes(&target, "::ffff:10.0.0.1".parse().unwrap()), "a mapped address is an IPv4 one, too");
    assert!(!rule.closes(&target, "2606:4700::1".parse().unwrap()));
}

#[test]
fn a_network_opens_its_addresses_on_its_port() {
    assert!(opens("127.0.0.0/8", "http://x.test:9000", "127.255.255.255"));
    assert!(!opens("127.0.0.0/8", "http://x.test:9000", "128.0.0.0"));
    assert!(opens("127.0.0.0/8:9000", "http://x.test:9000", "127.0.0.1"));
    assert!(!opens("127.0.0.0/8:9000", "http://x.test:9001", "127.0.0.1"));
    assert!(opens("127.0.0.0/8:80", "http://x.test", "127.0.0.1"), "the scheme's own port counts");
    assert!(
        !opens("127.0.0.0/8", "http://x.test", "::ffff:127.0.0.1"),
        "a mapped address isn't in an IPv4 rule"
    );
}

#[test]
fn a_name_opens_itself_only() {
    assert!(opens("files.example.net", "http://FILES.example.net.", "10.0.0.1"));
    assert!(!opens("files.example.net", "http://other.example.net", "10.0.0.1"));
    assert!(!opens("files.example.net", "http://sub.files.example.net", "10.0.0.1"));
    assert!(!opens("files.example.net", "http://10.0.0.1", "10.0.0.1"));
    assert!(!opens("files.example.net:8443", "https://files.example.net", "10.0.0.1"));
}
