//! Hostile URLs in the three fields that name one, through the real binary, in a network that holds nothing but `lo`.

use std::net::{TcpListener, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use proofdesk_testkit::namespace::{World, enter, listed_spellings, more_spellings};
use serde_json::{Value, json};

use crate::harness::{DOCUMENTS, Desk, Store};

const FIELDS: [&str; 3] = ["NewPhotoUrl", "NewDocumentUrl", "NewAdditionalDocumentUrl"];

const CLIENTS: usize = 8;

/// What counts whoever connects to the port of https, on every address there is.
struct Canary(Arc<AtomicUsize>);

impl Canary {
    fn listen() -> Self {
        let hits = Arc::new(AtomicUsize::new(0));
        for address in ["0.0.0.0:443", "[::]:443"] {
            // The second one may be the first's too.
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let hits = hits.clone();
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    hits.fetch_add(1, Ordering::SeqCst);
                    drop(stream);
                }
            });
        }
        Self(hits)
    }

    fn hits(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Answers every question about a name that there is no such name (RFC 1035 section 4.1.1), so that none is waited for.
fn no_names() {
    let socket = UdpSocket::bind("127.0.0.53:53").expect("a port");
    std::thread::spawn(move || {
        let mut packet = [0; 1024];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            (packet[2], packet[3]) = (0x81, 0x83);
            let _ = socket.send_to(&packet[..length], from);
        }
    });
}

/// A spelling as a file of a site that is spoken to by https; `before` stands before the host.
fn secure(url: &str, before: &str) -> String {
    format!("https://{before}{}", url.split_once("://").map_or(url, |(_, rest)| rest))
}

/// Asks for documents with each URL in each field; gives what was said of each. A refusal takes its time, so that it tells
/// nothing by that, and several are waited for at once.
fn ask(desk: &Desk, urls: &[String]) -> Vec<Value> {
    let world = desk.world();
    let (next, said) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let client = desk.admin().clone();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                loop {
                    let first = next.fetch_add(1, Ordering::Relaxed);
                    if first >= urls.len() {
                        return;
                    }
                    let url = |offset: usize| urls[(first + offset) % urls.len()].as_str();
                    let body = json!({
                        "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "D",
                        FIELDS[0]: url(0), FIELDS[1]: url(1), FIELDS[2]: url(2),
                    });
                    let answer = client.post(DOCUMENTS, &body);
                    assert_eq!(answer.status, 400, "{answer}");
                    let errors = answer.json()["Errors"].as_array().expect("errors").clone();
                    said.lock().expect("no thread has failed").extend(errors);
                }
            });
        }
    });
    assert_eq!(desk.admin().get(DOCUMENTS).record()["TotalItems"], 0, "nothing was made");
    said.into_inner().expect("no thread has failed")
}

#[test]
fn no_field_reaches_where_it_must_not() {
    enter("edge::forged::no_field_reaches_where_it_must_not", World::EveryAddress, || {
        let canary = Canary::listen();
        no_names();
        let desk = Desk::builder(Store::Sqlite).set("EGRESS__ALLOW", "[]").start();
        let mut urls: Vec<String> =
            listed_spellings().chain(more_spellings()).map(|url| secure(&url, "")).collect();
        urls.extend(listed_spellings().map(|url| secure(&url, "files.example.net@")));
        let said = ask(&desk, &urls);
        assert_eq!(canary.hits(), 0);
        assert!(said.len() >= 450, "{} vectors", said.len());
        for error in &said {
            assert!(FIELDS.contains(&error["PropertyName"].as_str().expect("a field")), "{error}");
            assert_eq!(error["AttemptedValue"], Value::Null, "a URL is a secret: {error}");
        }
    });
}

/// The vectors bite: with every address opened they reach the canary.
#[test]
fn without_the_guard_they_would() {
    enter("edge::forged::without_the_guard_they_would", World::EveryAddress, || {
        let canary = Canary::listen();
        no_names();
        let v4 = (0..=255).map(|first| format!("{first}.0.0.0/8"));
        let v6 = (0..=0xff_u16).step_by(2).map(|first| format!("{:x}::/7", first << 8));
        let rules: Vec<String> = v4.chain(v6).collect();
        let desk = Desk::builder(Store::Sqlite).set("EGRESS__ALLOW", &json!(rules).to_string()).start();
        let urls: Vec<String> = listed_spellings().map(|url| secure(&url, "")).collect();
        ask(&desk, &urls);
        assert!(canary.hits() >= 22, "{} of {} reach it", canary.hits(), 3 * urls.len());
    });
}
