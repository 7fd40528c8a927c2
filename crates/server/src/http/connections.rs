//! Connections: HTTP/1.1 and HTTP/2, with the limits that a server needs against slow and greedy clients.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::edge::Refusal;
use super::forwarded::Proxies;
use super::tls::{Admitted, Securing};
use crate::config::Http;
use proofdesk_framing::{MARK, MAX_FIELDS, MAX_HEAD, Patience, Strict, Told};

/// The most streams of an HTTP/2 connection at one time.
const MAX_STREAMS: u32 = 100;
/// The most streams that an HTTP/2 client may end before they were looked at: more, and the connection ends
/// ("rapid reset", CVE-2023-44487).
const MAX_RESETS: usize = 20;
/// The most streams that are ended for an error of the client's: more, and the connection ends ("made you reset", CVE-2025-8671).
const MAX_ERRORS: usize = 100;

/// Serves until `stop`, then lets the requests under way end.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    limits: &Http,
    securing: Option<Securing>,
    stop: impl Future<Output = ()>,
) {
    let builder = Arc::new(builder(limits));
    let proxies = Arc::new(Proxies::new(limits));
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections as usize));
    let patience = Patience {
        head: Duration::from_secs(limits.header_seconds.into()),
        answer: Duration::from_secs(limits.body_seconds.into()),
    };
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let admitted = match securing.as_ref().map(Securing::admit) {
            Some(None) => continue,
            Some(admitted) => admitted,
            None => None,
        };
        let app =
            Asking { app: app.clone(), peer, proxies: proxies.clone(), fault: Told::default(), patience };
        let connection = connection(builder.clone(), admitted, stream, app, graceful.watcher());
        tokio::spawn(async move {
            metrics::gauge!("http_connections").increment(1.0);
            connection.await;
            metrics::gauge!("http_connections").decrement(1.0);
            drop(place);
        });
    }
    drop(listener);
    let patience = Duration::from_secs(limits.shutdown_seconds.into());
    if tokio::time::timeout(patience, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}

fn builder(limits: &Http) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.header_seconds.into()))
        // What is larger, or has more, never comes here: `framing` refuses it, and says so.
        .max_buf_size(2 * MAX_HEAD)
        .max_headers(MAX_FIELDS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_HEAD as u32)
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_RESETS)
        .max_local_error_reset_streams(MAX_ERRORS)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<Accepted> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
            // Answers are written whole; waiting to fill a packet only adds delay.
            let _ = stream.set_nodelay(true);
            Some((stream, address, place))
        }
        Err(error) => {
            // Out of file descriptors, say: wait for connections to end instead of spinning.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

/// What answers the requests of one connection.
#[derive(Clone)]
struct Asking {
    app: Router,
    peer: SocketAddr,
    proxies: Arc<Proxies>,
    fault: Told,
    patience: Patience,
}

impl Asking {
    /// Answers a request, which learns where it comes from.
    fn answer(
        &self,
        mut request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response, Infallible>> + use<> {
        let client = self.proxies.source(self.peer, request.headers());
        request.extensions_mut().insert(client);
        if let Some(fault) = self.fault.get().filter(|_| request.method().as_str() == MARK) {
            request.extensions_mut().insert(Refusal(*fault));
        }
        self.app.clone().oneshot(request.map(axum::body::Body::new))
    }
}

async fn connection(
    builder: Arc<Builder<TokioExecutor>>,
    admitted: Option<Admitted>,
    stream: TcpStream,
    app: Asking,
    watcher: Watcher,
) {
    match admitted {
        None => talk(&builder, stream, app, watcher).await,
        Some(admitted) => {
            if let Some(stream) = admitted.secure(stream).await {
                talk(&builder, stream, app, watcher).await;
            }
        }
    }
}

/// Answers the requests of a connection to its end.
async fn talk<S>(builder: &Builder<TokioExecutor>, stream: S, app: Asking, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = Strict::new(stream, app.fault.clone(), app.patience);
    let service = service_fn(move |request: Request<Incoming>| app.answer(request));
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(error, "a connection ended early");
    }
}
