//! One request and the head of its answer, over a connection of its own.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;

use crate::connect::{Dialer, within};
use crate::error::{FetchError, Stage};
use crate::report::Record;
use crate::target::Target;
use crate::wire::{Budget, Metered};

#[cfg(test)]
mod tests;

/// How the desk introduces itself (RFC 9110 §10.1.5).
const USER_AGENT: HeaderValue = HeaderValue::from_static("Proofdesk");

/// Fields in the head of an answer.
const MAX_FIELDS: usize = 100;

/// What TLS and HTTP/2 may read for themselves before the head of the answer: certificates, settings.
const HANDSHAKE_BYTES: u64 = 64 * 1024;

/// What the server may send of a body before the reader has taken it: the window of HTTP/2, and more than HTTP/1's buffer.
const WINDOW: u32 = 128 * 1024;

/// What is asked, apart from where.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) fields: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Asked {
    /// For a file, of any kind.
    pub(crate) fn file() -> Self {
        let fields = vec![(header::ACCEPT, HeaderValue::from_static("*/*"))];
        Self { method: Method::GET, fields, body: Bytes::new() }
    }
}

/// Tasks that drive one connection. They end with the guard, whatever the server does.
#[derive(Clone, Debug, Default)]
struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Tasks {
    fn execute(&self, task: F) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
    }
}

/// Ends a connection's tasks when dropped.
#[derive(Debug)]
pub(crate) struct TaskGuard(Tasks);

impl Drop for TaskGuard {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

/// The head of an answer, and what its body is read with.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: Response<Incoming>,
    pub(crate) budget: Budget,
    pub(crate) tasks: TaskGuard,
}

impl Dialer<'_> {
    /// Asks `target` for what is there.
    pub(crate) async fn exchange(
        &self,
        target: &Target,
        asked: &Asked,
        tls: &Arc<ClientConfig>,
        record: &Record,
    ) -> Result<Answer, FetchError> {
        let socket = self.dial(target, record).await?;
        // The beginning of a body may arrive with the head, before there is a chance to allow for it.
        let head_bytes = u64::from(self.policy.limits.header_bytes) + HANDSHAKE_BYTES;
        let budget = Budget::new(head_bytes + u64::from(WINDOW));
        let answer = self.ask(target, asked, Metered::new(socket, budget.clone()), tls).await;
        match answer {
            Ok((response, tasks)) => Ok(Answer { response, budget, tasks }),
            Err(error) => {
                record.wire_bytes(budget.read());
                let too_much = budget.is_spent() && error == FetchError::BadAnswer;
                Err(if too_much { self.head_too_large() } else { error })
            }
        }
    }

    async fn ask<S>(
        &self,
        target: &Target,
        asked: &Asked,
        socket: S,
        tls: &Arc<ClientConfig>,
    ) -> Result<(Response<Incoming>, TaskGuard), FetchError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        if !target.is_https() {
            return self.ask_http1(target, asked, socket).await;
        }
        let stream = self.secure(target, socket, tls).await?;
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            self.ask_http2(target, asked, stream).await
        } else {
            self.ask_http1(target, asked, stream).await
        }
    }

    async fn ask_http1<S>(
        &self,
        target: &Target,
        asked: &Asked,
        io: S,
    ) -> Result<(Response<Incoming>, TaskGuard), FetchError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let header_bytes = self.policy.limits.header_bytes as usize;
        let connecting = http1::Builder::new()
            .max_headers(MAX_FIELDS)
            .max_header_size(header_bytes)
            .max_buf_size(header_bytes)
            .handshake(TokioIo::new(io));
        let (mut sender, connection) = connecting.await.map_err(|error| self.broken(&error))?;
        let guard = TaskGuard(Tasks::default());
        // How the connection ends shows in the answer; here there is nothing to add.
        guard.0.execute(async move { drop(connection.await) });
        let mut request = request(target.path_and_query(), asked)?;
        let host = HeaderValue::try_from(target.authority()).map_err(|_| FetchError::BadAnswer)?;
        request.headers_mut().insert(header::HOST, host);
        let response = self.head(sender.send_request(request)).await?;
        Ok((response, guard))
    }

    async fn ask_http2<S>(
        &self,
        target: &Target,
        asked: &Asked,
        io: S,
    ) -> Result<(Response<Incoming>, TaskGuard), FetchError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let guard = TaskGuard(Tasks::default());
        let connecting = http2::Builder::new(guard.0.clone())
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_header_list_size(self.policy.limits.header_bytes)
            .handshake(TokioIo::new(io));
        let connected = within(Stage::Head, self.policy.limits.idle, self.deadline, connecting).await?;
        let (mut sender, connection) = connected.map_err(|error| self.broken(&error))?;
        guard.0.execute(async move { drop(connection.await) });
        let uri = format!("https://{}{}", target.authority(), target.path_and_query());
        let response = self.head(sender.send_request(request(&uri, asked)?)).await?;
        Ok((response, guard))
    }

    async fn head(
        &self,
        answer: impl Future<Output = hyper::Result<Response<Incoming>>>,
    ) -> Result<Response<Incoming>, FetchError> {
        within(Stage::Head, self.policy.limits.idle, self.deadline, answer)
            .await?
            .map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &hyper::Error) -> FetchError {
        if error.is_parse_too_large() { self.head_too_large() } else { FetchError::BadAnswer }
    }

    fn head_too_large(&self) -> FetchError {
        FetchError::HeadTooLarge { limit: self.policy.limits.header_bytes }
    }
}

/// A request with no cookie, no referrer, no credentials but those of the service itself, and no compression: what is counted
/// is what is read. A target's text is known to fit a request.
fn request(uri: &str, asked: &Asked) -> Result<Request<Full<Bytes>>, FetchError> {
    let mut request =
        Request::builder().method(&asked.method).uri(uri).header(header::USER_AGENT, USER_AGENT);
    for (name, value) in &asked.fields {
        request = request.header(name, value);
    }
    request
        .header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"))
        .body(Full::new(asked.body.clone()))
        .map_err(|_| FetchError::BadAnswer)
}
