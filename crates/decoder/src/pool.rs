//! The children, as the desk sees them: started when there is work, used again while they are good, gone when there is none.

mod child;
mod expected;
mod session;
mod time;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

pub use session::Session;

use crate::error::DecodeError;
use crate::piece::Job;
use crate::sandbox::Parts;
use child::Child;

/// What is decided about the children.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program that is started for each.
    pub program: PathBuf,
    /// What it is told, so that it decodes.
    pub arguments: Vec<String>,
    /// Children at one time.
    pub workers: usize,
    /// Files that may wait for one, beside those that are decoded.
    pub queue: usize,
    /// Whether a child is of use that a kernel can't keep in by every part.
    pub best_effort: bool,
    /// Files after which a child is replaced.
    pub jobs: u32,
    /// Time for one file, all waiting for the child included.
    pub wall: Duration,
    /// Processor time for one file, ...
    pub processor: Duration,
    /// ... more of it with each further page of a PDF that is made, ...
    pub processor_page: Duration,
    /// ... and more with each MiB of a HEIC, ...
    pub processor_heic_mib: Duration,
    /// ... which comes to this at the most.
    pub processor_heic: Duration,
    /// How long a child stays without work.
    pub idle: Duration,
}

impl Options {
    /// This program itself, as many children as there are cores but at most 2, 1.8 s of processor time and 10 s in all for a
    /// file, 200 files for a child. A phone's HEIC of 12 megapixels and 2 MiB takes 2 s, so its size gives it up to 5 s: what
    /// is small and takes long is hostile, whatever its type.
    pub fn this_program(arguments: &[&str]) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            // The very program that runs, even if another one lies in its place meanwhile.
            program: PathBuf::from("/proc/self/exe"),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            workers: cores.min(2),
            queue: 256,
            best_effort: false,
            jobs: 200,
            wall: Duration::from_secs(10),
            processor: Duration::from_millis(1_800),
            processor_page: Duration::from_millis(250),
            processor_heic_mib: Duration::from_secs(2),
            processor_heic: Duration::from_secs(5),
            idle: Duration::from_secs(10),
        }
    }
}

/// The children. Cheap to clone; all clones are the same. Needs a tokio runtime.
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    options: Options,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// Children without work, with the number of their rest.
    idle: Mutex<Vec<(u64, Child)>>,
    rests: AtomicU64,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("options", &self.0.options).finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool without a child yet.
    pub fn new(options: Options) -> Self {
        let turns = Arc::new(Semaphore::new(options.workers.max(1)));
        Self(Arc::new(Inner {
            options,
            turns,
            waiting: AtomicUsize::new(0),
            idle: Mutex::default(),
            rests: AtomicU64::new(0),
        }))
    }

    /// Starts a child, and says what keeps it in.
    ///
    /// # Errors
    /// [`DecodeError::Unavailable`] if it can't be started, or says nothing.
    pub async fn probe(&self) -> Result<Parts, DecodeError> {
        let child = Child::start(&self.0.options).await?;
        Ok(child.parts)
    }

    /// Begins a file, once a child is free. The caller sends the file's bytes, then asks for one piece after another.
    ///
    /// # Errors
    /// [`DecodeError::Busy`], [`DecodeError::Unavailable`].
    pub async fn begin(&self, job: Job) -> Result<Session, DecodeError> {
        let turn = {
            let _place = self.place()?;
            let turns = Arc::clone(&self.0.turns).acquire_owned().await;
            turns.map_err(|_| DecodeError::Unavailable("the desk is closing".to_owned()))?
        };
        let child = match self.rested() {
            Some(child) => child,
            None => self.fresh().await?,
        };
        Session::begin(self.clone(), child, turn, job).await
    }

    fn place(&self) -> Result<Place<'_>, DecodeError> {
        let waiting = &self.0.waiting;
        let place = Place(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) < self.0.options.queue + self.0.options.workers {
            Ok(place)
        } else {
            Err(DecodeError::Busy)
        }
    }

    async fn fresh(&self) -> Result<Child, DecodeError> {
        let child = Child::start(&self.0.options).await?;
        if !child.parts.all() && !self.0.options.best_effort {
            let text = format!("decoder.sandbox is \"require\", and {}", child.parts);
            return Err(DecodeError::Unavailable(text));
        }
        Ok(child)
    }

    /// A child that rests and lives.
    fn rested(&self) -> Option<Child> {
        loop {
            let (_, mut child) = self.idle().pop()?;
            if child.lives() {
                return Some(child);
            }
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(u64, Child)>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a child rest that has done its work well.
    fn rest(&self, child: Child) {
        if child.jobs >= self.0.options.jobs {
            return;
        }
        let rest = self.0.rests.fetch_add(1, Ordering::Relaxed);
        self.idle().push((rest, child));
        let pool = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pool.0.options.idle).await;
            pool.idle().retain(|(number, _)| *number != rest);
        });
    }
}

/// A place in the queue.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
