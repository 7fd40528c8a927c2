//! HTTP/1.1 as RFC 9112 has it, and no more: what stands between the socket and hyper.
//!
//! A server that forgives what a proxy in front reads otherwise answers requests that the proxy never saw. So bytes go on only
//! once they are known to be good: a head when it is whole, a body as far as its framing says. Instead of a head that is
//! refused, hyper is given a request of ours ([`MARK`]) that the service answers with what was wrong, in its turn after those
//! that came before; then the connection ends. A body whose framing is broken ends early, and the connection with it.
//!
//! HTTP/2 begins with a preface of its own, and is left to the `h2` crate.

mod chunks;
mod fields;
mod head;
mod scan;

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::BytesMut;
use http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

pub use head::{MAX_FIELDS, MAX_HEAD, METHOD, TOO_MANY};
use scan::{Outcome, Scanner};

/// The method of the request that stands for a refused one. Sent by a client it is one that no resource has.
pub const MARK: &str = "REFUSED";
/// The most that is read behind a refused head, in bytes.
const MAX_WASTE: usize = 1024 * 1024;
const REFUSED: &[u8] = b"REFUSED / HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";

/// Why a request is refused before it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is answered with.
    pub status: StatusCode,
    /// What was wrong, for who sent it.
    pub message: &'static str,
}

impl Fault {
    const fn bad(message: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message }
    }
}

/// Where the fault of a connection is told: it has one at the most.
pub type Told = Arc<OnceLock<Fault>>;

/// A stream that gives good requests only.
pub struct Strict<S> {
    inner: S,
    scanner: Scanner,
    /// Read, but not known to be good yet.
    held: BytesMut,
    /// Good, and not handed on yet.
    good: BytesMut,
    end: End,
    told: Told,
    /// Until when the first head has to be whole. Before it, hyper doesn't know what is spoken, and has no timer of its own.
    patience: Option<Pin<Box<Sleep>>>,
    idle: Idle,
}

/// Ends a connection whose client takes nothing of an answer.
struct Idle {
    after: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Idle {
    /// The outcome of a write, or an error if writes have waited for too long without any getting on.
    fn bound<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.timer = None;
            return polled;
        }
        let after = self.after;
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(after)));
        ready!(timer.as_mut().poll(cx));
        metrics::counter!("http_slow_total", "what" => "answer").increment(1);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the first head.
    pub head: Duration,
    /// For something of an answer.
    pub answer: Duration,
}

/// Whether more is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    No,
    /// As if the client had gone: a body that isn't whole stays so.
    Gone,
    /// As if the client waited: it gets its answer, which is the connection's last. So many bytes more are read and thrown
    /// away meanwhile, because a socket that is closed with unread bytes takes the answer with it.
    Waits(usize),
}

impl<S> Strict<S> {
    /// A stream over a socket that tells its fault to `told`. Needs a tokio runtime with timers.
    pub fn new(inner: S, told: Told, patience: Patience) -> Self {
        let idle = Idle { after: patience.answer, timer: None };
        let patience = Some(Box::pin(tokio::time::sleep(patience.head)));
        let (held, good) = (BytesMut::new(), BytesMut::new());
        Self { inner, scanner: Scanner::default(), held, good, end: End::No, told, patience, idle }
    }

    /// Looks at what came in behind `before`, and leaves of it there what is good.
    fn sift(&mut self, buffer: &mut ReadBuf<'_>, before: usize) {
        let outcome = if self.held.is_empty() {
            let (good, outcome) = self.scanner.scan(&buffer.filled()[before..]);
            if outcome == Outcome::More {
                self.held.extend_from_slice(&buffer.filled()[before + good..]);
            }
            buffer.set_filled(before + good);
            outcome
        } else {
            self.held.extend_from_slice(&buffer.filled()[before..]);
            buffer.set_filled(before);
            let (good, outcome) = self.scanner.scan(&self.held);
            self.good = self.held.split_to(good);
            outcome
        };
        match outcome {
            Outcome::More => {}
            Outcome::Refused(fault) => {
                let _ = self.told.set(fault);
                self.good.extend_from_slice(REFUSED);
                self.end = End::Waits(MAX_WASTE);
            }
            Outcome::Broken => self.end = End::Gone,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Strict<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let own = self.get_mut();
        loop {
            if !own.good.is_empty() {
                let count = own.good.len().min(buffer.remaining());
                buffer.put_slice(&own.good.split_to(count));
                return Poll::Ready(Ok(()));
            }
            match own.end {
                End::No | End::Waits(1..) => {}
                End::Gone => return Poll::Ready(Ok(())),
                End::Waits(0) => return Poll::Pending,
            }
            if own.patience.as_mut().is_some_and(|patience| patience.as_mut().poll(cx).is_ready()) {
                own.end = End::Gone;
                continue;
            }
            let before = buffer.filled().len();
            ready!(Pin::new(&mut own.inner).poll_read(cx, buffer))?;
            if let End::Waits(left) = own.end {
                let wasted = buffer.filled().len() - before;
                buffer.set_filled(before);
                own.end = End::Waits(if wasted == 0 { 0 } else { left.saturating_sub(wasted) });
                continue;
            }
            if buffer.filled().len() == before || own.scanner.is_over() {
                return Poll::Ready(Ok(()));
            }
            own.sift(buffer, before);
            if own.scanner.has_begun() {
                own.patience = None;
            }
            if buffer.filled().len() > before {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Strict<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let own = self.get_mut();
        let polled = Pin::new(&mut own.inner).poll_write(cx, bytes);
        own.idle.bound(cx, polled)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let own = self.get_mut();
        let polled = Pin::new(&mut own.inner).poll_flush(cx);
        own.idle.bound(cx, polled)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let own = self.get_mut();
        let polled = Pin::new(&mut own.inner).poll_shutdown(cx);
        own.idle.bound(cx, polled)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let own = self.get_mut();
        let polled = Pin::new(&mut own.inner).poll_write_vectored(cx, pieces);
        own.idle.bound(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[cfg(test)]
mod tests;
