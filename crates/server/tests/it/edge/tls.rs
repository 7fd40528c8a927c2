//! The desk speaks TLS itself: `tls.certificate` and `tls.key`. It has nothing to do with the store.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use rcgen::{CertificateParams, KeyPair};
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

use crate::harness::{Desk, Store};

const PATIENCE: Duration = Duration::from_secs(20);

/// Where the certificate and the key of a desk lie.
struct Files(TempDir);

/// A certificate for 127.0.0.1, and its key, as PEM.
struct Made {
    der: CertificateDer<'static>,
    certificate: String,
    key: String,
}

impl Made {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
        let certificate = params.self_signed(&key).expect("a certificate");
        let der = certificate.der().clone();
        Self { certificate: pem("CERTIFICATE", &der), key: pem("PRIVATE KEY", &key.serialize_der()), der }
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

impl Files {
    fn of(made: &Made) -> Self {
        let files = Self(tempfile::tempdir().expect("a folder"));
        files.put("tls.crt", &made.certificate);
        files.put("tls.key", &made.key);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts a file in its place whole, as programs that renew certificates do.
    fn put(&self, name: &str, text: &str) {
        let beside = self.path("new");
        fs::write(&beside, text).expect("a file");
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o600)).expect("permissions");
        fs::rename(&beside, self.path(name)).expect("it is put in its place");
    }

    fn desk(&self, settings: &[(&str, &str)]) -> Desk {
        let (certificate, key) = (self.path("tls.crt"), self.path("tls.key"));
        let builder = Desk::builder(Store::Sqlite).settings(settings);
        let builder = builder.set("TLS__CERTIFICATE", &certificate.display().to_string());
        builder.set("TLS__KEY", &key.display().to_string()).start()
    }
}

#[expect(clippy::disallowed_methods, reason = "a client of the desk, on this machine")]
fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.rsplit('/').next().expect("an address")).expect("the desk listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
    stream
}

/// A client that trusts these certificates.
fn trusting(trusted: &[&Made], protocols: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for made in trusted {
        roots.add(made.der.clone()).expect("a root");
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = versions.expect("versions").with_root_certificates(roots).with_no_client_auth();
    // A resumed session shows the certificate that it began with.
    config.resumption = Resumption::disabled();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

type Secured = StreamOwned<ClientConnection, TcpStream>;

fn secured(url: &str, config: &Arc<ClientConfig>) -> Secured {
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    StreamOwned::new(ClientConnection::new(config.clone(), name).expect("a client"), connect(url))
}

const REQUEST: &str = "GET /healthz HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n";

/// The answer to a request on a connection of its own, and the certificate that was shown.
fn ask(url: &str, config: &Arc<ClientConfig>) -> std::io::Result<(String, Vec<u8>)> {
    let mut stream = secured(url, config);
    stream.write_all(REQUEST.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let shown = stream.conn.peer_certificates().map(|chain| chain[0].to_vec());
    Ok((answer, shown.unwrap_or_default()))
}

fn hang_up(desk: &Desk) {
    let done = Command::new("kill").args(["-HUP", &desk.process_id().to_string()]).status();
    assert!(done.expect("kill is there").success());
}

#[test]
fn https_by_itself() {
    let made = Made::new();
    let files = Files::of(&made);
    let desk = files.desk(&[]);
    assert!(desk.url().starts_with("https://"), "{}", desk.url());
    let (answer, shown) = ask(&desk.url(), &trusting(&[&made], &["http/1.1"])).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\nstrict-transport-security: max-age=63072000\r\n"), "{answer}");
    assert_eq!(shown, made.der.to_vec());
    let mut stream = secured(&desk.url(), &trusting(&[&made], &["h2", "http/1.1"]));
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).expect("a handshake");
    }
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    let said = desk.command(&["doctor"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("ok      TLS certificate and key"), "{said}");
    assert!(said.contains("the certificate is for 127.0.0.1, until "), "{said}");
}

#[test]
fn without_tls_there_is_no_promise_of_it() {
    let desk = Desk::start(Store::Sqlite);
    assert_eq!(desk.anonymous().get("/healthz").header("strict-transport-security"), "");
}

#[test]
fn what_is_no_tls_is_refused() {
    let made = Made::new();
    let files = Files::of(&made);
    let desk = files.desk(&[]);
    let mut plain = connect(&desk.url());
    plain.write_all(REQUEST.as_bytes()).expect("it is sent");
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    assert!(ask(&desk.url(), &trusting(&[&Made::new()], &[])).is_err(), "another certificate is trusted");
}

/// The first hello of a client that speaks no more than TLS 1.`minor`, minus one: RFC 5246 section 7.4.1.2.
fn hello(minor: u8) -> Vec<u8> {
    let suites = [0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x09, 0xc0, 0x13];
    // Groups secp256r1 and x25519, uncompressed points, ECDSA with P-256 and SHA-256.
    let groups = [0, 10, 0, 6, 0, 4, 0, 0x17, 0, 0x1d];
    let points = [0, 11, 0, 2, 1, 0];
    let signatures = [0, 13, 0, 4, 0, 2, 4, 3];
    let extensions = [&groups[..], &points, &signatures].concat();
    let body = [
        &[3, minor][..],
        &[7; 32],
        &[0],
        &[0, suites.len() as u8],
        &suites,
        &[1, 0],
        &[0, extensions.len() as u8],
        &extensions,
    ]
    .concat();
    let size = body.len() as u8;
    [&[22, 3, 1, 0, size + 4, 1, 0, 0, size][..], &body].concat()
}

/// TLS 1.0 and 1.1 (RFC 8996) are answered with the alert `protocol_version`, 1.2 with a hello.
#[test]
fn old_versions_are_refused() {
    let made = Made::new();
    let files = Files::of(&made);
    let desk = files.desk(&[]);
    for (minor, expected) in [(0, [21, 2, 70]), (1, [21, 2, 70]), (2, [21, 2, 70]), (3, [22, 2, 0])] {
        let mut stream = connect(&desk.url());
        stream.write_all(&hello(minor)).expect("it is sent");
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).expect("an answer");
        assert_eq!([answer[0], answer[5], answer[6]], expected, "3.{minor}");
    }
}

#[test]
fn a_new_certificate_is_taken_while_requests_run() {
    let (old, new) = (Made::new(), Made::new());
    let files = Files::of(&old);
    let desk = files.desk(&[]);
    let (url, both) = (desk.url(), trusting(&[&old, &new], &["http/1.1"]));
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut shown = Vec::new();
                    while !ended.load(Ordering::Relaxed) {
                        let (answer, certificate) = ask(&url, &both).expect("no request fails");
                        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
                        shown.push(certificate);
                    }
                    shown
                })
            })
            .collect();
        // Half of the new pair is no pair: the old one stays, and the log says so.
        files.put("tls.crt", &new.certificate);
        hang_up(&desk);
        while !desk.log().contains("the new certificate is no good") {
            assert_eq!(ask(&url, &both).expect("an answer").1, old.der.to_vec());
        }
        files.put("tls.key", &new.key);
        hang_up(&desk);
        while ask(&url, &both).expect("an answer").1 != new.der.to_vec() {}
        ended.store(true, Ordering::Relaxed);
        for client in clients {
            let shown = client.join().expect("a client");
            assert_eq!(shown.first(), Some(&old.der.to_vec()));
            let turned = shown.iter().position(|der| *der == new.der.to_vec()).unwrap_or(shown.len());
            assert!(shown[turned..].iter().all(|der| *der == new.der.to_vec()), "there is no way back");
        }
    });
    assert!(!desk.log().contains(old.key.lines().nth(1).expect("a key")), "no key is in the log");
}

