//! Servers that take their time. The clock is the test's own: it jumps to the next timer when nothing else can happen.

use std::time::Duration;

use proofdesk_egress::{FetchError, Limits, Stage, Verdict};
use tokio::net::TcpSocket;
use tokio::time::{Instant, sleep};

use crate::support::authority::Authority;
use crate::support::server::{Conn, Server, ok};
use crate::support::{Setup, gateway, outcome};

/// The outcome of a fetch, and how long it took.
async fn timed(setup: Setup, url: &str) -> (Result<u64, FetchError>, Duration) {
    let gateway = setup.gateway();
    let start = Instant::now();
    let (result, _) = outcome(&gateway, url).await;
    (result, start.elapsed())
}

/// Within a second above.
fn about(took: Duration, secs: u64) -> bool {
    (Duration::from_secs(secs)..Duration::from_secs(secs + 1)).contains(&took)
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_given_up() {
    let server = Server::start(Conn::wait_for_end).await;
    let (result, took) = timed(Setup::default(), &server.url("/")).await;
    assert_eq!(result, Err(FetchError::TimedOut(Stage::Head)));
    assert!(about(took, 10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips_is_given_up() {
    let server = Server::start(|mut conn| async move {
        conn.say("HTTP/1.1 200 OK\r\n").await;
        while conn.say("X: 1\r\n").await {
            sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
    let (result, took) = timed(Setup::default(), &server.url("/")).await;
    assert_eq!(result, Err(FetchError::TimedOut(Stage::Head)));
    assert!(about(took, 10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_byte_a_second_is_too_slow() {
    let server = Server::start(|mut conn| async move {
        conn.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await;
        while conn.say("x").await {
            sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
    let (result, took) = timed(Setup::default(), &server.url("/")).await;
    assert_eq!(result, Err(FetchError::TooSlow { min_rate: 1024 }));
    assert!(about(took, 5), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_is_given_up() {
    let server = Server::start(|mut conn| async move {
        conn.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await;
        conn.say(vec![7; 500_000]).await;
        conn.wait_for_end().await;
    })
    .await;
    let (result, took) = timed(Setup::default(), &server.url("/")).await;
    assert_eq!(result, Err(FetchError::TimedOut(Stage::Body)));
    assert!(about(took, 10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_steady_body_just_fast_enough_still_ends_with_the_whole_time() {
    let server = Server::start(|mut conn| async move {
        conn.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await;
        while conn.say(vec![7; 2048]).await {
            sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
    let (result, took) = timed(Setup::default(), &server.url("/")).await;
    assert_eq!(result, Err(FetchError::TimedOut(Stage::Total)));
    assert!(about(took, 30), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_but_honest_body_arrives() {
    let server = Server::start(|mut conn| async move {
        conn.say("HTTP/1.1 200 OK\r\nContent-Length: 20480\r\n\r\n").await;
        for _ in 0..10 {
            sleep(Duration::from_secs(1)).await;
            conn.say(vec![7; 2048]).await;
        }
        conn.close().await;
    })
    .await;
    assert_eq!(timed(Setup::default(), &server.url("/")).await.0, Ok(20_480));
}

#[tokio::test(start_paused = true)]
async fn the_whole_time_covers_all_hops() {
    let server = Server::start(|mut conn| async move {
        sleep(Duration::from_secs(9)).await;
        conn.say("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n").await;
        conn.close().await;
    })
    .await;
    let (result, took) = timed(Setup::default(), &server.url("/")).await;
    assert_eq!(result, Err(FetchError::TimedOut(Stage::Total)));
    assert!(about(took, 30), "{took:?}");
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "fills the queue of the test's own server")]
async fn a_port_that_swallows_connections_is_given_up() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..2 {
        waiting.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    let (result, took) = timed(Setup::default(), &format!("http://{address}/")).await;
    assert_eq!(result, Err(FetchError::TimedOut(Stage::Connect)));
    assert!(about(took, 5), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_tls_handshake_that_stops_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let setup = Setup { authorities: vec![Authority::new().certificate()], ..Setup::default() };
    let (result, took) = timed(setup, &url).await;
    assert_eq!(result, Err(FetchError::TimedOut(Stage::Tls)));
    assert!(about(took, 5), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_not_the_servers_fault() {
    let server = Server::saying(ok(&vec![7; 3_000_000])).await;
    let mut fetched = gateway().fetch(&server.url("/")).await.unwrap();
    let mut count = 0;
    let mut pauses = 0;
    while let Some(bytes) = futures::TryStreamExt::try_next(&mut fetched.body).await.unwrap() {
        count += bytes.len();
        if pauses < 2 {
            pauses += 1;
            sleep(Duration::from_secs(12)).await;
        }
    }
    assert_eq!((count, pauses), (3_000_000, 2));
    assert_eq!(fetched.report.snapshot().verdict, Verdict::Fetched);
}

#[tokio::test(start_paused = true)]
async fn failures_answer_at_whole_steps_and_faults_of_the_text_at_once() {
    let setup = || Setup::limits(|limits| limits.failure_step = Limits::default().failure_step);
    let slow_404 = Server::start(|mut conn| async move {
        sleep(Duration::from_millis(300)).await;
        conn.say("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n").await;
        conn.close().await;
    })
    .await;
    let blocked = timed(setup(), "https://private.test/").await;
    let refused = timed(setup(), "http://127.0.0.1:1/").await;
    let missing = timed(setup(), &slow_404.url("/")).await;
    for (result, took) in [blocked, refused, missing] {
        assert!((999..=1001).contains(&took.as_millis()), "{result:?} after {took:?}");
    }
    let (result, took) = timed(setup(), "ftp://x.test/").await;
    assert!(matches!(result, Err(FetchError::Url(_))) && took.is_zero(), "{took:?}");
}
