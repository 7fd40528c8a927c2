//! Bodies that nobody reads: a request that is refused by its head alone.
//!
//! What is left of a body stands between its request and the next one of the connection. It is read out, up to a limit;
//! beyond it the connection ends, and the answer says so. Else a client that keeps its connection, such as one whose token
//! has ended and who then renews it, would find the connection closed under its next request.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::Request;
use axum::http::header::{CONNECTION, EXPECT};
use axum::http::{HeaderValue, Version};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::sync::oneshot;

/// The most that is read of a body that nobody wants, in bytes.
const LIMIT: usize = 256 * 1024;

/// A body that comes back when its reader is done with it.
struct Lent {
    body: Option<BodyDataStream>,
    back: Option<oneshot::Sender<BodyDataStream>>,
}

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = self.body.as_mut() else { return Poll::Ready(None) };
        let polled = body.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take()) {
            // Nobody waits for it any more if the request was given up.
            let _ = back.send(body);
        }
    }
}

/// Answers a request, then reads what is left of its body.
pub(crate) async fn read_out(request: Request, next: Next) -> Response {
    // In HTTP/2 bodies stand in nobody's way. And who asks first whether to send one sends none after a refusal (RFC 9110
    // section 10.1.1).
    let free = request.version() > Version::HTTP_11 || request.headers().contains_key(EXPECT);
    if free || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (back, mut returned) = oneshot::channel();
    let lend = |body: Body| Lent { body: Some(body.into_data_stream()), back: Some(back) };
    let mut response = next.run(request.map(|body| Body::from_stream(lend(body)))).await;
    if let Ok(rest) = returned.try_recv()
        && !drained(rest).await
    {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether a body came to its end within the limit.
async fn drained(mut rest: BodyDataStream) -> bool {
    let mut read = 0;
    while let Some(piece) = rest.next().await {
        match piece {
            Ok(piece) => read += piece.len(),
            Err(_) => return false,
        }
        if read > LIMIT {
            return false;
        }
    }
    true
}
