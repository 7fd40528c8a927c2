//! Answers that are too large, too long, or broken.

use std::time::Duration;

use futures::TryStreamExt as _;
use proofdesk_egress::{FetchError, Verdict};

use crate::support::server::{Conn, Server, ok};
use crate::support::{Setup, fetch, gateway, outcome};

const MIB: u64 = 1024 * 1024;
const BODY_LIMIT: u64 = 20 * MIB;

const TOO_LARGE: FetchError = FetchError::TooLarge { limit: BODY_LIMIT, found: None };
const HEAD_TOO_LARGE: FetchError = FetchError::HeadTooLarge { limit: 64 * 1024 };

async fn endless(mut conn: Conn, head: &'static str, piece: String) {
    conn.say(head).await;
    while conn.say(&piece).await {}
}

#[tokio::test]
async fn an_endless_body_ends_at_the_limit() {
    let heads = [
        ("HTTP/1.1 200 OK\r\n\r\n", "x".repeat(0x4000)),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            format!("4000\r\n{}\r\n", "x".repeat(0x4000)),
        ),
    ];
    for (head, piece) in heads {
        let server = Server::start(move |conn| endless(conn, head, piece.clone())).await;
        let (result, report) = outcome(&gateway(), &server.url("/")).await;
        assert_eq!(result, Err(TOO_LARGE), "{head}");
        let report = report.snapshot();
        assert_eq!(report.verdict, Verdict::TooLarge);
        assert!(report.bytes <= BODY_LIMIT, "{report:?}");
        assert!(report.wire_bytes <= BODY_LIMIT + 64 * 1024 + 128 * 1024, "{report:?}");
    }
}

#[tokio::test]
async fn a_body_may_be_exactly_as_large_as_the_limit() {
    let limit = 100_000;
    let gateway = || Setup::limits(|limits| limits.body_bytes = limit).gateway();
    for (size, expected) in [(limit - 1, Ok(limit - 1)), (limit, Ok(limit))] {
        let server = Server::saying(ok(&vec![7; size as usize])).await;
        assert_eq!(outcome(&gateway(), &server.url("/")).await.0, expected);
    }
    let announced = Server::saying(ok(&vec![7; limit as usize + 1])).await;
    let (result, report) = outcome(&gateway(), &announced.url("/")).await;
    assert_eq!(result, Err(FetchError::TooLarge { limit, found: Some(limit + 1) }));
    assert_eq!(report.snapshot().bytes, 0);
    let mut unannounced = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    unannounced.extend(vec![7; limit as usize + 1]);
    let unannounced = Server::saying(unannounced).await;
    let (result, _) = outcome(&gateway(), &unannounced.url("/")).await;
    assert_eq!(result, Err(FetchError::TooLarge { limit, found: None }));
}

#[tokio::test]
async fn a_hundred_gigabytes_are_refused_before_they_are_read() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 107374182400\r\n\r\n";
    let server = Server::start(move |conn| endless(conn, head, "x".repeat(0x4000))).await;
    let (result, report) = outcome(&gateway(), &server.url("/")).await;
    let found = Some(107_374_182_400);
    assert_eq!(result, Err(FetchError::TooLarge { limit: BODY_LIMIT, found }));
    assert!(report.snapshot().wire_bytes <= 256 * 1024, "{report:?}");
}

#[tokio::test]
async fn a_compressed_body_is_passed_on_as_it_is() {
    // The head of a gzip stream; what follows does not matter, since nobody inflates it.
    let bomb = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 1000]].concat();
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", bomb.len())
            .into_bytes();
    answer.extend_from_slice(&bomb);
    let server = Server::saying(answer).await;
    assert_eq!(fetch(&gateway(), &server.url("/")).await.unwrap(), bomb);
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let many = "X: 1\r\n".repeat(10_000);
    let few_too_many = "X: 1\r\n".repeat(101);
    let long = format!("X: {}\r\n", "x".repeat(65 * 1024));
    for fields in [many, few_too_many, long] {
        let server = Server::saying(format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n")).await;
        let (result, report) = outcome(&gateway(), &server.url("/")).await;
        assert_eq!(result, Err(HEAD_TOO_LARGE), "{} bytes", fields.len());
        assert!(report.snapshot().wire_bytes <= 256 * 1024, "{report:?}");
    }
}

