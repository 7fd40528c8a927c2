//! Emptying the log, so that nothing that was deleted is left in it.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::Failure;

/// How long others may be in the way. Each of them needs some milliseconds, unless it reads all that there is.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// Moves the log into the database and empties it.
///
/// # Errors
/// When another process reads for longer than [`PATIENCE`]; what was deleted is deleted, and lies in the log still.
pub(super) fn scrub(connection: &Connection) -> Result<(), Failure> {
    let begun = Instant::now();
    while !emptied(connection)? {
        if begun.elapsed() > PATIENCE {
            let why = "the log can't be emptied while another process reads; delete again";
            return Err(Failure::Other(why.to_owned()));
        }
        pause();
    }
    Ok(())
}

/// `false` if others are in the way. SQLite waits for those that read or write, and not for one that empties the log too:
/// the server beside a `keys rotate`, say.
fn emptied(connection: &Connection) -> Result<bool, Failure> {
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    busy.map(|busy| !busy).map_err(Failure::of)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the thread that writes waits for another process, as SQLite does itself"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Failure, scrub};
    use crate::connection::{Role, open_any};

    #[test]
    fn many_empty_the_same_log_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        open_any(&path, Role::Writer).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        let connection = open_any(&path, Role::Writer).unwrap();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            // Others that move the log into the database without a pause.
            for _ in 0..3 {
                scope.spawn(|| {
                    let other = open_any(&path, Role::Writer).unwrap();
                    while !stop.load(Ordering::Relaxed) {
                        drop(other.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())));
                    }
                });
            }
            let done = (0..100).try_for_each(|number| {
                connection.execute("INSERT INTO t VALUES (?)", [number]).map_err(Failure::of)?;
                scrub(&connection)
            });
            stop.store(true, Ordering::Relaxed);
            done.unwrap();
        });
    }
}
