//! Room on the disk: new things are refused while there is still enough of it to remove others, to decide, to sign in and
//! out, and to write all that down.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::Desk;
use crate::error::DeskError;

/// How long an answer of the file system is good for, in milliseconds.
const GOOD_FOR: i64 = 1000;

/// What is kept free, and where.
#[derive(Clone, Debug, Default)]
pub struct Reserve {
    /// The folders that are written to; none is no reserve.
    pub folders: Vec<PathBuf>,
    /// So much of the whole file system, in percent…
    pub percent: u32,
    /// …but no more than so many bytes.
    pub bytes: u64,
}

/// What the file system said last.
#[derive(Default)]
pub(crate) struct Room(Mutex<Option<Looked>>);

#[derive(Clone, Copy)]
struct Looked {
    on: Timestamp,
    enough: bool,
}

impl Desk {
    /// That there is room for something new: more than the reserve on each disk that is written to. Asks the file system once a
    /// second at most.
    ///
    /// # Errors
    /// [`DeskError::Full`].
    pub(crate) fn room(&self) -> Result<(), DeskError> {
        let now = self.now();
        let mut looked = self.0.room.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |looked: &Looked| {
            let age = now.as_millisecond() - looked.on.as_millisecond();
            (0..GOOD_FOR).contains(&age)
        };
        let enough = if let Some(fresh) = looked.filter(is_fresh) {
            fresh.enough
        } else {
            let enough = self.settings().reserve.is_free();
            told(looked.is_none_or(|before| before.enough), enough);
            *looked = Some(Looked { on: now, enough });
            enough
        };
        if enough {
            return Ok(());
        }
        metrics::counter!("disk_full_total").increment(1);
        Err(DeskError::Full)
    }
}

/// Logs a change for the worse or the better.
fn told(before: bool, now: bool) {
    match (before, now) {
        (true, false) => {
            tracing::error!("the disk is nearly full: nothing new is taken until there is room again");
        }
        (false, true) => tracing::info!("there is room on the disk again"),
        _ => {}
    }
}

impl Reserve {
    /// Whether more than the reserve is free everywhere. What can't be asked isn't full.
    fn is_free(&self) -> bool {
        let asked = self.folders.iter().filter_map(|folder| rustix::fs::statvfs(folder.as_path()).ok());
        asked.fold(true, |enough, said| {
            let size = said.f_blocks.saturating_mul(said.f_frsize);
            let free = said.f_bavail.saturating_mul(said.f_frsize);
            // File systems that make inodes as they need them say that they have none at all.
            let names = said.f_files == 0 || said.f_favail > 0;
            enough && names && free > self.of(size)
        })
    }

    /// The reserve of a file system of so many bytes.
    fn of(&self, size: u64) -> u64 {
        (size / 100).saturating_mul(self.percent.into()).min(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reserve(percent: u32, bytes: u64) -> Reserve {
        Reserve { folders: vec![std::env::temp_dir()], percent, bytes }
    }

    #[test]
    fn the_reserve_is_a_share_of_the_disk_up_to_a_limit() {
        assert_eq!(reserve(5, 1 << 30).of(1 << 20), 52_425);
        assert_eq!(reserve(5, 1 << 30).of(1 << 40), 1 << 30);
        assert_eq!(reserve(0, 1 << 30).of(1 << 40), 0);
    }

    #[test]
    fn what_is_wholly_reserved_is_never_free() {
        assert!(!reserve(100, u64::MAX).is_free());
        assert!(reserve(100, 1).is_free());
        let nowhere = Reserve { folders: vec!["/there/is/no/such/folder".into()], ..reserve(100, u64::MAX) };
        assert!(nowhere.is_free());
        assert!(Reserve::default().is_free());
    }
}
