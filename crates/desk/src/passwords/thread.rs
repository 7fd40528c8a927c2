//! The thread that works out hashes, one after the other, behind everything else that the desk does.
//!
//! A hash takes some 25 ms of a core and 19 MiB. So there is one thread, of low priority, and a short queue: who would
//! have to wait long is told to come back. Nothing is started or allocated before the first password, and the memory is given
//! back when nobody has signed in for a moment.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::hashing::Memory;
use crate::error::DeskError;

/// Hashes that may wait: of 25 ms each, some of these already wait in vain.
const QUEUE: usize = 64;

/// How long a hash may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the memory is kept for the next password.
const KEPT: Duration = Duration::from_secs(1);

/// How nice the thread is to all others: where all cores are busy it gets a tenth of what another thread gets. The nicest, 19,
/// would get a seventieth, and nobody could sign in to a busy machine.
const NICE: i32 = 10;

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// The way to the thread. It ends when this goes.
#[derive(Default)]
pub(super) struct Hashing(OnceLock<Option<SyncSender<Job>>>);

impl Hashing {
    /// Has a job done on the thread. A caller that goes away takes a job that hasn't begun out of the queue.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, DeskError> {
        let Some(queue) = self.0.get_or_init(spawn) else {
            return Err(DeskError::Unavailable("the password thread can't be started".to_owned()));
        };
        let (start, turn) = oneshot::channel();
        let (finish, result) = oneshot::channel();
        let queued = Instant::now();
        let work: Job = Box::new(move |memory| {
            metrics::gauge!("password_queue").decrement(1.0);
            if start.send(()).is_ok() {
                metrics::histogram!("password_wait_seconds").record(queued.elapsed().as_secs_f64());
                metrics::counter!("password_hashes_total").increment(1);
                let _ = finish.send(job(memory));
            }
        });
        metrics::gauge!("password_queue").increment(1.0);
        if let Err(refused) = queue.try_send(work) {
            metrics::gauge!("password_queue").decrement(1.0);
            return Err(match refused {
                TrySendError::Full(_) => busy(),
                TrySendError::Disconnected(_) => ended(),
            });
        }
        match tokio::time::timeout(PATIENCE, turn).await {
            Err(_) => Err(busy()),
            Ok(Err(_)) => Err(ended()),
            Ok(Ok(())) => result.await.map_err(|_| ended()),
        }
    }
}

fn busy() -> DeskError {
    metrics::counter!("password_busy_total").increment(1);
    DeskError::Busy(PATIENCE)
}

fn ended() -> DeskError {
    DeskError::Unavailable("the password thread has failed".to_owned())
}

fn spawn() -> Option<SyncSender<Job>> {
    let (queue, jobs) = sync_channel(QUEUE);
    let thread = std::thread::Builder::new().name("passwords".to_owned());
    match thread.spawn(move || work(&jobs)) {
        Ok(_) => Some(queue),
        Err(error) => {
            tracing::error!(%error, "the password thread can't be started");
            None
        }
    }
}

fn work(jobs: &Receiver<Job>) {
    // Linux counts the priority of each thread by itself.
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::warn!(%error, "the password thread runs at the priority of all others");
    }
    let mut memory = Memory::default();
    loop {
        let next = if memory.is_empty() {
            jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            jobs.recv_timeout(KEPT)
        };
        match next {
            // A job that panics fails alone: its caller hears nothing and says so.
            Ok(job) => drop(catch_unwind(AssertUnwindSafe(|| job(&mut memory)))),
            Err(RecvTimeoutError::Timeout) => memory = Memory::default(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
