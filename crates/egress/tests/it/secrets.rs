//! What a URL holds apart from its host appears nowhere: not in errors, logs, metrics, nor in what `{:?}` shows.

use std::io::Write;
use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use proofdesk_egress::{Gateway, Report};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::authority::Authority;
use crate::support::server::{Conn, Server, ok, redirect};
use crate::support::{Setup, drain};

const MARKERS: [&str; 4] = ["marker-user", "marker-path", "marker-query", "marker-fragment"];

/// Collects all that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Collects the name and labels of each metric.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<Vec<String>>>);

impl Recorder for Metrics {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.0.lock().unwrap().push(key.to_string());
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.0.lock().unwrap().push(key.to_string());
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.0.lock().unwrap().push(key.to_string());
        Histogram::noop()
    }
}

/// A fetch to its end, and all that its caller could print of it.
async fn printed(gateway: &Gateway, url: &str) -> String {
    let report = Report::default();
    let shown = match gateway.fetch_reported(url, &report).await {
        Ok(fetched) => {
            let shown = format!("{fetched:?} {:?}", fetched.body);
            shown + &format!("{:?}", drain(fetched.body).await)
        }
        Err(error) => format!("{error} {error:?} {}", error.public_text()),
    };
    format!("{shown} {:?} {gateway:?}", report.snapshot())
}

/// Fetches in all ways to end, each with the markers in it.
async fn fetch_all() -> String {
    let tail = "/marker-path/marker-path.jpg?q=marker-query#marker-fragment";
    let authority = Authority::new();
    let file = Server::saying(ok(b"picture")).await;
    let to_file = Server::saying(redirect(302, &file.url(tail))).await;
    let to_private = Server::saying(redirect(302, &format!("https://private.test{tail}"))).await;
    let to_user = Server::saying(redirect(302, &format!("https://marker-user@one.test{tail}"))).await;
    let broken = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await;
    let missing = Server::saying("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n").await;
    let secure = |protocol: &'static str| authority.acceptor(&["one.test"], &[protocol], |_| {});
    let http1 = Server::start_with(Some(secure("http/1.1")), |mut conn| async move {
        conn.say(ok(b"picture")).await;
        conn.close().await;
    })
    .await;
    // Says nothing that HTTP/2 knows, after the request has been sent.
    let http2 = Server::start_with(Some(secure("h2")), Conn::close).await;
    let gateway = Setup { authorities: vec![authority.certificate()], ..Setup::default() }.gateway();
    let mut urls = vec![
        format!("https://marker-user:marker-user@one.test{tail}"),
        format!("https://private.test{tail}"),
        format!("https://missing.test{tail}"),
        format!("https://one.test:{}{tail}", http1.address.port()),
        format!("https://one.test:{}{tail}", http2.address.port()),
        format!("http://127.0.0.1:1{tail}"),
        format!("ftp://x.test{tail}"),
        format!("marker-user:{tail}"),
        format!("https://[{tail}"),
        format!("https://x.test{tail}{}", "a".repeat(3000)),
    ];
    let servers = [&file, &to_file, &to_private, &to_user, &broken, &missing];
    urls.extend(servers.map(|server| server.url(tail)));
    let mut out = String::new();
    for url in urls {
        out += &printed(&gateway, &url).await;
    }
    assert_eq!(file.heads().len(), 2, "the markers did travel to where they belong");
    assert!(file.heads()[0].contains("marker-path") && http1.heads()[0].contains("marker-query"));
    out
}

#[test]
fn nothing_but_the_host_of_a_url_is_told() {
    let (log, metrics) = (Log::default(), Metrics::default());
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let out = tracing::subscriber::with_default(subscriber, || {
        metrics::with_local_recorder(&metrics, || runtime.block_on(fetch_all()))
    });
    let log = log.text();
    let metrics = metrics.0.lock().unwrap().join("\n");
    for marker in MARKERS {
        for (place, text) in [("what is printed", &out), ("the log", &log), ("the metrics", &metrics)] {
            assert!(!text.contains(marker), "{marker} is in {place}");
        }
    }
    let events: Vec<&str> = log.lines().filter(|line| line.contains("proofdesk::egress: fetch")).collect();
    assert_eq!(events.len(), 16, "one event for each fetch");
    for part in ["host=\"127.0.0.1\"", "ip=\"127.0.0.1\"", "verdict=\"fetched\"", "bytes=7", "hops=1"] {
        assert!(events.iter().any(|event| event.contains(part)), "{part}");
    }
    assert!(events.iter().any(|event| event.contains("verdict=\"blocked\"") && event.contains("10.0.0.5")));
    assert!(metrics.contains("proofdesk_egress_fetches_total") && metrics.contains("blocked"));
}
