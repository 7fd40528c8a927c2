//! Every address of the laboratory answers: a few as public sites, all others as canaries that note who came.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::support::server::{Io, ok, redirect};

/// What a canary says.
pub(crate) const CANARY: &[u8] = b"canary";

/// What a public site says.
pub(crate) const PUBLIC: &[u8] = b"public";

/// The public site that is there in every test.
pub(crate) const PUBLIC_IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(93, 184, 216, 34));

/// Ports that answer: what the guard opens, and what an attacker would like.
const PORTS: [u16; 8] = [22, 80, 443, 2375, 3128, 6379, 8080, 9200];

/// A public site.
#[derive(Clone, Default)]
pub(crate) struct Site {
    /// TLS on port 443.
    pub(crate) tls: Option<TlsAcceptor>,
    /// Status and location by path.
    pub(crate) redirects: BTreeMap<String, (u16, String)>,
}

pub(crate) type Sites = HashMap<IpAddr, Site>;

/// What happened.
#[derive(Default)]
struct Notes {
    canary_hits: Vec<String>,
    public_heads: Vec<String>,
    redirects_served: usize,
}

#[derive(Clone)]
pub(crate) struct Running {
    sites: Arc<Sites>,
    notes: Arc<Mutex<Notes>>,
}

/// Starts listening on all addresses, IPv4 and IPv6.
pub(crate) async fn start(mut sites: Sites) -> Running {
    sites.entry(PUBLIC_IP).or_default();
    let running = Running { sites: Arc::new(sites), notes: Arc::default() };
    for port in PORTS {
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await.unwrap();
        let running = running.clone();
        tokio::spawn(async move {
            while let Ok((socket, from)) = listener.accept().await {
                tokio::spawn(running.clone().serve(socket, from));
            }
        });
    }
    running
}

impl Running {
    pub(crate) fn canary_hits(&self) -> Vec<String> {
        self.notes.lock().unwrap().canary_hits.clone()
    }

    /// The name of the handshake, if there was one, and the head, of each request to a public site.
    pub(crate) fn public_heads(&self) -> Vec<String> {
        self.notes.lock().unwrap().public_heads.clone()
    }

    pub(crate) fn redirects_served(&self) -> usize {
        self.notes.lock().unwrap().redirects_served
    }

    /// Requests that bore credentials, of `.netrc` or of a URL.
    pub(crate) fn credentials_seen(&self) -> usize {
        let heads = self.public_heads();
        heads.iter().filter(|head| head.to_lowercase().contains("authorization")).count()
    }

    /// Waits until whoever connected before has been noted: connects itself, last in each queue, and takes its own visits out.
    #[expect(clippy::disallowed_methods, reason = "visits the test's own listeners")]
    pub(crate) async fn settle(&self) {
        let before = self.notes.lock().unwrap().canary_hits.len();
        let mut visits = Vec::new();
        for port in PORTS {
            let mut visit = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            visit.write_all(b"GET /settle HTTP/1.1\r\n\r\n").await.unwrap();
            let mut answer = Vec::new();
            visit.read_to_end(&mut answer).await.unwrap();
            visits.push(visit.local_addr().unwrap().port());
        }
        let hits = &mut self.notes.lock().unwrap().canary_hits;
        hits.retain(|hit| !visits.iter().any(|port| hit.ends_with(&format!("from port {port}"))));
        assert!(hits.len() >= before, "only the own visits were taken out");
    }

    async fn serve(self, socket: TcpStream, from: SocketAddr) {
        let Ok(local) = socket.local_addr() else { return };
        let (ip, port) = (local.ip().to_canonical(), local.port());
        match self.sites.get(&ip).cloned() {
            Some(site) if port == 80 => self.serve_public(Box::new(socket), "-", &site).await,
            Some(Site { tls: Some(tls), redirects }) if port == 443 => {
                let Ok(stream) = tls.accept(socket).await else { return };
                let name = stream.get_ref().1.server_name().unwrap_or("-").to_owned();
                self.serve_public(Box::new(stream), &name, &Site { tls: None, redirects }).await;
            }
            Some(_) if port == 443 => {}
            // The public sites' other ports are closed to the world, and as good as a canary.
            _ => self.serve_canary(socket, ip, port, from).await,
        }
    }

    async fn serve_canary(self, socket: TcpStream, ip: IpAddr, port: u16, from: SocketAddr) {
        let hit = format!("{ip} port {port} from port {}", from.port());
        self.notes.lock().unwrap().canary_hits.push(hit);
        // Whatever is said first, TLS included, is answered.
        let mut stream: Box<dyn Io> = Box::new(socket);
        drop(stream.read(&mut [0; 4096]).await);
        say(stream, &ok(CANARY)).await;
    }

    async fn serve_public(self, mut stream: Box<dyn Io>, name: &str, site: &Site) {
        let head = read_head(&mut stream).await;
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let answer = {
            let mut notes = self.notes.lock().unwrap();
            notes.public_heads.push(format!("{name} {head}"));
            notes.redirects_served += usize::from(site.redirects.contains_key(&path));
            match site.redirects.get(&path) {
                Some((status, location)) => redirect(*status, location),
                None if path == "/missing" => b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n".to_vec(),
                None => ok(PUBLIC),
            }
        };
        say(stream, &answer).await;
    }
}

async fn read_head(stream: &mut Box<dyn Io>) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

async fn say(mut stream: Box<dyn Io>, answer: &[u8]) {
    // Whoever asked may have gone.
    drop(stream.write_all(answer).await);
    drop(stream.shutdown().await);
}
