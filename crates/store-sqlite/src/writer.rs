//! The thread that writes: many callers' transactions, one sync.
//!
//! A group is written without savepoints first, since nearly all of it will stay. Only if something is refused, and in the
//! group after that, each write has a savepoint of its own.

mod scrub;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{Builder, JoinHandle};

use proofdesk_domain::latch::Latch;
use proofdesk_store::StoreError;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::oneshot;

use crate::connection::run;
use crate::error::failed;

/// How many transactions share one sync at most.
const GROUP: usize = 256;

/// Hands work to the thread that writes. When this is dropped, the thread does what it was given and ends.
pub(crate) struct Writer {
    queue: Option<Sender<Box<dyn Work>>>,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    /// Shut when nothing can be written any more.
    latch: Latch,
    /// How many database transactions were committed: as many syncs.
    commits: AtomicU64,
}

/// What one caller wants written.
trait Work: Send {
    /// Writes. If it gives `false`, what it wrote is taken back. Called again after all of its group was taken back.
    fn write(&mut self, connection: &Connection) -> bool;

    /// Whether it gave an error when it was last called.
    fn is_refused(&self) -> bool;

    /// What is wrong with the disk, if it found that out when it was last called.
    fn disk(&self) -> Option<Failure>;

    /// Answers the caller, with the error of the group if there is one.
    fn answer(self: Box<Self>, group: Result<(), &Failure>);

    /// Whether what it deleted must not stay in the log either.
    fn scrubs(&self) -> bool;
}

/// Why nothing of a group was written, as far as is known.
#[derive(Clone, Debug)]
enum Failure {
    /// The disk failed, or the code: nothing more is written.
    Broken(String),
    /// There is no room.
    Full,
    /// Anything else; the next group may fare better.
    Other(String),
}

impl Failure {
    fn of(error: rusqlite::Error) -> Self {
        match failed(error) {
            StoreError::Broken(why) => Self::broken(&why),
            StoreError::Full => Self::Full,
            other => Self::Other(other.to_string()),
        }
    }

    fn broken(why: &str) -> Self {
        Self::Broken(format!("the disk failed; restart once it works again: {why}"))
    }

    fn told(&self) -> StoreError {
        match self {
            Self::Broken(why) => StoreError::Broken(why.clone()),
            Self::Full => StoreError::Full,
            Self::Other(why) => StoreError::Unavailable(why.clone()),
        }
    }
}

struct Task<F, T> {
    write: F,
    outcome: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
    scrubs: bool,
}

impl<F, T> Work for Task<F, T>
where
    F: FnMut(&Connection) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn write(&mut self, connection: &Connection) -> bool {
        self.outcome = Some((self.write)(connection));
        matches!(self.outcome, Some(Ok(_)))
    }

    fn is_refused(&self) -> bool {
        matches!(self.outcome, Some(Err(_)))
    }

    fn disk(&self) -> Option<Failure> {
        match &self.outcome {
            Some(Err(StoreError::Broken(why))) => Some(Failure::broken(why)),
            Some(Err(StoreError::Full)) => Some(Failure::Full),
            _ => None,
        }
    }

    fn answer(self: Box<Self>, group: Result<(), &Failure>) {
        let outcome = match (self.outcome, group) {
            // What was refused was refused, whatever became of the others.
            (Some(Err(refused)), _) => Err(refused),
            (_, Err(failure)) => Err(failure.told()),
            (Some(done), Ok(())) => done,
            (None, Ok(())) => Err(StoreError::Unavailable("the write was not carried out".to_owned())),
        };
        // The caller may have gone away; then nobody wants to know.
        drop(self.answer.send(outcome));
    }

    fn scrubs(&self) -> bool {
        self.scrubs
    }
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(connection: Connection, name: &str, latch: Latch) -> std::io::Result<Self> {
        let (queue, waiting) = mpsc::channel();
        let state = Arc::new(State { latch, commits: AtomicU64::new(0) });
        let mut group = Groups { connection, state: Arc::clone(&state), careful: false };
        let thread = Builder::new().name(name.to_owned()).spawn(move || group.serve(&waiting))?;
        Ok(Self { queue: Some(queue), state, thread: Some(thread) })
    }

    /// Writes. When this returns, what was written is durable. `write` may be called twice: once more after all that its
    /// group wrote was taken back.
    pub(crate) async fn write<T, F>(&self, write: F) -> Result<T, StoreError>
    where
        F: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.submit(write, false).await
    }

    /// Deletes. When this returns, what was deleted is neither in the database nor in its log.
    pub(crate) async fn scrub<T, F>(&self, write: F) -> Result<T, StoreError>
    where
        F: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.submit(write, true).await
    }

    async fn submit<T, F>(&self, write: F, scrubs: bool) -> Result<T, StoreError>
    where
        F: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        if let Some(why) = self.state.latch.why() {
            return Err(StoreError::Broken(why.to_owned()));
        }
        let gone = || StoreError::Unavailable("the thread that writes has ended".to_owned());
        let (answer, answered) = oneshot::channel();
        let task = Task { write, outcome: None, answer, scrubs };
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(Box::new(task)).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// How many database transactions were committed.
    pub(crate) fn commits(&self) -> u64 {
        self.state.commits.load(Ordering::Relaxed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // Its panics are caught and told as errors of the writes.
            drop(thread.join());
        }
    }
}

