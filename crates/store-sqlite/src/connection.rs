//! How connections are opened.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use proofdesk_domain::list::fold;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::hooks::Wal;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{OpenError, is_disk_failure};

/// The pages (of 4 KiB) of a log that is moved into the database: as many as are SQLite's own default.
const LONG_LOG: i32 = 1000;

/// How long a connection waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Writes. Page cache 4 MiB.
    Writer,
    /// Reads. Page cache 2 MiB.
    Reader,
}

/// Opens the database of the desk's records.
pub(crate) fn open(path: &Path, role: Role) -> Result<Connection, OpenError> {
    let connection = open_any(path, role)?;
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(c"fold", 1, flags, |context| match context.get_raw(0) {
        ValueRef::Text(text) => Ok(Some(fold(&String::from_utf8_lossy(text)))),
        _ => Ok(None),
    })?;
    Ok(connection)
}

/// Opens a database, with write-ahead log, and syncs at every commit.
pub(crate) fn open_any(path: &Path, role: Role) -> Result<Connection, OpenError> {
    if role == Role::Writer {
        create(path)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Neither a damaged schema nor a mistaken statement may reach what SQLite keeps for itself.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // The same text has the same plan whatever its parameters: else SQLite would prepare it again for each of them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    use_log(&connection)?;
    connection.execute_batch(match role {
        Role::Writer => WRITER,
        Role::Reader => READER,
    })?;
    if role == Role::Writer {
        write_out(&mut connection)?;
    }
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Sizes of the page cache are in KiB, of the log in bytes. What is deleted is overwritten: it was personal data or a key.
/// What a savepoint may have to take back stays in memory, at most what one transaction changes: in a temporary file it
/// would be three times as many bytes as the log gets, and personal data in another place.
const WRITER: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; \
    PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096; PRAGMA mmap_size = 0; \
    PRAGMA journal_size_limit = 16777216;";
const READER: &str = "PRAGMA query_only = ON; PRAGMA foreign_keys = ON; PRAGMA cache_size = -2048; \
    PRAGMA mmap_size = 0;";

/// Moves the log into the database, now and each time it has grown.
///
/// Now, because a process that ended after a failed sync may have left a log whose pages the operating system calls clean and
/// never wrote: written out, they are written anew, before anything relies on them. Each time by our own hands, because
/// SQLite's own hook keeps a failed sync of the database to itself.
fn write_out(connection: &mut Connection) -> rusqlite::Result<()> {
    let heard = |outcome: rusqlite::Result<()>| match outcome {
        Err(error) if is_disk_failure(&error) => Err(error),
        // Others are at work, or there is no room: it is done the next time, and nothing is lost until then.
        _ => Ok(()),
    };
    connection.wal_hook(Some(move |log: &mut Wal, pages| match pages {
        LONG_LOG.. => heard(log.checkpoint()),
        _ => Ok(()),
    }))?;
    heard(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())))
}

/// Switches to the write-ahead log. Of two processes that switch a new database at once, SQLite refuses one without
/// waiting; so that one waits for a lock, which the other has meanwhile, and tries again.
fn use_log(connection: &Connection) -> Result<(), OpenError> {
    let switch = || connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
    let is_busy = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    let mut mode = switch();
    for _again in 0..10 {
        if !mode.as_ref().is_err_and(is_busy) {
            break;
        }
        connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
        mode = switch();
    }
    match mode?.as_str() {
        "wal" => Ok(()),
        other => Err(OpenError::Journal(other.to_owned())),
    }
}

/// Makes an empty file that only its owner reads, before SQLite would make one that everybody reads. The files beside it
/// get the same rights. One that is there must not be opened here: to close it again would end all locks that other
/// connections of this process have on it (<https://sqlite.org/howtocorrupt.html> section 2.2).
fn create(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

/// Runs a statement without parameters and answers.
pub(crate) fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(connection: &Connection, name: &str) -> i64 {
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn the_writer_syncs_at_every_commit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let writer = open(&path, Role::Writer).unwrap();
        let mode: String = writer.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
        assert_eq!(setting(&writer, "synchronous"), 2, "FULL");
        assert_eq!(setting(&writer, "foreign_keys"), 1);
        assert_eq!(setting(&writer, "secure_delete"), 1);
        assert_eq!(setting(&writer, "busy_timeout"), 5000);
        assert_eq!(setting(&writer, "cache_size"), -4096);
        assert_eq!(setting(&writer, "mmap_size"), 0);
        let reader = open(&path, Role::Reader).unwrap();
        assert_eq!(setting(&reader, "query_only"), 1);
        assert_eq!(setting(&reader, "cache_size"), -2048);
    }

    #[test]
    fn texts_are_folded_as_everywhere() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder.path().join("a.db"), Role::Writer).unwrap();
        let asked = |text: &str| -> String {
            connection.query_row("SELECT fold(?)", [text], |row| row.get(0)).unwrap()
        };
        for text in ["", "ABC", "ÉÀ", "İSTANBUL", "ΟΔΟΣ", "日本語"] {
            assert_eq!(asked(text), fold(text));
        }
        let null: Option<String> = connection.query_row("SELECT fold(NULL)", [], |row| row.get(0)).unwrap();
        assert_eq!(null, None);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_the_files() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let writer = open(&path, Role::Writer).unwrap();
        writer.execute_batch("CREATE TABLE t (n)").unwrap();
        let files = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
        let modes: Vec<u32> =
            files.map(|file| file.metadata().unwrap().permissions().mode() & 0o777).collect();
        assert_eq!(modes, [0o600; 3], "the database, its log, and the log's index");
    }
}
