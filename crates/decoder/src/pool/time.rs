//! What a child has left of a file's time.

use std::future::Future;
use std::time::Duration;

use nix::time::ClockId;
use tokio::time::Instant;

use crate::error::DecodeError;

/// How often a child that works is looked at. The kernel's own limit counts whole seconds, and holds if nobody looks.
const LOOK: Duration = Duration::from_millis(40);

/// What a child has left of a file's time.
pub(super) struct Time {
    /// Time in which it is waited for.
    wall: Duration,
    /// The clock of its processor time, ...
    clock: ClockId,
    /// ... and where it must not be.
    end: Duration,
}

impl Time {
    /// From now on.
    pub(super) fn new(clock: ClockId, wall: Duration, processor: Duration) -> Option<Self> {
        let end = Duration::from(clock.now().ok()?) + processor;
        Some(Self { wall, clock, end })
    }

    /// It may take so much more processor time.
    pub(super) fn add(&mut self, processor: Duration) {
        self.end += processor;
    }

    /// Waits for the child, as long as it has time left.
    pub(super) async fn within<T>(
        &mut self,
        waits: impl Future<Output = std::io::Result<T>>,
    ) -> Result<T, DecodeError> {
        tokio::pin!(waits);
        loop {
            let start = Instant::now();
            let outcome = tokio::time::timeout(LOOK.min(self.wall), waits.as_mut()).await;
            self.wall = self.wall.saturating_sub(start.elapsed());
            match outcome {
                Ok(Ok(value)) => return Ok(value),
                Err(_) if self.is_left() => {}
                Ok(Err(_)) | Err(_) => return Err(DecodeError::Unreadable),
            }
        }
    }

    fn is_left(&self) -> bool {
        let used = self.clock.now().map(Duration::from);
        !self.wall.is_zero() && used.is_ok_and(|used| used < self.end)
    }
}
