//! Brings a database's schema up to date.

use std::path::Path;

use refinery::Runner;
use rusqlite::{Connection, OptionalExtension as _};

use crate::connection::{self, Role};
use crate::error::OpenError;

mod records {
    refinery::embed_migrations!("migrations");
}

mod keys {
    refinery::embed_migrations!("migrations-keys");
}

/// Which of the two databases a connection is to.
#[derive(Clone, Copy)]
pub(crate) enum Database {
    Records,
    Keys,
}

impl Database {
    fn runner(self) -> Runner {
        match self {
            Self::Records => records::migrations::runner(),
            Self::Keys => keys::migrations::runner(),
        }
    }
}

/// Brings the database of the desk's records up to date; makes it if there is none.
///
/// # Errors
/// [`OpenError::NewerSchema`] if a newer version was here before; the others as they say.
pub fn migrate(path: &Path) -> Result<(), OpenError> {
    bring_up(&mut connection::open(path, Role::Writer)?, Database::Records)
}

/// Applies what is missing.
pub(crate) fn bring_up(connection: &mut Connection, database: Database) -> Result<(), OpenError> {
    let runner = database.runner();
    let (found, known) = (found(connection)?, known(&runner));
    if found > known {
        return Err(OpenError::NewerSchema { found, known });
    }
    // If another process does the same just now, one of the two fails; then there is nothing left to do.
    if runner.run(connection).is_err() {
        runner.run(connection)?;
    }
    Ok(())
}

/// Requires that nothing is missing.
pub(crate) fn require(connection: &Connection, database: Database) -> Result<(), OpenError> {
    let (found, known) = (found(connection)?, known(&database.runner()));
    match found.cmp(&known) {
        std::cmp::Ordering::Less => Err(OpenError::OlderSchema { found, known }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(OpenError::NewerSchema { found, known }),
    }
}

/// The schema that a database has; 0 for none.
fn found(connection: &Connection) -> Result<i64, OpenError> {
    let table = "SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    if connection.query_row(table, [], |_| Ok(())).optional()?.is_none() {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    Ok(connection.query_row(newest, [], |row| row.get(0))?)
}

/// The newest schema of this version.
fn known(runner: &Runner) -> i64 {
    runner.get_migrations().iter().map(|migration| i64::from(migration.version())).max().unwrap_or(0)
}
