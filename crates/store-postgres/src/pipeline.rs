//! Sends many statements before the first answer is there.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use futures::future::{MaybeDone, maybe_done};

/// The results of requests that are sent in their order, without waiting for one another's answers.
///
/// A request of `tokio-postgres` is sent when its future is first polled, and its answer waits for it from then on. The
/// joins of the `futures` crate don't promise in which order they poll.
pub(crate) async fn in_order<F: Future>(requests: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<Pin<Box<MaybeDone<F>>>> =
        requests.into_iter().map(|request| Box::pin(maybe_done(request))).collect();
    poll_fn(|context| {
        let unfinished = pending
            .iter_mut()
            .filter_map(|request| request.as_mut().poll(context).is_pending().then_some(()));
        if unfinished.count() == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    pending.iter_mut().filter_map(|request| request.as_mut().take_output()).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[tokio::test]
    async fn all_are_sent_in_order_before_the_first_answer() {
        let log = RefCell::new(Vec::new());
        let request = |number: usize| {
            let log = &log;
            async move {
                log.borrow_mut().push(("sent", number));
                tokio::task::yield_now().await;
                log.borrow_mut().push(("answered", number));
                number * 10
            }
        };
        let answers = in_order((0..100).map(request)).await;
        assert_eq!(answers, (0..100).map(|number| number * 10).collect::<Vec<_>>());
        let expected =
            ["sent", "answered"].into_iter().flat_map(|what| (0..100).map(move |number| (what, number)));
        assert_eq!(log.into_inner(), expected.collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn none_is_nothing() {
        assert!(in_order(Vec::<std::future::Ready<u8>>::new()).await.is_empty());
    }
}
