use super::*;

fn proxies(header: ProxyHeader) -> Proxies {
    let networks =
        ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"].map(|network| network.parse().expect("a network"));
    Proxies { networks: networks.to_vec(), header }
}

/// Where a request from `peer` comes from; `?` behind it if that is unclear.
fn source(header: ProxyHeader, peer: &str, fields: &[&str]) -> String {
    let mut headers = HeaderMap::new();
    let name = proxies(header).name();
    for field in fields {
        headers.append(&name, HeaderValue::from_bytes(field.as_bytes()).expect("a value"));
    }
    // The other field is never looked at.
    let other = match header {
        ProxyHeader::XForwardedFor => ("forwarded", "for=198.51.100.66"),
        ProxyHeader::Forwarded => ("x-forwarded-for", "198.51.100.66"),
    };
    headers.append(other.0, HeaderValue::from_static(other.1));
    let source = proxies(header).source(format!("{peer}:4711").parse().expect("an address"), &headers);
    format!("{}{}", source.address.ip(), if source.unclear { "?" } else { "" })
}

#[test]
fn x_forwarded_for() {
    let long = "192.0.2.1, ".repeat(800);
    let many = vec!["10.1.1.1"; MAX_HOPS].join(", ");
    let few = format!("192.0.2.1, {}", vec!["10.1.1.1"; MAX_HOPS - 1].join(", "));
    for (peer, fields, expected) in [
        // Nobody but a proxy of ours is believed.
        ("203.0.113.9", vec!["192.0.2.1"], "203.0.113.9"),
        ("203.0.113.9", vec!["10.0.0.1", "127.0.0.1"], "203.0.113.9"),
        ("203.0.113.9", vec![], "203.0.113.9"),
        ("[::ffff:203.0.113.9]", vec!["192.0.2.1"], "203.0.113.9"),
        // What our proxy says.
        ("10.0.0.1", vec!["192.0.2.1"], "192.0.2.1"),
        ("[::ffff:10.0.0.1]", vec!["192.0.2.1"], "192.0.2.1"),
        ("[fd00::1]", vec!["2001:db8::17"], "2001:db8::17"),
        ("10.0.0.1", vec![" 192.0.2.1:47011 "], "192.0.2.1"),
        ("10.0.0.1", vec!["[2001:db8::17]"], "2001:db8::17"),
        ("10.0.0.1", vec!["[2001:db8::17]:443"], "2001:db8::17"),
        ("10.0.0.1", vec!["::ffff:192.0.2.1"], "192.0.2.1"),
        // Chains: the right-most that isn't ours; what stands before it is the client's own invention.
        ("10.0.0.1", vec!["198.51.100.1, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", vec!["127.0.0.1, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", vec!["198.51.100.1, 192.0.2.1, 10.2.3.4, 127.0.0.1"], "192.0.2.1"),
        ("10.0.0.1", vec!["198.51.100.1", "192.0.2.1", "10.2.3.4"], "192.0.2.1"),
        ("10.0.0.1", vec!["<script>, \"; drop, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", vec!["unknown", "192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", vec![&few], "192.0.2.1"),
        // All are ours: the one that asked first.
        ("10.0.0.1", vec!["10.9.9.9, 10.2.3.4"], "10.9.9.9"),
        ("10.0.0.1", vec![], "10.0.0.1"),
        // Nothing that can be believed.
        ("10.0.0.1", vec![&many], "10.0.0.1?"),
        ("10.0.0.1", vec![&long], "10.0.0.1?"),
        ("10.0.0.1", vec!["unknown"], "10.0.0.1?"),
        ("10.0.0.1", vec!["192.0.2.1, unknown"], "10.0.0.1?"),
        ("10.0.0.1", vec!["192.0.2.1, _hidden, 10.2.3.4"], "10.0.0.1?"),
        ("10.0.0.1", vec![""], "10.0.0.1?"),
        ("10.0.0.1", vec!["192.0.2.1,"], "10.0.0.1?"),
        ("10.0.0.1", vec!["192.0.2.1 10.2.3.4"], "10.0.0.1?"),
        ("10.0.0.1", vec!["192.0.2.256"], "10.0.0.1?"),
        ("10.0.0.1", vec!["192.0.2"], "10.0.0.1?"),
        ("10.0.0.1", vec!["0300.0.2.1"], "10.0.0.1?"),
        ("10.0.0.1", vec!["192.0.2.1:port"], "10.0.0.1?"),
        ("10.0.0.1", vec!["192.0.2.1:123456"], "10.0.0.1?"),
        ("10.0.0.1", vec!["[2001:db8::17"], "10.0.0.1?"),
        ("10.0.0.1", vec!["[2001:db8::17]443"], "10.0.0.1?"),
        ("10.0.0.1", vec!["fe80::1%eth0"], "10.0.0.1?"),
        ("10.0.0.1", vec!["for=192.0.2.1"], "10.0.0.1?"),
        ("10.0.0.1", vec!["\u{ff11}92.0.2.1"], "10.0.0.1?"),
        ("10.0.0.1", vec!["localhost"], "10.0.0.1?"),
    ] {
        assert_eq!(source(ProxyHeader::XForwardedFor, peer, &fields), expected, "{peer} {fields:?}");
    }
}

#[test]
fn forwarded() {
    for (peer, fields, expected) in [
        ("203.0.113.9", vec!["for=192.0.2.1"], "203.0.113.9"),
        ("10.0.0.1", vec!["for=192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", vec!["For=\"192.0.2.1:47011\""], "192.0.2.1"),
        ("10.0.0.1", vec!["for=192.0.2.1:47011"], "192.0.2.1"),
        ("10.0.0.1", vec!["proto=https; FOR=\"[2001:db8:cafe::17]:4711\" ;by=10.0.0.1"], "2001:db8:cafe::17"),
        ("10.0.0.1", vec!["for=\"[2001:db8:cafe::17]\""], "2001:db8:cafe::17"),
        ("10.0.0.1", vec!["for=198.51.100.1, for=192.0.2.1;host=\"a,b;c\", for=10.2.3.4"], "192.0.2.1"),
        ("10.0.0.1", vec!["for=unknown", "for=192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", vec!["for=192.0.2.1;host=\"a\\\"b\""], "192.0.2.1"),
        ("10.0.0.1", vec![], "10.0.0.1"),
        ("10.0.0.1", vec!["for=unknown"], "10.0.0.1?"),
        ("10.0.0.1", vec!["for=192.0.2.1, for=_gazonk"], "10.0.0.1?"),
        ("10.0.0.1", vec!["for=2001:db8::17"], "10.0.0.1?"),
        ("10.0.0.1", vec!["for=\"192.0.2.1"], "10.0.0.1?"),
        // An open quote of the client's must not swallow what the proxy adds, nor give it another meaning.
        ("10.0.0.1", vec!["for=\"198.51.100.1, for=192.0.2.1"], "10.0.0.1?"),
        ("10.0.0.1", vec!["for=198.51.100.1;x=\", for=192.0.2.1\""], "198.51.100.1"),
        ("10.0.0.1", vec!["for=198.51.100.1;x=\", for=192.0.2.1;host=\"a\\\"b\""], "10.0.0.1?"),
        ("10.0.0.1", vec!["for=192.0.2.1;for=198.51.100.1"], "10.0.0.1?"),
        ("10.0.0.1", vec!["proto=https"], "10.0.0.1?"),
        ("10.0.0.1", vec!["192.0.2.1"], "10.0.0.1?"),
        ("10.0.0.1", vec!["for="], "10.0.0.1?"),
    ] {
        assert_eq!(source(ProxyHeader::Forwarded, peer, &fields), expected, "{peer} {fields:?}");
    }
}
