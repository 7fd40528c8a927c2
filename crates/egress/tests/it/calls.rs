//! Calls: what they send, and what is taken of an answer.

use std::sync::{Arc, Mutex};

use proofdesk_egress::{Call, FetchError, MAX_ANSWER_BYTES, MAX_SENT_BYTES, RedirectFault};

use crate::support::gateway;
use crate::support::server::{Server, ok, redirect};

fn large(bytes: u64) -> Vec<u8> {
    ok(&vec![b'x'; usize::try_from(bytes).unwrap()])
}

#[tokio::test]
async fn a_form_is_sent_with_credentials_and_nothing_else() {
    let body = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&body);
    let server = Server::start(move |mut conn| {
        let seen = Arc::clone(&seen);
        async move {
            let mut sent = [0; 9];
            conn.read_exact(&mut sent).await;
            seen.lock().unwrap().extend_from_slice(&sent);
            conn.say(
                "HTTP/1.1 400 Bad\r\nContent-Type: Application/JSON; a=b\r\nContent-Length: 2\r\n\r\n{}",
            )
            .await;
            conn.close().await;
        }
    })
    .await;
    let call = Call::post(&server.url_at("one.test", "/token"), "a=1&b=%20".to_owned());
    let called = gateway().call(&call.authorized("Basic eDp5").unwrap()).await.unwrap();
    assert_eq!((called.status.as_u16(), called.media_type.as_str()), (400, "application/json"));
    assert_eq!(&called.body[..], b"{}");
    let expected = format!(
        "POST /token HTTP/1.1\r\nuser-agent: Proofdesk\r\naccept: application/json\r\n\
         content-type: application/x-www-form-urlencoded\r\nauthorization: Basic eDp5\r\n\
         accept-encoding: identity\r\nhost: one.test:{}\r\ncontent-length: 9\r\n\r\n",
        server.address.port()
    );
    assert_eq!(server.heads(), [expected]);
    assert_eq!(&body.lock().unwrap()[..], b"a=1&b=%20");
}

#[tokio::test]
async fn no_redirect_is_followed_and_the_form_goes_nowhere_else() {
    let other = Server::saying(ok(b"{}")).await;
    for status in [301, 302, 303, 304, 307, 308] {
        let server = Server::saying(redirect(status, &other.url("/"))).await;
        for call in [Call::get(&server.url("/")), Call::post(&server.url("/"), "a=1".to_owned())] {
            let error = gateway().call(&call).await.unwrap_err();
            assert_eq!(error, FetchError::Redirect(RedirectFault::TooMany { limit: 0 }), "{status}");
        }
    }
    assert!(other.heads().is_empty());
}

#[tokio::test]
async fn an_answer_has_a_limit_announced_or_not() {
    let taken = Server::saying(large(MAX_ANSWER_BYTES)).await;
    let called = gateway().call(&Call::get(&taken.url("/"))).await.unwrap();
    assert_eq!(called.body.len() as u64, MAX_ANSWER_BYTES);
    let announced = large(MAX_ANSWER_BYTES + 1);
    let head = announced.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let silent = [b"HTTP/1.0 200 OK\r\n\r\n", &announced[head + 4..]].concat();
    for (answer, found) in [(announced, Some(MAX_ANSWER_BYTES + 1)), (silent, None)] {
        let server = Server::saying(answer).await;
        let error = gateway().call(&Call::get(&server.url("/"))).await.unwrap_err();
        assert_eq!(error, FetchError::TooLarge { limit: MAX_ANSWER_BYTES, found });
    }
}

#[tokio::test]
async fn a_form_has_a_limit_too() {
    let server = Server::saying(ok(b"{}")).await;
    let call = Call::post(&server.url("/"), "x".repeat(MAX_SENT_BYTES + 1));
    let error = gateway().call(&call).await.unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { .. }), "{error:?}");
    assert!(server.heads().is_empty());
}

#[tokio::test]
async fn an_address_that_is_not_open_is_not_asked() {
    let server = Server::saying(ok(b"{}")).await;
    for host in ["mixed.test", "private.test"] {
        let call = Call::post(&server.url_at(host, "/"), "secret=1".to_owned());
        let error = gateway().call(&call).await.unwrap_err();
        assert!(matches!(error, FetchError::Blocked(_) | FetchError::Url(_)), "{error:?}");
    }
    assert!(server.heads().is_empty());
}

#[test]
fn a_call_shows_nothing_of_itself() {
    let call = Call::post("https://one.test/?a=top-secret", "b=top-secret".to_owned());
    let call = call.authorized("Basic top-secret").unwrap();
    assert!(!format!("{call:?}").contains("top-secret"));
    assert!(Call::get("https://one.test/").authorized("a\r\nb").is_none());
}
