//! A client that sends any bytes.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// The longest that is waited for what the desk sends, so that a test of a desk that hangs ends.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub(crate) struct Raw {
    stream: TcpStream,
    read: Vec<u8>,
}

/// An answer with a `Content-Length`, as all have that aren't a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    /// Connects to where a desk serves.
    #[expect(clippy::disallowed_methods, reason = "a client of the desk, on this machine")]
    pub(crate) fn connect(url: &str) -> Self {
        let address = url.rsplit('/').next().expect("an address");
        let stream = TcpStream::connect(address).expect("the desk listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, read: Vec::new() }
    }

    /// Sends; what the desk doesn't take any more is lost.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let _ = self.stream.write_all(bytes.as_ref());
        self
    }

    /// The next answer; None if the connection has ended.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Option<RawAnswer> {
        while !self.read.windows(4).any(|end| end == b"\r\n\r\n") {
            if !self.more() {
                if !self.read.starts_with(b"HTTP/") {
                    // Frames of HTTP/2, which say no more than that the connection ends.
                    return None;
                }
                assert!(self.read.is_empty(), "half an answer: {:?}", String::from_utf8_lossy(&self.read));
                return None;
            }
        }
        let end = self.read.windows(4).position(|end| end == b"\r\n\r\n").expect("an end");
        let head = String::from_utf8(self.read.drain(..end + 4).collect()).expect("a head is text");
        let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no answer: {head:?}"));
        let answer = |body| RawAnswer { status, head: head.clone(), body };
        let length = answer(Vec::new()).header("content-length").parse().unwrap_or(0);
        while self.read.len() < length {
            assert!(self.more(), "half an answer: {head:?}");
        }
        Some(answer(self.read.drain(..length).collect()))
    }

    /// All answers, to the end of the connection.
    #[track_caller]
    pub(crate) fn answers(&mut self) -> Vec<RawAnswer> {
        std::iter::from_fn(|| self.answer()).collect()
    }

    /// What comes, to the end of the connection.
    pub(crate) fn bytes_to_end(&mut self) -> Vec<u8> {
        while self.more() {}
        std::mem::take(&mut self.read)
    }

    /// Waits for more; false at the end, which may be rude.
    #[track_caller]
    fn more(&mut self) -> bool {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece) {
            Ok(count) => {
                self.read.extend_from_slice(&piece[..count]);
                count > 0
            }
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => false,
            Err(error) => panic!("the desk neither answers nor closes: {error}"),
        }
    }
}

impl RawAnswer {
    /// A header field; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut values =
            fields.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
        values.next().unwrap_or_default()
    }

    /// The `Message` of an error; empty where there is none.
    pub(crate) fn message(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["Message"].as_str().unwrap_or_default().to_owned()
    }
}
