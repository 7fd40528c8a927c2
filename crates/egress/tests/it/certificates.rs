//! HTTPS: good certificates are accepted with the right names, bad ones aren't.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use proofdesk_egress::{FetchError, RedirectFault, TlsFault, Verdict};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, date_time_ymd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::authority::{Authority, public_host, self_signed};
use crate::support::server::{Server, ok, redirect};
use crate::support::{Setup, fetch, outcome};

/// A gateway that trusts `authority`, and where each name is at loopback.
fn setup(authority: &Authority, names: &[String]) -> Setup {
    let mut setup = Setup { authorities: vec![authority.certificate()], ..Setup::default() };
    for name in names {
        setup.names.0.insert(name.clone(), vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    }
    setup
}

async fn https(tls: TlsAcceptor, answer: Vec<u8>) -> Server {
    Server::start_with(Some(tls), move |mut conn| {
        let answer = answer.clone();
        async move {
            conn.say(answer).await;
            conn.close().await;
        }
    })
    .await
}

#[tokio::test]
async fn twenty_hosts_are_fetched_each_by_its_own_name() {
    let authority = Authority::new();
    let hosts: Vec<String> = (0..20).map(|index| public_host(index).0).collect();
    let gateway = setup(&authority, &hosts).gateway();
    for host in &hosts {
        let server = https(authority.acceptor(&[host], &["http/1.1"], |_| {}), ok(host.as_bytes())).await;
        let port = server.address.port();
        let body = fetch(&gateway, &format!("https://{host}:{port}/x")).await.unwrap();
        assert_eq!(body, host.as_bytes());
        assert!(server.heads()[0].contains(&format!("\r\nhost: {host}:{port}\r\n")), "{host}");
    }
}

/// An HTTP/2 server that notes the authority and the path of each request, and the name asked for in the handshake.
async fn http2(tls: TlsAcceptor, seen: Arc<Mutex<Vec<String>>>, answer: Response<Full<Bytes>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(stream) = tls.accept(socket).await else { continue };
            let name = stream.get_ref().1.server_name().unwrap_or("-").to_owned();
            let (seen, answer) = (Arc::clone(&seen), answer.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                let fields: Vec<&str> = request.headers().keys().map(HeaderName::as_str).collect();
                seen.lock().unwrap().push(format!("{name} {} {}", request.uri(), fields.join(",")));
                let answer = answer.clone();
                async { Ok::<_, Infallible>(answer) }
            });
            let serving = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            // The client closes when it has what it wants.
            tokio::spawn(async move { drop(serving.serve_connection(TokioIo::new(stream), service).await) });
        }
    });
    port
}

#[tokio::test]
async fn http2_is_spoken_where_the_server_offers_it() {
    let authority = Authority::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let port =
        http2(authority.acceptor(&["one.test"], &["h2", "http/1.1"], |_| {}), Arc::clone(&seen), picture())
            .await;
    let gateway = setup(&authority, &[]).gateway();
    let (result, report) = outcome(&gateway, &format!("https://one.test:{port}/a?b#c")).await;
    assert_eq!(result, Ok(7));
    assert_eq!(report.snapshot().verdict, Verdict::Fetched);
    let expected = format!("one.test https://one.test:{port}/a?b user-agent,accept,accept-encoding");
    assert_eq!(*seen.lock().unwrap(), [expected]);
}

/// The outcome of a fetch of `answer` by HTTP/2, and how much was read for it.
async fn by_http2(answer: Response<Full<Bytes>>) -> (Result<u64, FetchError>, u64) {
    let authority = Authority::new();
    let port = http2(authority.acceptor(&["one.test"], &["h2"], |_| {}), Arc::default(), answer).await;
    let gateway = setup(&authority, &[]).gateway();
    let (result, report) = outcome(&gateway, &format!("https://one.test:{port}/")).await;
    (result, report.snapshot().wire_bytes)
}

fn picture() -> Response<Full<Bytes>> {
    Response::new(Full::new(Bytes::from_static(b"picture")))
}

fn zeros(count: usize) -> Response<Full<Bytes>> {
    Response::new(Full::new(Bytes::from(vec![0; count])))
}

