//! Redirects: followed where the rules hold, each hop by all of them anew.

use proofdesk_egress::{AddressClass, FetchError, RedirectFault, Refusal, UrlFault};

use crate::support::server::{Server, ok, redirect};
use crate::support::{fetch, gateway, outcome};

/// A server that redirects `/from` to `location`, and has a file everywhere else.
async fn redirecting(status: u16, location: &str) -> Server {
    let answer = redirect(status, location);
    Server::start(move |mut conn| {
        let answer = if conn.head.starts_with("GET /from ") { answer.clone() } else { ok(b"picture") };
        async move {
            conn.say(answer).await;
            conn.close().await;
        }
    })
    .await
}

async fn fault(location: &str) -> FetchError {
    let server = redirecting(302, location).await;
    let (result, _) = outcome(&gateway(), &server.url("/from")).await;
    assert_eq!(server.heads().len(), 1, "{location}: the redirect was asked, and nothing else");
    result.unwrap_err()
}

#[tokio::test]
async fn all_five_kinds_are_followed_by_get() {
    for status in [301, 302, 303, 307, 308] {
        let server = redirecting(status, "/to?q#f").await;
        let (result, report) = outcome(&gateway(), &server.url("/from")).await;
        assert_eq!(result, Ok(7), "{status}");
        assert_eq!(report.snapshot().hops, 1);
        assert!(server.heads()[1].starts_with("GET /to?q HTTP/1.1\r\n"), "{status}");
        assert!(!server.heads()[1].to_lowercase().contains("referer"), "{status}");
    }
}

#[tokio::test]
async fn a_location_may_lead_to_another_host() {
    let other = Server::saying(ok(b"other")).await;
    for location in [other.url_at("two.test", "/x"), format!("//two.test:{}/x", other.address.port())] {
        let server = redirecting(302, &location).await;
        let (result, report) = outcome(&gateway(), &server.url("/from")).await;
        assert_eq!(result, Ok(5), "{location}");
        assert_eq!(report.snapshot().host.as_deref(), Some("two.test"));
    }
}

#[tokio::test]
async fn the_suggested_name_is_that_of_the_last_hop() {
    let server = redirecting(302, "/files/back.jpg").await;
    let fetched = gateway().fetch(&server.url("/from")).await.unwrap();
    assert_eq!(fetched.suggested_name.as_deref(), Some("back.jpg"));
}

/// Redirects `/n` to `/n-1`, and has a file at `/0`.
async fn countdown() -> Server {
    Server::start(|mut conn| async move {
        let path = conn.head.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
        let answer = match path.parse::<u32>().unwrap() {
            0 => ok(b"picture"),
            left => redirect(302, &format!("/{}", left - 1)),
        };
        conn.say(answer).await;
        conn.close().await;
    })
    .await
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let server = countdown().await;
    assert_eq!(fetch(&gateway(), &server.url("/3")).await.unwrap(), b"picture");
    let (result, report) = outcome(&gateway(), &server.url("/4")).await;
    assert_eq!(result, Err(FetchError::Redirect(RedirectFault::TooMany { limit: 3 })));
    assert_eq!(report.snapshot().hops, 3);
    assert_eq!(server.heads().len(), 4 + 4);
}

#[tokio::test]
async fn a_loop_ends() {
    let server = redirecting(307, "/from").await;
    let (result, _) = outcome(&gateway(), &server.url("/from")).await;
    assert_eq!(result, Err(FetchError::Redirect(RedirectFault::TooMany { limit: 3 })));
    assert_eq!(server.heads().len(), 4);
}

#[tokio::test]
async fn a_location_that_the_rules_refuse_is_not_followed() {
    let location = |fault| FetchError::Redirect(RedirectFault::Location(fault));
    assert_eq!(fault("http://user@127.0.0.1/").await, location(UrlFault::Credentials));
    assert_eq!(fault("//user:pass@127.0.0.1/").await, location(UrlFault::Credentials));
    assert_eq!(fault("ftp://127.0.0.1/").await, location(UrlFault::Scheme { found: Some("ftp") }));
    assert_eq!(fault("file:///etc/passwd").await, location(UrlFault::Scheme { found: Some("file") }));
    assert_eq!(fault("http://[::1").await, location(UrlFault::NotAUrl));
    let long = format!("/{}", "a".repeat(2048));
    assert_eq!(fault(&long).await, location(UrlFault::TooLong { found: 2049 }));
    let private = FetchError::Blocked(Refusal::Address(AddressClass::Private));
    assert_eq!(fault("https://10.0.0.5/").await, private);
    assert_eq!(fault("https://private.test/").await, private);
    assert_eq!(fault("//10.0.0.5/").await, private);
    let link_local = FetchError::Blocked(Refusal::Address(AddressClass::LinkLocal));
    assert_eq!(fault("http://169.254.169.254/latest/meta-data/").await, link_local);
}

#[tokio::test]
async fn a_redirect_without_one_readable_location_ends() {
    for head in ["", "Location: /a\r\nLocation: /b\r\n", "Location: /\u{ff}\r\n"] {
        let mut answer = b"HTTP/1.1 302 Found\r\n".to_vec();
        answer.extend(head.chars().map(|char| char as u8));
        answer.extend(b"Content-Length: 0\r\n\r\n");
        let server = Server::saying(answer).await;
        let (result, _) = outcome(&gateway(), &server.url("/")).await;
        assert_eq!(result, Err(FetchError::Redirect(RedirectFault::NoLocation)), "{head}");
    }
}

#[tokio::test]
async fn the_body_of_a_redirect_is_not_read() {
    let server = Server::start(|mut conn| async move {
        let followed = conn.head.starts_with("GET /to ");
        if followed {
            conn.say(ok(b"picture")).await;
            return conn.close().await;
        }
        conn.say("HTTP/1.1 302 Found\r\nLocation: /to\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        while conn.say(format!("4000\r\n{}\r\n", "x".repeat(0x4000))).await {}
    })
    .await;
    let (result, report) = outcome(&gateway(), &server.url("/from")).await;
    assert_eq!(result, Ok(7));
    assert!(report.snapshot().wire_bytes <= 2 * 256 * 1024, "{report:?}");
}
