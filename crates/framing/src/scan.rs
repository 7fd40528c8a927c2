//! Where in the bytes of a connection heads and bodies begin and end.

use memchr::memchr;

use super::Fault;
use super::chunks::{self, Chunked};
use super::head::{self, Framing};

/// The first line of HTTP/2's preface (RFC 9113 section 3.4), which no request of HTTP/1 is.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n";

/// What a look at some bytes gave, besides those that are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Of the rest nothing can be said before more comes.
    More,
    /// The rest begins with a head that is refused.
    Refused(Fault),
    /// The framing of a body is broken: where the next request begins can't be known.
    Broken,
}

#[derive(Debug)]
enum State {
    Head(Lines),
    Body(u64),
    Chunks(Chunked),
    /// HTTP/2, or over.
    Over,
}

/// Goes through a connection's bytes.
#[derive(Debug)]
pub(super) struct Scanner {
    state: State,
    first: bool,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { state: State::Head(Lines::default()), first: true }
    }
}

impl Scanner {
    /// Whether there is nothing more to look at: all that comes is another protocol's.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Whether a first head was looked at to its end.
    pub(super) fn has_begun(&self) -> bool {
        !self.first || self.is_over()
    }

    /// How many bytes at the front are good. The next call begins with the rest, and what came after it.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> (usize, Outcome) {
        let mut good = 0;
        while good < bytes.len() {
            match self.step(&bytes[good..]) {
                Ok(0) => break,
                Ok(count) => good += count,
                Err(outcome) => {
                    self.state = State::Over;
                    return (good, outcome);
                }
            }
        }
        (good, Outcome::More)
    }

    /// How many bytes of the front are good; 0 if more has to come.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, Outcome> {
        match &mut self.state {
            State::Over => Ok(bytes.len()),
            State::Body(left) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= count as u64;
                if *left == 0 {
                    self.state = State::Head(Lines::default());
                }
                Ok(count)
            }
            State::Chunks(chunks) => {
                let count = chunks.step(bytes).map_err(|chunks::Broken| Outcome::Broken)?;
                if chunks.is_done() {
                    self.state = State::Head(Lines::default());
                }
                Ok(count)
            }
            State::Head(lines) => {
                // An empty line before a request is an old client's mistake (RFC 9112 section 2.2).
                if bytes == b"\r" {
                    return Ok(0);
                }
                if bytes.starts_with(b"\r\n") {
                    self.first = false;
                    return Ok(2);
                }
                if self.first && bytes.starts_with(PREFACE) {
                    self.state = State::Over;
                    return Ok(bytes.len());
                }
                let Some(end) = lines.end(bytes).map_err(Outcome::Refused)? else { return Ok(0) };
                self.state = match head::read(&bytes[..end]).map_err(Outcome::Refused)? {
                    Framing::None | Framing::Sized(0) => State::Head(Lines::default()),
                    Framing::Sized(size) => State::Body(size),
                    Framing::Chunked => State::Chunks(Chunked::default()),
                };
                self.first = false;
                Ok(end)
            }
        }
    }
}

/// Finds the empty line at the end of a head, without looking at a byte twice.
#[derive(Debug, Default)]
struct Lines {
    /// Where the present line begins.
    start: usize,
    /// What was looked at.
    seen: usize,
    count: usize,
}

impl Lines {
    /// The length of the head with its empty line; None if it isn't whole yet.
    fn end(&mut self, bytes: &[u8]) -> Result<Option<usize>, Fault> {
        while let Some(at) = memchr(b'\n', &bytes[self.seen..]) {
            let line_feed = self.seen + at;
            if line_feed == 0 || bytes[line_feed - 1] != b'\r' {
                return Err(Fault::bad(
                    "The request is not valid HTTP: a line ends without a carriage return.",
                ));
            }
            let empty = line_feed - 1 == self.start;
            (self.start, self.seen) = (line_feed + 1, line_feed + 1);
            self.count += 1;
            if self.start > head::MAX_HEAD {
                return Err(head::TOO_LARGE);
            }
            if empty {
                return Ok(Some(self.start));
            }
            if self.count > head::MAX_FIELDS + 1 {
                return Err(head::TOO_MANY);
            }
        }
        self.seen = bytes.len();
        if bytes.len() > head::MAX_HEAD { Err(head::TOO_LARGE) } else { Ok(None) }
    }
}