#[tokio::test]
async fn the_limits_hold_for_http2() {
    let limit = 20 * 1024 * 1024;
    assert_eq!(by_http2(zeros(3_000_000)).await.0, Ok(3_000_000), "more than a window");
    let (result, read) = by_http2(zeros(limit + 1)).await;
    assert_eq!(result, Err(FetchError::TooLarge { limit: limit as u64, found: Some(limit as u64 + 1) }));
    assert!(read <= 512 * 1024, "{read} bytes read");
    let mut wide = picture();
    for index in 0..70 {
        let name = HeaderName::try_from(format!("x-{index}")).unwrap();
        wide.headers_mut().insert(name, HeaderValue::try_from("x".repeat(1000)).unwrap());
    }
    let (result, read) = by_http2(wide).await;
    assert!(matches!(result, Err(FetchError::BadAnswer | FetchError::HeadTooLarge { .. })), "{result:?}");
    assert!(read <= 128 * 1024, "{read} bytes read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_arrives_together_with_its_head_is_not_too_much() {
    for round in 0..30 {
        assert_eq!(by_http2(zeros(600_000)).await.0, Ok(600_000), "round {round}");
    }
}

#[tokio::test]
async fn the_name_in_the_handshake_has_no_trailing_dot() {
    let authority = Authority::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let port = http2(authority.acceptor(&["one.test"], &["h2"], |_| {}), Arc::clone(&seen), picture()).await;
    let gateway = setup(&authority, &[]).gateway();
    assert_eq!(outcome(&gateway, &format!("https://ONE.test.:{port}/")).await.0, Ok(7));
    assert!(seen.lock().unwrap()[0].starts_with("one.test https://one.test:"));
}

#[tokio::test]
async fn a_certificate_may_be_for_an_address() {
    let authority = Authority::new();
    let server = https(authority.acceptor(&["127.0.0.1"], &[], |_| {}), ok(b"picture")).await;
    let gateway = setup(&authority, &[]).gateway();
    assert_eq!(fetch(&gateway, &format!("https://{}/", server.address)).await.unwrap(), b"picture");
}

#[tokio::test]
async fn bad_certificates_are_refused() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let spoiled = |change: fn(&mut CertificateParams)| authority.acceptor(&["one.test"], &[], change);
    let bad = [
        (spoiled(|params| params.not_after = date_time_ymd(2021, 1, 1)), TlsFault::Expired),
        (spoiled(|params| params.not_before = date_time_ymd(2119, 1, 1)), TlsFault::NotValidYet),
        (authority.acceptor(&["two.test"], &[], |_| {}), TlsFault::WrongName),
        (authority.acceptor(&["*.one.test"], &[], |_| {}), TlsFault::WrongName),
        (authority.acceptor(&["127.0.0.1"], &[], |_| {}), TlsFault::WrongName),
        (self_signed(&["one.test"]), TlsFault::UnknownIssuer),
        // Another authority that bears the trusted one's name.
        (stranger.acceptor(&["one.test"], &[], |_| {}), TlsFault::BadCertificate),
        (
            spoiled(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            TlsFault::BadCertificate,
        ),
    ];
    let gateway = setup(&authority, &[]).gateway();
    for (index, (tls, fault)) in bad.into_iter().enumerate() {
        let server = https(tls, ok(b"picture")).await;
        let url = format!("https://one.test:{}/secret", server.address.port());
        let (result, report) = outcome(&gateway, &url).await;
        assert_eq!(result, Err(FetchError::Tls(fault)), "certificate {index}");
        assert_eq!(report.snapshot().verdict, Verdict::TlsFailed);
        assert!(server.heads().is_empty(), "nothing was asked for");
    }
}

#[tokio::test]
async fn plain_http_where_tls_is_expected_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        // Read on, so that closing does not reset what was said.
        drop(socket.read_to_end(&mut Vec::new()).await);
    });
    let gateway = setup(&Authority::new(), &[]).gateway();
    assert_eq!(outcome(&gateway, &url).await.0, Err(FetchError::Tls(TlsFault::Handshake)));
}

#[tokio::test]
async fn https_never_leads_to_http() {
    let authority = Authority::new();
    let plain = Server::saying(ok(b"picture")).await;
    let tls = authority.acceptor(&["one.test"], &["http/1.1"], |_| {});
    let server = https(tls, redirect(302, &plain.url("/"))).await;
    let gateway = setup(&authority, &[]).gateway();
    let (result, _) = outcome(&gateway, &format!("https://one.test:{}/", server.address.port())).await;
    assert_eq!(result, Err(FetchError::Redirect(RedirectFault::Downgrade)));
    assert!(plain.heads().is_empty());
}

#[tokio::test]
async fn http_may_lead_to_https() {
    let authority = Authority::new();
    let secure = https(authority.acceptor(&["one.test"], &["http/1.1"], |_| {}), ok(b"picture")).await;
    let plain = Server::saying(redirect(302, &format!("https://one.test:{}/", secure.address.port()))).await;
    let gateway = setup(&authority, &[]).gateway();
    assert_eq!(fetch(&gateway, &plain.url("/")).await.unwrap(), b"picture");
}

#[tokio::test]
async fn a_tls_body_that_breaks_off_is_no_file() {
    let authority = Authority::new();
    let tls = authority.acceptor(&["one.test"], &["http/1.1"], |_| {});
    let server = Server::start_with(Some(tls), |mut conn| async move {
        // No length, and no end of TLS: cut by somebody on the way, for all the reader can tell.
        conn.say("HTTP/1.1 200 OK\r\n\r\nhalf").await;
    })
    .await;
    let gateway = setup(&authority, &[]).gateway();
    let (result, _) = outcome(&gateway, &format!("https://one.test:{}/", server.address.port())).await;
    assert_eq!(result, Err(FetchError::BadAnswer));
}
