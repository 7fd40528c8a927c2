//! Bodies of requests that come too slowly.
//!
//! Of a body that is waited for, [`PIECE`] bytes must come in each window of time, or its end: a client that sends a byte now
//! and then holds a place no longer than one that sends nothing. Time in which the desk itself is busy doesn't count.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use serde_json::json;
use tokio::time::Sleep;

/// How much has to come in each window, in bytes.
const PIECE: usize = 10 * 1024;

/// Whether a request's body came too slowly.
#[derive(Clone, Default)]
pub(super) struct Stalled(Arc<AtomicBool>);

impl Stalled {
    /// The request with a body that is watched.
    pub(super) fn watch(&self, request: Request, window: Duration) -> Request {
        if request.body().is_end_stream() {
            return request;
        }
        let stalled = self.clone();
        request.map(|inner| Body::new(Watched { inner, window, timer: None, came: 0, stalled }))
    }

    /// The answer: the body's end was too late where the handler could only say that it isn't whole.
    pub(super) fn tell(&self, answer: Response, version: Version) -> Response {
        if !self.0.load(Ordering::Relaxed) {
            return answer;
        }
        metrics::counter!("http_slow_total", "what" => "body").increment(1);
        let mut answer = if answer.status() == StatusCode::BAD_REQUEST { too_slow(answer) } else { answer };
        if version <= Version::HTTP_11 {
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    }
}

fn too_slow(instead_of: Response) -> Response {
    let (mut head, _) = instead_of.into_parts();
    let body = Json(json!({ "Message": "The body came too slowly." }));
    let (fresh, body) = (StatusCode::REQUEST_TIMEOUT, body).into_response().into_parts();
    head.status = fresh.status;
    head.headers.remove(axum::http::header::CONTENT_LENGTH);
    head.headers.extend(fresh.headers);
    Response::from_parts(head, body)
}

struct Watched {
    inner: Body,
    window: Duration,
    /// Runs since the body was first waited for in this window.
    timer: Option<Pin<Box<Sleep>>>,
    /// What came in this window.
    came: usize,
    stalled: Stalled,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.came += frame.data_ref().map_or(0, Bytes::len);
                if self.came >= PIECE {
                    (self.came, self.timer) = (0, None);
                }
            }
            Poll::Ready(_) => self.timer = None,
            Poll::Pending => {
                let window = self.window;
                let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(window)));
                if timer.as_mut().poll(cx).is_ready() {
                    self.stalled.0.store(true, Ordering::Relaxed);
                    return Poll::Ready(Some(Err(axum::Error::new("the body came too slowly"))));
                }
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use http_body_util::BodyExt;

    use super::*;

    const WINDOW: Duration = Duration::from_secs(20);

    /// Reads a body that brings pieces of `size` bytes, one in each `pause`; gives what came, and whether it stalled.
    async fn read(pieces: usize, size: usize, pause: Duration) -> (usize, bool) {
        let pieces = futures::stream::iter(0..pieces).then(move |_| async move {
            tokio::time::sleep(pause).await;
            Ok::<_, std::convert::Infallible>(Bytes::from(vec![0; size]))
        });
        let stalled = Stalled::default();
        let mut body = stalled.watch(Request::new(Body::from_stream(pieces)), WINDOW).into_body();
        let mut came = 0;
        while let Some(Ok(frame)) = body.frame().await {
            came += frame.data_ref().map_or(0, Bytes::len);
        }
        (came, stalled.0.load(Ordering::Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_has_to_get_on() {
        let seconds = Duration::from_secs;
        assert_eq!(read(100, PIECE, seconds(19)).await, (100 * PIECE, false), "slow, but steady");
        assert_eq!(read(10, PIECE, seconds(21)).await, (0, true));
        assert_eq!(read(100, 1, Duration::from_millis(1500)).await, (13, true), "a drip");
        assert_eq!(read(19, 1, seconds(1)).await, (19, false), "small, and done in time");
        assert_eq!(read(1000, PIECE / 10, seconds(1)).await, (100 * PIECE, false));
        assert!(read(1000, PIECE / 25, seconds(1)).await.1, "a little too slow");
    }

    #[tokio::test(start_paused = true)]
    async fn the_desks_own_time_does_not_count() {
        let stalled = Stalled::default();
        let body = Body::from(vec![0; 10]);
        let mut body = stalled.watch(Request::new(body), WINDOW).into_body();
        tokio::time::sleep(Duration::from_mins(5)).await;
        assert!(body.frame().await.is_some_and(|frame| frame.is_ok()));
        assert!(!stalled.0.load(Ordering::Relaxed));
    }
}
