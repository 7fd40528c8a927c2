//! The head of a request (RFC 9112 sections 3, 5 and 6).

use http::StatusCode;

use super::Fault;
use super::fields::{field, is_host, is_token};

/// The largest head, in bytes.
pub const MAX_HEAD: usize = 64 * 1024;
/// The most fields of a head.
pub const MAX_FIELDS: usize = 100;

pub(super) const TOO_LARGE: Fault = Fault {
    status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    message: "The head has more than 65536 bytes.",
};
/// What is answered to a head with more than [`MAX_FIELDS`].
pub const TOO_MANY: Fault = Fault {
    status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    message: "The head has more than 100 fields.",
};
/// What is answered to CONNECT, which would make a tunnel of the connection. TRACE is answered as every method is that a resource doesn't have.
pub const METHOD: Fault =
    Fault { status: StatusCode::METHOD_NOT_ALLOWED, message: "The method CONNECT is not supported." };

/// How the body of a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Sized(u64),
    Chunked,
}

/// Reads a head that is whole, with its empty line. Each of its lines ends with CR LF.
pub(super) fn read(head: &[u8]) -> Result<Framing, Fault> {
    let mut lines = head.split_inclusive(|byte| *byte == b'\n').map(|line| &line[..line.len() - 2]);
    let old = request_line(lines.next().unwrap_or_default())?;
    let mut length = None;
    let (mut hosts, mut chunked) = (0, false);
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) =
            field(line).ok_or(Fault::bad("The request is not valid HTTP: a header field is not one."))?;
        if name.eq_ignore_ascii_case(b"content-length") {
            let size = sized(value)
                .ok_or(Fault::bad("The request is not valid HTTP: Content-Length is no length."))?;
            if length.replace(size).is_some() {
                return Err(Fault::bad(
                    "The request is not valid HTTP: Content-Length is given more than once.",
                ));
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if old || chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Fault::bad(
                    "The request is not valid HTTP: Transfer-Encoding may be chunked, once.",
                ));
            }
            chunked = true;
        } else if name.eq_ignore_ascii_case(b"host") {
            hosts += 1;
            if !is_host(value) {
                return Err(Fault::bad("The request is not valid HTTP: Host is no host."));
            }
        }
    }
    if hosts > 1 || (hosts == 0 && !old) {
        return Err(Fault::bad("The request is not valid HTTP: it must have one Host."));
    }
    match (length, chunked) {
        (Some(_), true) => Err(Fault::bad(
            "The request is not valid HTTP: Content-Length and Transfer-Encoding exclude each other.",
        )),
        (None, true) => Ok(Framing::Chunked),
        (Some(size), false) => Ok(Framing::Sized(size)),
        (None, false) => Ok(Framing::None),
    }
}

/// Digits and nothing else, no more than a file can have.
fn sized(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let size: u64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    i64::try_from(size).is_ok().then_some(size)
}

/// Whether a request is of HTTP/1.0.
fn request_line(line: &[u8]) -> Result<bool, Fault> {
    const BAD: Fault = Fault::bad("The request is not valid HTTP: its first line is not one.");
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(BAD);
    };
    let old = match version {
        b"HTTP/1.1" => false,
        b"HTTP/1.0" => true,
        _ => return Err(BAD),
    };
    if !is_token(method) {
        return Err(BAD);
    }
    if method == b"CONNECT" {
        return Err(METHOD);
    }
    let visible = target.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'#');
    if visible && is_target(method, target) { Ok(old) } else { Err(BAD) }
}

/// A path, the address of a resource, or, of OPTIONS, the server as a whole (RFC 9112 section 3.2).
fn is_target(method: &[u8], target: &[u8]) -> bool {
    if target.starts_with(b"/") {
        return true;
    }
    if target == b"*" {
        return method == b"OPTIONS";
    }
    let start =
        |scheme: &[u8]| target.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme));
    let rest = match (start(b"http://"), start(b"https://")) {
        (true, _) => &target[7..],
        (_, true) => &target[8..],
        _ => return false,
    };
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
    is_host(&rest[..end])
}
