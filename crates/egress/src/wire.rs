//! The socket, with a count of what is read from it and an end to it: whatever the layers above do, no more is read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

#[cfg(test)]
mod tests;

/// How much may still be read, and how much was.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    left: AtomicU64,
    read: AtomicU64,
}

impl Budget {
    pub(crate) fn new(left: u64) -> Self {
        Self(Arc::new(Counts { left: AtomicU64::new(left), read: AtomicU64::new(0) }))
    }

    /// Allows `left` more bytes from now on, whatever was left before.
    pub(crate) fn set(&self, left: u64) {
        self.0.left.store(left, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> u64 {
        self.0.read.load(Ordering::Relaxed)
    }

    /// Whether the last read ran into the end of the budget.
    pub(crate) fn is_spent(&self) -> bool {
        self.left() == 0
    }

    fn left(&self) -> u64 {
        self.0.left.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) {
        let bytes = bytes as u64;
        self.0.read.fetch_add(bytes, Ordering::Relaxed);
        self.0.left.store(self.left().saturating_sub(bytes), Ordering::Relaxed);
    }
}

/// A socket that reads no more than its budget.
#[derive(Debug)]
pub(crate) struct Metered<S> {
    socket: S,
    budget: Budget,
}

impl<S> Metered<S> {
    pub(crate) fn new(socket: S, budget: Budget) -> Self {
        Self { socket, budget }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wanted = buf.remaining().min(usize::try_from(self.budget.left()).unwrap_or(usize::MAX));
        if wanted == 0 && buf.remaining() > 0 {
            return Poll::Ready(Err(io::Error::other("the read budget is spent")));
        }
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(wanted));
        ready!(Pin::new(&mut self.socket).poll_read(cx, &mut part))?;
        let count = part.filled().len();
        buf.advance(count);
        self.budget.take(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
