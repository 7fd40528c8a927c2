use super::{MAX_URL_CHARS, Target};
use crate::error::UrlFault;

fn target(text: &str) -> Target {
    Target::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

fn fault(text: &str) -> UrlFault {
    Target::parse(text).expect_err(text)
}

#[test]
fn odd_spellings_of_addresses_are_addresses() {
    for (text, host) in [
        ("http://2130706433", "127.0.0.1"),
        ("http://0x7f000001", "127.0.0.1"),
        ("http://0177.0.0.01", "127.0.0.1"),
        ("http://0x7f.1", "127.0.0.1"),
        ("http://127.0.0.1.", "127.0.0.1"),
        ("http://①②⑦.⓪.⓪.①", "127.0.0.1"),
        ("http://127。0。0。1", "127.0.0.1"),
        ("http://%31%32%37.0.0.1", "127.0.0.1"),
        ("http:127.0.0.1", "127.0.0.1"),
        ("http:///127.0.0.1", "127.0.0.1"),
        ("http://0", "0.0.0.0"),
        ("http://[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
        (" http://[0:0:0:0:0:0:0:1]\t\n", "::1"),
    ] {
        let target = target(text);
        assert_eq!(target.address(), Some(host.parse().unwrap()), "{text}");
        assert_eq!(target.name(), None);
    }
}

#[test]
fn names_lose_case_and_trailing_dot() {
    for (text, name) in [
        ("https://Files.Example.NET/x", "files.example.net"),
        ("https://files.example.net./x", "files.example.net"),
        ("http://LOCALHOST.", "localhost"),
        ("http://lo%63alhost", "localhost"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("http://example.com\\@127.0.0.1", "example.com"),
    ] {
        assert_eq!(target(text).name().map(String::as_str), Some(name), "{text}");
    }
}

#[test]
fn what_cannot_be_fetched_says_why() {
    for text in [
        "",
        "x",
        "https://",
        "https:// /",
        "https://.",
        "https://..",
        "https://a..b",
        "https://.a",
        "https://a..",
        "//example.net/x",
        "/x",
        "https://[fe80::1%25eth0]/",
        "https://[::1",
        "http://127.0.0.256",
        "http://4294967296",
        "http://127.0.0.1%00.x",
        "ht\ntp://127.0.0.1",
        "https://exa\tmple.net",
        "https://example.net/\u{1}",
        "https://example.net:0/",
        "https://example.net:65536/",
        "https://a b/",
    ] {
        assert_eq!(fault(text), UrlFault::NotAUrl, "{text:?}");
    }
    assert_eq!(fault(&format!("https://{}.test/", "a.".repeat(130))), UrlFault::NotAUrl);
}

#[test]
fn only_http_and_https() {
    assert!(target("https://x.test").is_https());
    assert!(!target("HTTP://x.test").is_https());
    assert_eq!(fault("ftp://x.test/"), UrlFault::Scheme { found: Some("ftp") });
    assert_eq!(fault("file:///etc/passwd"), UrlFault::Scheme { found: Some("file") });
    assert_eq!(fault("data:image/png;base64,AAAA"), UrlFault::Scheme { found: Some("data") });
    assert_eq!(fault("hunter2:secret"), UrlFault::Scheme { found: None });
}

#[test]
fn credentials_are_refused_in_every_form() {
    for text in ["https://u@x.test", "https://u:p@x.test", "https://:p@x.test", "https://u@h@x.test"] {
        assert_eq!(fault(text), UrlFault::Credentials, "{text}");
    }
    assert_eq!(target("https://@x.test").authority(), "x.test", "an empty user name is none");
}

#[test]
fn the_length_is_capped_in_characters() {
    let url = |length: usize| {
        let start = "https://x.test/ü";
        format!("{start}{}", "a".repeat(length - start.chars().count()))
    };
    assert!(Target::parse(&url(MAX_URL_CHARS - 1)).is_ok());
    assert!(Target::parse(&url(MAX_URL_CHARS)).is_ok());
    assert_eq!(fault(&url(MAX_URL_CHARS + 1)), UrlFault::TooLong { found: MAX_URL_CHARS + 1 });
}

#[test]
fn the_request_names_host_port_path_and_query_but_no_fragment() {
    let parts = |text: &str| {
        let target = target(text);
        (target.authority(), target.path_and_query().to_owned())
    };
    assert_eq!(parts("https://x.test:443/a b?q#f"), ("x.test".to_owned(), "/a%20b?q".to_owned()));
    assert_eq!(parts("https://x.test:8443"), ("x.test:8443".to_owned(), "/".to_owned()));
    assert_eq!(parts("http://[::1]:80/?#"), ("[::1]".to_owned(), "/?".to_owned()));
}

#[test]
fn a_redirect_is_relative_to_where_it_came_from() {
    let from = target("https://x.test/a/b?q#f");
    let join = |location: &str| from.join(location).map(|target| target.url.to_string());
    assert_eq!(join("c"), Ok("https://x.test/a/c".to_owned()));
    assert_eq!(join("/c#g"), Ok("https://x.test/c".to_owned()));
    assert_eq!(join("//y.test/c"), Ok("https://y.test/c".to_owned()));
    assert_eq!(join(""), Ok("https://x.test/a/b?q".to_owned()));
    assert_eq!(join("//u@y.test/"), Err(UrlFault::Credentials));
    assert_eq!(join("javascript:alert(1)"), Err(UrlFault::Scheme { found: Some("javascript") }));
}

#[test]
fn the_suggested_name_is_the_last_segment() {
    let name = |text: &str| target(text).suggested_name();
    assert_eq!(name("https://x.test/a/J%C3%BCrgen%20front.jpg?sig=1"), Some("Jürgen front.jpg".to_owned()));
    assert_eq!(name("https://x.test/..%2Fetc"), Some("../etc".to_owned()));
    assert_eq!(name("https://x.test/%ff"), Some("\u{fffd}".to_owned()));
    assert_eq!(name("https://x.test/a/"), None);
    assert_eq!(name("https://x.test"), None);
}

#[test]
fn debug_shows_host_and_port_only() {
    let shown = format!("{:?}", target("https://x.test:8443/path-marker?query-marker#fragment-marker"));
    assert_eq!(shown, r#"Target { host: "x.test", port: 8443, .. }"#);
}
