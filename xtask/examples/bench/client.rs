//! A client of HTTP/1.1, as small as can be: it must cost less than the server it measures.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that is kept alive.
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

/// A request, written out.
#[derive(Clone)]
pub(crate) struct Request {
    /// The head, and the body of a small request.
    start: Vec<u8>,
    /// The body of a large one, which many share.
    rest: Arc<Vec<u8>>,
}

impl Request {
    /// A small request.
    pub(crate) fn new(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let start = [head_of(method, path, headers, body.len()).as_bytes(), body].concat();
        Self { start, rest: Arc::default() }
    }

    /// A POST of a large body.
    pub(crate) fn large(path: &str, headers: &[(&str, &str)], body: Arc<Vec<u8>>) -> Self {
        Self { start: head_of("POST", path, headers, body.len()).into_bytes(), rest: body }
    }

    /// Its first line.
    fn line(&self) -> String {
        let line: Vec<u8> = self.start.iter().copied().take_while(|byte| *byte != b'\r').collect();
        String::from_utf8_lossy(&line).into_owned()
    }
}

fn head_of(method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head + "\r\n"
}

impl Connection {
    /// Connects to the server under test.
    #[expect(
        clippy::disallowed_methods,
        reason = "this talks to the server under test, on the loopback only"
    )]
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        if !address.ip().is_loopback() {
            bail!("{address} is not on the loopback: loads are put on this machine's own server only");
        }
        let stream = TcpStream::connect(address).await.context("the server can't be reached")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(128 * 1024) })
    }

    /// Sends a request and waits for its whole answer; gives the status and the body.
    pub(crate) async fn exchange(&mut self, request: &Request) -> Result<(u16, &[u8])> {
        self.stream.write_all(&request.start).await?;
        if !request.rest.is_empty() {
            self.stream.write_all(&request.rest).await?;
        }
        self.answer.clear();
        let (status, body, end) = loop {
            self.read().await?;
            if let Some(head) = head(&self.answer)? {
                break head;
            }
        };
        while self.answer.len() < end {
            self.read().await?;
        }
        Ok((status, &self.answer[body..end]))
    }

    /// As [`Connection::exchange`], for an answer that must be a success.
    pub(crate) async fn succeed(&mut self, request: &Request) -> Result<&[u8]> {
        let (status, body) = self.exchange(request).await?;
        if status == 200 {
            return Ok(body);
        }
        let (line, body) = (request.line(), String::from_utf8_lossy(body));
        Err(anyhow!("`{line}` was answered with {status}: {}", body.chars().take(300).collect::<String>()))
    }

    /// As [`Connection::succeed`], for an answer of JSON.
    pub(crate) async fn json(&mut self, request: &Request) -> Result<Value> {
        serde_json::from_slice(self.succeed(request).await?).context("an answer that is not JSON")
    }

    async fn read(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.answer).await? {
            0 => bail!("the server closed a connection in the middle of an answer"),
            _ => Ok(()),
        }
    }
}

/// The status, where the body starts and where it ends, once the head is there.
fn head(answer: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&answer[..end]).context("the head of an answer")?;
    let status =
        text.get(9..12).and_then(|status| status.parse().ok()).context("an answer without a status")?;
    let length = text.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let length = length.context("an answer without Content-Length")?;
    Ok(Some((status, end + 4, end + 4 + length)))
}
