//! The edge: URLs that are fetched, and HTTP/1.1 as it comes from the socket.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use proofdesk_framing::{Patience, Strict, Told};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use super::owned;

/// What stands for a refused request in what goes on.
const REFUSED: &[u8] = b"REFUSED / HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";

pub(super) use proofdesk_egress::fuzzing::url;

pub(super) fn url_seeds() -> Vec<Vec<u8>> {
    owned(&[
        "https://example.com/passport.jpg?signature=a%20b#front",
        "http://[::ffff:127.0.0.1]:8080/",
        "https://0x7f.1/",
        "https://user:secret@example.com/",
        "https://b\u{fc}cher.example\u{3002}com/\u{2044}",
        "file:///etc/passwd",
        "https://2130706433/..//a/./b",
    ])
}

/// However the bytes are cut, the same goes on, and what goes on is a beginning of what came.
pub(super) fn framing(bytes: &[u8]) {
    let (whole, refused) = given(bytes, usize::MAX);
    assert_eq!((whole.clone(), refused), given(bytes, 3), "the outcome depends on the cuts");
    let good = if refused { whole.strip_suffix(REFUSED).expect("a refusal that isn't told") } else { &whole };
    assert!(bytes.starts_with(good), "what goes on isn't what came");
    assert!(!contains_bare_line_feed(good), "a head with a bare line feed goes on");
}

/// Whether the first head has a line feed without a carriage return. HTTP/2 speaks otherwise.
fn contains_bare_line_feed(bytes: &[u8]) -> bool {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes, |end| &bytes[..end]);
    !bytes.starts_with(b"PRI ") && head.windows(2).any(|two| two[1] == b'\n' && two[0] != b'\r')
}

fn given(bytes: &[u8], cut: usize) -> (Vec<u8>, bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _inside = runtime.enter();
    let told = Told::default();
    let patience = Patience { head: Duration::MAX, answer: Duration::MAX };
    let mut strict = Strict::new(Pieces { rest: bytes, cut }, told.clone(), patience);
    let mut all = Vec::new();
    // After a refusal nothing comes, and the stream stays open for the answer.
    let _ = strict.read_to_end(&mut all).now_or_never();
    (all, told.get().is_some())
}

/// Gives at most `cut` bytes at a time.
struct Pieces<'a> {
    rest: &'a [u8],
    cut: usize,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let own = self.get_mut();
        let count = own.cut.min(own.rest.len()).min(buffer.remaining());
        let (piece, rest) = own.rest.split_at(count);
        buffer.put_slice(piece);
        own.rest = rest;
        Poll::Ready(Ok(()))
    }
}

pub(super) fn framing_seeds() -> Vec<Vec<u8>> {
    owned(&[
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\nGET / HTTP/1.0\r\n\r\nGET /b HTTP/1.1\r\nhost: [::1]:80\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na\nb\0cGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\na\r\nbc\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\n\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
}