/// What the thread has.
struct Groups {
    connection: Connection,
    state: Arc<State>,
    /// Whether something in the last group was refused: then the next may have such a thing too.
    careful: bool,
}

impl Groups {
    fn serve(&mut self, waiting: &Receiver<Box<dyn Work>>) {
        while let Ok(first) = waiting.recv() {
            let mut group = vec![first];
            group.extend(waiting.try_iter().take(GROUP - 1));
            let committed = self.commit(&mut group);
            let scrubbed = match committed {
                Ok(()) if group.iter().any(|work| work.scrubs()) => {
                    scrub::scrub(&self.connection).map_err(|failure| self.seen(failure))
                }
                _ => Ok(()),
            };
            let (committed, scrubbed) = (committed.as_ref().copied(), scrubbed.as_ref().copied());
            for work in group {
                let outcome = if work.scrubs() { committed.and(scrubbed) } else { committed };
                work.answer(outcome);
            }
        }
    }

    /// Writes a group; an error means that nothing of it is there.
    fn commit(&mut self, group: &mut [Box<dyn Work>]) -> Result<(), Failure> {
        if let Some(why) = self.state.latch.why() {
            return Err(Failure::Broken(why.to_owned()));
        }
        // After a panic nothing is written any more, so nothing sees what it may have left half done.
        let committed = catch_unwind(AssertUnwindSafe(|| self.commit_all(group)));
        let failure = match committed {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(failure)) => self.seen(failure),
            Err(_) => {
                let why = "a write panicked; restart, and report what the log says";
                self.seen(Failure::Broken(why.to_owned()))
            }
        };
        if !self.connection.is_autocommit() {
            // Without effect where the failure has ended the transaction by itself.
            drop(run(&self.connection, "ROLLBACK"));
        }
        Err(failure)
    }

    /// Refuses all that comes later, if the failure asks for it. The log stays as it is then, also at the end: the next
    /// start reads what is really there, and writes it out anew.
    fn seen(&self, failure: Failure) -> Failure {
        if let Failure::Broken(why) = &failure {
            if self.state.latch.shut(why.as_str()) {
                tracing::error!(why, "nothing is written any more");
            }
            drop(self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true));
        }
        failure
    }

    fn commit_all(&mut self, group: &mut [Box<dyn Work>]) -> Result<(), Failure> {
        let connection = &self.connection;
        run(connection, "BEGIN IMMEDIATE").map_err(Failure::of)?;
        let any = match &mut *group {
            [only] => Ok(only.write(connection)),
            many if self.careful => write_each(connection, many),
            many => write_all(connection, many),
        };
        let mut disk = group.iter().filter_map(|work| work.disk());
        if let Some(broken) = disk.clone().find(|failure| matches!(failure, Failure::Broken(_))) {
            return Err(broken);
        }
        if connection.is_autocommit() {
            return Err(disk.next().unwrap_or_else(|| Failure::of(ended_by_itself())));
        }
        let any = any.map_err(Failure::of)?;
        self.careful = group.iter().any(|work| work.is_refused());
        run(connection, if any { "COMMIT" } else { "ROLLBACK" }).map_err(Failure::of)?;
        self.state.commits.fetch_add(u64::from(any), Ordering::Relaxed);
        Ok(())
    }
}

/// Writes all without savepoints, which cost as much as a statement each. If one is refused, all begin again with them.
fn write_all(connection: &Connection, group: &mut [Box<dyn Work>]) -> rusqlite::Result<bool> {
    for work in &mut *group {
        let stays = work.write(connection);
        if connection.is_autocommit() {
            return Err(ended_by_itself());
        }
        if !stays {
            run(connection, "ROLLBACK")?;
            run(connection, "BEGIN IMMEDIATE")?;
            return write_each(connection, group);
        }
    }
    Ok(true)
}

/// Writes each in a savepoint of its own; gives whether any of them is to stay.
fn write_each(connection: &Connection, group: &mut [Box<dyn Work>]) -> rusqlite::Result<bool> {
    let mut any = false;
    for work in group {
        run(connection, "SAVEPOINT one")?;
        let stays = work.write(connection);
        if connection.is_autocommit() {
            return Err(ended_by_itself());
        }
        if !stays {
            run(connection, "ROLLBACK TO one")?;
        }
        run(connection, "RELEASE one")?;
        any |= stays;
    }
    Ok(any)
}

/// A full disk and the like make SQLite roll back the whole transaction, with all that came before.
fn ended_by_itself() -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT_ROLLBACK);
    rusqlite::Error::SqliteFailure(
        code,
        Some("a statement failed and took the transaction with it".to_owned()),
    )
}

#[cfg(test)]
mod tests;
