//! What a request says, and what a good answer gives.

use bytes::Bytes;
use futures::Stream;
use proofdesk_egress::{FetchError, Report, Verdict};

use crate::support::server::{Server, ok};
use crate::support::{Setup, fetch, gateway, outcome};

#[tokio::test]
async fn a_request_says_what_it_must_and_no_more() {
    let server = Server::saying(ok(b"picture")).await;
    let url = server.url_at("one.test", "/a%20b/front.jpg?sig=1#fragment");
    assert_eq!(fetch(&gateway(), &url).await.unwrap(), b"picture");
    let port = server.address.port();
    let expected = format!(
        "GET /a%20b/front.jpg?sig=1 HTTP/1.1\r\nuser-agent: Proofdesk\r\naccept: */*\r\n\
         accept-encoding: identity\r\nhost: one.test:{port}\r\n\r\n"
    );
    assert_eq!(server.heads(), [expected]);
}

/// What the callers that hand a body on need of it.
fn assert_is_handed_on<S>(_: &S)
where
    S: Stream<Item = Result<Bytes, FetchError>> + Send + Unpin + 'static,
{
}

#[tokio::test]
async fn a_good_answer_gives_length_name_and_report() {
    let server = Server::saying(ok(b"picture")).await;
    let report = Report::default();
    let url = server.url_at("one.test", "/x/J%C3%BCrgen.jpg");
    let fetched = gateway().fetch_reported(&url, &report).await.unwrap();
    assert_is_handed_on(&fetched.body);
    assert_eq!(fetched.content_length, Some(7));
    assert_eq!(fetched.suggested_name.as_deref(), Some("Jürgen.jpg"));
    assert_eq!(report.snapshot().verdict, Verdict::Running);
    assert_eq!(crate::support::drain(fetched.body).await, Ok(7));
    let report = report.snapshot();
    assert_eq!(report.host.as_deref(), Some("one.test"));
    assert_eq!(report.resolved_ip, Some("127.0.0.1".parse().unwrap()));
    assert_eq!((report.hops, report.verdict, report.bytes), (0, Verdict::Fetched, 7));
    assert_eq!(report.wire_bytes, ok(b"picture").len() as u64);
}

#[tokio::test]
async fn a_body_may_be_chunked_or_end_with_the_connection() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;ext=1\r\npict\r\n3\r\nure\r\n0\r\nA: b\r\n\r\n";
    let until_close = "HTTP/1.0 200 OK\r\n\r\npicture";
    for answer in [chunked, until_close] {
        let server = Server::saying(answer).await;
        assert_eq!(fetch(&gateway(), &server.url("/")).await.unwrap(), b"picture", "{answer}");
    }
}

#[tokio::test]
async fn only_200_is_a_file() {
    for status in [201, 203, 204, 206, 300, 304, 305, 400, 401, 403, 404, 407, 410, 429, 500, 503] {
        let server = Server::saying(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n")).await;
        let (result, report) = outcome(&gateway(), &server.url("/")).await;
        assert_eq!(result, Err(FetchError::Status(status)));
        assert_eq!(report.snapshot().verdict, Verdict::WrongStatus);
    }
}

#[tokio::test]
async fn no_cookie_comes_back() {
    let answer = "HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nContent-Length: 0\r\n\r\n";
    let server = Server::saying(answer).await;
    let gateway = gateway();
    for _ in 0..2 {
        fetch(&gateway, &server.url("/")).await.unwrap();
    }
    assert_eq!(server.heads()[0], server.heads()[1]);
    assert!(!server.heads()[1].to_lowercase().contains("cookie"));
}

#[tokio::test]
async fn one_bad_address_among_good_ones_refuses_all() {
    let server = Server::saying(ok(b"picture")).await;
    let (result, _) = outcome(&gateway(), &server.url_at("mixed.test", "/")).await;
    assert!(matches!(result, Err(FetchError::Blocked(_))), "{result:?}");
    assert!(server.heads().is_empty());
}

#[tokio::test]
async fn a_name_without_address_does_not_resolve() {
    for host in ["none.test", "missing.test"] {
        let (result, report) = outcome(&gateway(), &format!("https://{host}/")).await;
        assert_eq!(result, Err(FetchError::Unresolved));
        assert_eq!(report.snapshot().host.as_deref(), Some(host));
    }
}

#[tokio::test]
async fn a_rule_for_a_name_opens_no_other_name_at_the_same_address() {
    let server = Server::saying(ok(b"picture")).await;
    let mut setup = Setup::default();
    setup.policy.allow = vec!["one.test".parse().unwrap()];
    let gateway = setup.gateway();
    assert_eq!(fetch(&gateway, &server.url_at("one.test", "/")).await.unwrap(), b"picture");
    let other = server.url_at("two.test", "/").replace("http:", "https:");
    assert!(matches!(outcome(&gateway, &other).await.0, Err(FetchError::Blocked(_))));
    assert!(matches!(outcome(&gateway, &server.url("/")).await.0, Err(FetchError::Url(_))));
    assert_eq!(server.heads().len(), 1);
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer() {
    let server = Server::saying(ok(b"picture")).await;
    let mut setup = Setup::default();
    let addresses = ["127.0.0.2", "127.0.0.1"].map(|ip| ip.parse().unwrap());
    setup.names.0.insert("pair.test".to_owned(), addresses.to_vec());
    let (result, report) = outcome(&setup.gateway(), &server.url_at("pair.test", "/")).await;
    assert_eq!(result, Ok(7));
    assert_eq!(report.snapshot().resolved_ip, Some(addresses[1]));
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let (result, report) = outcome(&gateway(), "http://127.0.0.1:1/").await;
    assert_eq!(result, Err(FetchError::Unreachable(std::io::ErrorKind::ConnectionRefused)));
    assert_eq!(report.snapshot().verdict, Verdict::Unreachable);
}
