use std::future::pending;
use std::time::Duration;

use hyper::rt::Executor as _;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{TaskGuard, Tasks};

#[tokio::test(start_paused = true)]
async fn a_connections_tasks_end_with_it_even_if_they_could_start_more() {
    let guard = TaskGuard(Tasks::default());
    let (held, ended) = oneshot::channel::<()>();
    // As HTTP/2's tasks do, this one holds the executor, which holds the task.
    let executor = guard.0.clone();
    guard.0.execute(async move {
        let _held = (held, executor);
        pending::<()>().await;
    });
    tokio::task::yield_now().await;
    drop(guard);
    let ended = timeout(Duration::from_secs(1), ended).await;
    assert!(ended.is_ok_and(|ended| ended.is_err()), "the task was dropped");
}
