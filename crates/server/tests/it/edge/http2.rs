//! HTTP/2: good clients are served, floods end their connection.

use h2::client::{self, SendRequest};
use ureq::http::{HeaderMap, Method, Request, StatusCode};

use crate::harness::{Desk, Raw, Store};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Types of frames (RFC 9113 section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let size = (payload.len() as u32).to_be_bytes();
    [&size[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// `GET /healthz` of `desk`, by the static table of HPACK (RFC 7541 appendix A).
fn get() -> Vec<u8> {
    [&[0x82, 0x86, 0x41, 4][..], b"desk", &[0x44, 8], b"/healthz"].concat()
}

/// A connection that has begun.
fn begun(desk: &Desk) -> Raw {
    let mut raw = Raw::connect(&desk.url());
    raw.send(PREFACE).send(frame(SETTINGS, 0, 0, &[]));
    raw
}

/// The error codes of the GOAWAY frames that come, to the end of the connection.
#[track_caller]
fn ended(raw: &mut Raw) -> Vec<u8> {
    let bytes = raw.bytes_to_end();
    let mut rest = &bytes[..];
    let mut codes = Vec::new();
    while let [a, b, c, kind, ..] = *rest {
        let size = u32::from_be_bytes([0, a, b, c]) as usize;
        let Some(payload) = rest.get(9..9 + size) else { break };
        if kind == GOAWAY {
            codes.push(payload[7]);
        }
        rest = &rest[9 + size..];
    }
    codes
}

/// Each flood is far beyond its limit, and sent at once. Code 11 is `ENHANCE_YOUR_CALM`, 1 `PROTOCOL_ERROR`.
#[test]
fn floods_end_their_connection() {
    let desk = Desk::start(Store::Sqlite);
    let streams = |count: u32| (0..count).map(|number| 2 * number + 1);
    let reset =
        |id| [frame(HEADERS, END_HEADERS | END_STREAM, id, &get()), frame(RST_STREAM, 0, id, &[0, 0, 0, 8])];
    let rapid: Vec<u8> = streams(5_000).flat_map(reset).flatten().collect();
    assert_eq!(ended(begun(&desk).send(&rapid)), [11], "rapid reset");

    // A window beyond 2^31 is an error of the stream, which the desk resets itself.
    let own = |id| [frame(HEADERS, END_HEADERS, id, &get()), frame(8, 0, id, &[0x7f, 0xff, 0xff, 0xff])];
    let made: Vec<u8> = streams(5_000).flat_map(own).flatten().collect();
    assert_eq!(ended(begun(&desk).send(&made)), [11], "resets that the client provokes");

    let mut endless = frame(HEADERS, END_STREAM, 1, &get());
    let field = [&[0, 1, b'x', 127, 0x81, 0x7f][..], &[b'y'; 16_000]].concat();
    for _ in 0..200 {
        endless.extend(frame(CONTINUATION, 0, 1, &field[..16_000]));
    }
    assert!(!ended(begun(&desk).send(&endless)).is_empty(), "a head without end");

    let many = frame(HEADERS, 0, 1, &get());
    let empty = frame(CONTINUATION, 0, 1, &[]).repeat(50_000);
    assert!(!ended(begun(&desk).send(many).send(&empty)).is_empty(), "empty pieces of a head without end");

    assert_eq!(ended(begun(&desk).send(frame(DATA, 0, 1, b"x"))), [1], "data of no stream");
    let window = frame(SETTINGS, 0, 0, &[0, 4, 255, 255, 255, 255]);
    assert!(!ended(begun(&desk).send(window)).is_empty(), "a window too large");
    assert!(!ended(begun(&desk).send(frame(PING, 0, 0, b"short"))).is_empty(), "a ping of five bytes");
    assert_eq!(desk.anonymous().get("/healthz").status, 200);
}

/// A client on a connection of its own.
async fn client(desk: &Desk) -> SendRequest<bytes::Bytes> {
    let address = desk.url();
    let address = address.rsplit('/').next().expect("an address");
    #[expect(clippy::disallowed_methods, reason = "a client of the desk, on this machine")]
    let stream = tokio::net::TcpStream::connect(address).await.expect("the desk listens");
    let (client, connection) = client::handshake(stream).await.expect("a handshake");
    tokio::spawn(connection);
    client.ready().await.expect("it is ready")
}

/// The answer to a request without a body; None if its stream or its connection was ended instead.
async fn ask(
    desk: &Desk,
    method: Method,
    target: &str,
    fields: &[(&str, &str)],
) -> Option<(StatusCode, HeaderMap)> {
    let mut request = Request::builder().method(method).uri(target).version(ureq::http::Version::HTTP_2);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let (answer, _) = client(desk).await.send_request(request.body(()).expect("a request"), true).ok()?;
    let (parts, _) = answer.await.ok()?.into_parts();
    Some((parts.status, parts.headers))
}

#[tokio::test]
async fn requests_by_http_2() {
    let desk = Desk::start(Store::Sqlite);
    let target = "http://desk/healthz";
    let status = async |method: Method, target: &str, fields: &[(&str, &str)]| {
        ask(&desk, method, target, fields).await.map(|(status, _)| status.as_u16())
    };
    assert_eq!(status(Method::GET, target, &[]).await, Some(200));
    assert_eq!(status(Method::GET, target, &[("host", "desk")]).await, Some(200));
    assert_eq!(status(Method::GET, target, &[("host", "other")]).await, Some(400), "two hosts");
    let (refused, headers) = ask(&desk, Method::TRACE, target, &[]).await.expect("an answer");
    assert_eq!((refused.as_u16(), headers["allow"].as_bytes()), (405, &b"GET,HEAD"[..]));
    let (refused, headers) = ask(&desk, Method::GET, target, &[("host", "other")]).await.expect("an answer");
    assert_eq!((refused.as_u16(), headers["x-content-type-options"].as_bytes()), (400, &b"nosniff"[..]));
    let long = "y".repeat(20_000);
    assert_eq!(status(Method::GET, &format!("{target}?{long}"), &[]).await, Some(414));
    let large = "y".repeat(16_000);
    let much: Vec<(String, &str)> = (0..5).map(|number| (format!("x-{number}"), &*large)).collect();
    let much: Vec<(&str, &str)> = much.iter().map(|(name, value)| (&**name, *value)).collect();
    assert_eq!(status(Method::GET, target, &much).await, Some(431));
    let many: Vec<String> = (0..101).map(|number| format!("x-{number}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (&**name, "y")).collect();
    assert_eq!(status(Method::GET, target, &many[..100]).await, Some(200));
    assert_eq!(status(Method::GET, target, &many).await, Some(431));
}

/// Fields that mean something to one connection of HTTP/1 (RFC 9113 section 8.2.2), and names in capitals.
#[test]
fn fields_of_http_1_are_refused() {
    let desk = Desk::start(Store::Sqlite);
    let field = |name: &str, value: &str| {
        [&[0, name.len() as u8][..], name.as_bytes(), &[value.len() as u8], value.as_bytes()].concat()
    };
    for (name, value) in [
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "h2c"),
        ("keep-alive", "x"),
        ("proxy-connection", "x"),
        ("te", "gzip"),
        ("Host", "desk"),
        ("x", "a\r\nb"),
        ("x", "a\0"),
        ("x y", "z"),
        (":x", "y"),
        ("content-length", "5"),
    ] {
        let head = [get(), field(name, value)].concat();
        let mut raw = begun(&desk);
        raw.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, &head));
        // A frame that ends the connection, so that everything before it is there to read.
        raw.send(frame(DATA, 0, 0, b"x"));
        let bytes = raw.bytes_to_end();
        // 0x88 is the status 200.
        let answered = bytes.windows(10).any(|part| part[3] == HEADERS && part[9] == 0x88);
        assert!(!answered, "{name}: {value:?}");
    }
}