#[tokio::test]
async fn a_head_just_below_the_limit_is_read() {
    let fields = format!("X: {}\r\n", "x".repeat(700)).repeat(90);
    assert!((60_000..64 * 1024).contains(&fields.len()));
    let server = Server::saying(format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n")).await;
    assert_eq!(outcome(&gateway(), &server.url("/")).await.0, Ok(0));
}

#[tokio::test]
async fn an_endless_head_ends() {
    for (head, piece) in [
        ("", "HTTP/1.1 100 Continue\r\n\r\n".to_owned()),
        ("", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".to_owned()),
        ("HTTP/1.1 200 OK\r\nX: ", "x".repeat(1000)),
        ("HTTP/1.1 200 ", "x".repeat(1000)),
    ] {
        let server = Server::start(move |conn| endless(conn, head, piece.clone())).await;
        let (result, report) = outcome(&gateway(), &server.url("/")).await;
        assert_eq!(result, Err(HEAD_TOO_LARGE), "{head}");
        assert!(report.snapshot().wire_bytes <= 256 * 1024, "{report:?}");
    }
}

#[tokio::test]
async fn chunk_extensions_and_trailers_are_bounded() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let pieces = [
        format!("1;{}\r\nx\r\n", "e".repeat(1000)),
        format!("1;{}", "e".repeat(1000)),
        "1\r\nx\r\n".repeat(1000),
    ];
    for piece in pieces {
        let server = Server::start(move |conn| endless(conn, head, piece.clone())).await;
        let gateway = Setup::limits(|limits| limits.body_bytes = MIB).gateway();
        let (result, report) = outcome(&gateway, &server.url("/")).await;
        assert!(matches!(result, Err(FetchError::BadAnswer | FetchError::TooLarge { .. })), "{result:?}");
        assert!(report.snapshot().wire_bytes <= MIB + MIB / 16 + 192 * 1024, "{report:?}");
    }
    let trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n";
    let server =
        Server::start(move |conn| endless(conn, trailers, "T: xxxxxxxxxxxxxxxxxxxxxxxx\r\n".repeat(20)))
            .await;
    let (result, report) = outcome(&gateway(), &server.url("/")).await;
    assert_eq!(result, Err(FetchError::BadAnswer));
    assert!(report.snapshot().wire_bytes <= 256 * 1024, "{report:?}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_file() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "",
        "picture",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nhalf!",
        "HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nBad Field: 1\r\nContent-Length: 0\r\n\r\n",
    ] {
        let server = Server::saying(answer).await;
        let (result, report) = outcome(&gateway(), &server.url("/")).await;
        assert_eq!(result, Err(FetchError::BadAnswer), "{answer:?}");
        assert_eq!(report.snapshot().verdict, Verdict::BadAnswer);
    }
}

#[tokio::test]
async fn a_body_that_is_dropped_ends_the_connection() {
    let (gone, heard) = tokio::sync::oneshot::channel();
    let gone = std::sync::Mutex::new(Some(gone));
    let server = Server::start(move |mut conn| {
        let gone = gone.lock().unwrap().take().unwrap();
        async move {
            conn.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf").await;
            conn.wait_for_end().await;
            gone.send(()).unwrap();
        }
    })
    .await;
    let mut fetched = gateway().fetch(&server.url("/")).await.unwrap();
    assert_eq!(fetched.body.try_next().await.unwrap().as_deref(), Some(&b"half"[..]));
    let report = fetched.report.clone();
    drop(fetched);
    tokio::time::timeout(Duration::from_secs(10), heard).await.unwrap().unwrap();
    assert_eq!((report.snapshot().verdict, report.snapshot().bytes), (Verdict::Abandoned, 4));
}
