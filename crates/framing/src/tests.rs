use futures::FutureExt;
use tokio::io::AsyncReadExt;

use super::*;

/// What hyper is given of these bytes, however they are cut, and what was told.
fn given(bytes: &[u8], cut: usize) -> (Vec<u8>, Option<Fault>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _inside = runtime.enter();
    let mut pieces = Pieces { rest: bytes, cut };
    let told = Told::default();
    let mut strict =
        Strict::new(&mut pieces, told.clone(), Patience { head: Duration::MAX, answer: Duration::MAX });
    let mut all = Vec::new();
    // After a refusal nothing comes, and the stream stays open for the answer.
    let _ = strict.read_to_end(&mut all).now_or_never();
    (all, told.get().copied())
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

const CUTS: [usize; 5] = [1, 2, 3, 7, 100_000];

#[test]
fn good_requests_go_on_as_they_are() {
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        b"\r\nGET / HTTP/1.0\r\n\r\nGET /b HTTP/1.1\r\nhost: [::1]:80\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na\nb\0cGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\na\r\nbc\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\n\n",
    ] {
        for cut in CUTS {
            assert_eq!(given(bytes, cut), (bytes.to_vec(), None), "{cut}: {:?}", String::from_utf8_lossy(bytes));
        }
    }
}

#[test]
fn of_a_bad_head_nothing_goes_on() {
    let good = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab";
    for bad in [
        &b"GET / HTTP/1.1\nHost: a\n\n"[..],
        b"GET / HTTP/1.1\r\nHost: a\r\nX: y\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\n",
    ] {
        for cut in CUTS {
            let (all, told) = given(&[good, bad].concat(), cut);
            assert_eq!(all, [&good[..], REFUSED].concat(), "{cut}: {:?}", String::from_utf8_lossy(bad));
            assert_eq!(told.map(|fault| fault.status), Some(StatusCode::BAD_REQUEST));
        }
    }
}

#[test]
fn a_broken_body_ends() {
    let head = &b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"[..];
    for bad in [
        "x\r\n",
        "5 \r\nabcde\r\n",
        "-1\r\n",
        "3\nabc\r\n",
        "\r\n",
        "0\r\nHost: b\r\n\r\n",
        "0\r\nX : y\r\n\r\n",
    ] {
        for cut in CUTS {
            let (all, told) =
                given(&[head, bad.as_bytes(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"].concat(), cut);
            assert!(
                all.starts_with(head) && !all.ends_with(b"\r\n\r\n"),
                "{bad:?}: {:?}",
                String::from_utf8_lossy(&all)
            );
            assert_eq!(told, None);
        }
    }
}

#[test]
fn a_head_has_a_size() {
    let of = |bytes: usize| {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        format!("{start}{}\r\n\r\n", "x".repeat(bytes - start.len() - 4)).into_bytes()
    };
    for size in [head::MAX_HEAD - 1, head::MAX_HEAD] {
        assert_eq!(given(&of(size), 4096), (of(size), None));
    }
    assert_eq!(given(&of(head::MAX_HEAD + 1), 4096), (REFUSED.to_vec(), Some(head::TOO_LARGE)));
    let endless = vec![b'x'; 3 * head::MAX_HEAD];
    assert_eq!(given(&endless, 4096), (REFUSED.to_vec(), Some(head::TOO_LARGE)));
    let many = |fields: usize| {
        format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "a: b\r\n".repeat(fields - 1)).into_bytes()
    };
    assert_eq!(given(&many(100), 4096).1, None);
    assert_eq!(given(&many(101), 4096).1, Some(head::TOO_MANY));
}
