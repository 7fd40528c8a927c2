//! Gives up writing for good, once a disk has failed.
//!
//! After a failed sync an operating system may call pages clean that it never wrote, so that the next sync succeeds and
//! proves nothing (<https://wiki.postgresql.org/wiki/Fsync_Errors>). Whoever has seen a write or a sync fail must not
//! tell anybody "it is durable" until the process was started anew and has read back what is really there.

use std::sync::{Arc, OnceLock};

/// Shared by everything in one process that writes to its disk: open until somebody shuts it, and then shut until the
/// process ends. Clones are the same latch.
#[derive(Clone, Debug, Default)]
pub struct Latch(Arc<OnceLock<String>>);

impl Latch {
    /// Shuts it. Gives whether this was the first failure: the one to log.
    pub fn shut(&self, why: impl Into<String>) -> bool {
        self.0.set(why.into()).is_ok()
    }

    /// Why nothing is written any more; None while all is well.
    pub fn why(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_shut_with_the_first_reason_for_all() {
        let latch = Latch::default();
        let other = latch.clone();
        assert_eq!(other.why(), None);
        assert!(latch.shut("a sync failed"));
        assert!(!other.shut("a write failed"));
        assert_eq!(other.why(), Some("a sync failed"));
    }
}