#[test]
fn a_new_certificate_is_found_without_a_signal() {
    let (old, new) = (Made::new(), Made::new());
    let files = Files::of(&old);
    let desk = files.desk(&[("TLS__RELOAD_SECONDS", "1")]);
    files.put("tls.key", &new.key);
    files.put("tls.crt", &new.certificate);
    let both = trusting(&[&old, &new], &[]);
    while ask(&desk.url(), &both).expect("an answer").1 != new.der.to_vec() {}
}

#[test]
fn a_bad_pair_stops_the_start_and_the_doctor_says_why() {
    let (made, other) = (Made::new(), Made::new());
    let files = Files::of(&made);
    let desk = files.desk(&[]);
    desk.kill();
    let open = |mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(files.path("tls.key"), permissions).expect("permissions");
    };
    let refused = |why: &str| {
        let start = desk.command(&["serve"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&start.stderr).into_owned();
        assert!(!start.status.success() && said.contains("tls.key: ") && said.contains(why), "{said}");
        let doctor = desk.command(&["doctor"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(
            !doctor.status.success() && said.contains("FAILED  TLS certificate and key: tls.key: "),
            "{said}"
        );
        assert!(said.contains(why), "{said}");
    };
    open(0o640);
    refused("others can read it");
    files.put("tls.key", &other.key);
    refused("is not the key of tls.certificate");
    files.put("tls.key", "nothing");
    refused("nothing of the kind");
    files.put("tls.key", &made.key);
    desk.run();
}

/// Half of the places are for handshakes: who only begins them keeps neither those out who are in, nor takes all places.
#[test]
fn slow_handshakes_starve_nobody() {
    let made = Made::new();
    let files = Files::of(&made);
    let desk = files.desk(&[("HTTP__CONNECTIONS", "8")]);
    let config = trusting(&[&made], &["http/1.1"]);
    let mut inside = secured(&desk.url(), &config);
    let mut request = |last: bool| {
        let end = if last { "close" } else { "keep-alive" };
        write!(inside, "GET /healthz HTTP/1.1\r\nhost: desk\r\nconnection: {end}\r\n\r\n")
            .expect("it is sent");
        let mut piece = [0; 4096];
        let count = inside.read(&mut piece).expect("an answer");
        assert!(piece[..count].starts_with(b"HTTP/1.1 200"));
    };
    request(false);
    let mut slow: Vec<TcpStream> = (0..4).map(|_| connect(&desk.url())).collect();
    for stream in &mut slow {
        stream.write_all(&[22, 3, 1]).expect("it is sent");
    }
    let mut fifth = connect(&desk.url());
    let mut answer = Vec::new();
    let _ = fifth.read_to_end(&mut answer);
    assert_eq!(answer, b"", "a fifth is sent away at once");
    request(true);
    drop(slow);
    while ask(&desk.url(), &config).is_err() {}
}
