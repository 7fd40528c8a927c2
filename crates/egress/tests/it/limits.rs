//! How many at once, how much memory, and limits that can't hold.

use std::time::Duration;

use proofdesk_egress::{FetchError, Gateway, Limits, Policy, SetupError, Trust, Verdict};

use crate::support::authority::Authority;
use crate::support::server::{Server, ok};
use crate::support::{Setup, drain, fetch, outcome};

#[tokio::test(start_paused = true)]
async fn a_fetch_waits_for_its_turn_and_is_told_when_it_does_not_come() {
    let server = Server::saying(ok(b"picture")).await;
    let gateway = Setup::limits(|limits| limits.concurrent = 1).gateway();
    let first = gateway.fetch(&server.url("/")).await.unwrap();
    let (result, report) = outcome(&gateway, &server.url("/")).await;
    assert_eq!(result, Err(FetchError::Busy));
    assert_eq!(report.snapshot().verdict, Verdict::Busy);
    assert_eq!(server.heads().len(), 1, "the second was not asked");
    drop(first);
    assert_eq!(fetch(&gateway, &server.url("/")).await.unwrap(), b"picture");
}

#[tokio::test]
async fn a_turn_comes_back_however_a_fetch_ends() {
    let good = Server::saying(ok(b"picture")).await;
    let cut = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await;
    let gateway = Setup::limits(|limits| limits.concurrent = 1).gateway();
    for _ in 0..5 {
        assert!(outcome(&gateway, &good.url("/")).await.0.is_ok());
        assert!(outcome(&gateway, &cut.url("/")).await.0.is_err());
        assert!(outcome(&gateway, "http://127.0.0.1:1/").await.0.is_err());
        assert!(outcome(&gateway, "https://private.test/").await.0.is_err());
    }
    // A body that has ended has given its turn back, even while it is still held.
    let mut ended = gateway.fetch(&good.url("/")).await.unwrap();
    while futures::TryStreamExt::try_next(&mut ended.body).await.unwrap().is_some() {}
    assert!(outcome(&gateway, &good.url("/")).await.0.is_ok());
}

/// What an endless body is made of.
static PIECE: [u8; 0x10000] = [7; 0x10000];

/// The most memory that this process has had, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn sixteen_endless_bodies_take_little_memory() {
    let server = Server::start(|mut conn| async move {
        conn.say("HTTP/1.1 200 OK\r\n\r\n").await;
        while conn.say(&PIECE).await {}
    })
    .await;
    let gateway = Setup::default().gateway();
    let url = server.url("/");
    assert!(fetch(&gateway, "https://private.test/").await.is_err(), "what is loaded once is loaded");
    let before = peak_kib();
    let bodies = (0..16).map(|_| async { drain(gateway.fetch(&url).await.unwrap().body).await });
    for result in futures::future::join_all(bodies).await {
        assert!(matches!(result, Err(FetchError::TooLarge { .. })), "{result:?}");
    }
    let grown = peak_kib() - before;
    assert!(grown <= 16 * 1024, "{grown} KiB for 16 fetches");
}

#[test]
fn limits_that_cannot_hold_are_refused() {
    let trust = Trust::Only(vec![Authority::new().certificate()]);
    let refused = |change: fn(&mut Limits)| {
        let mut policy = Policy::default();
        change(&mut policy.limits);
        matches!(Gateway::new(policy, &trust), Err(SetupError::Limit(_)))
    };
    assert!(refused(|limits| limits.header_bytes = 8191));
    assert!(!refused(|limits| limits.header_bytes = 8192));
    assert!(refused(|limits| limits.concurrent = 0));
    assert!(!refused(|limits| limits.concurrent = 1));
    assert!(refused(|limits| limits.total = Duration::MAX));
    assert!(refused(|limits| limits.body_bytes = u64::MAX));
}
