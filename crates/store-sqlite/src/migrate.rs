//! Brings a database's schema up to date.

use std::cmp::Ordering;
use std::path::Path;

use refinery::{Runner, Target};
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
#[derive(Clone, Copy, Debug)]
pub(crate) enum Database {
    Records,
    Keys,
}

impl Database {
    /// All that is missing is applied in one transaction, together with the note of it. Otherwise a crash between a
    /// migration and its note would leave a database that can't be opened any more.
    fn runner(self) -> Runner {
        let runner = match self {
            Self::Records => records::migrations::runner(),
            Self::Keys => keys::migrations::runner(),
        };
        runner.set_grouped(true)
    }
}

/// Brings the database of the desk's records up to date; makes it if there is none.
///
/// # Errors
/// [`OpenError::NewerSchema`] if a newer version was here before; the others as they say.
pub fn migrate(path: &Path) -> Result<(), OpenError> {
    bring_up(&mut connection::open(path, Role::Writer)?, Database::Records)
}

/// Brings a database that an export is about to fill to the export's schema.
pub(crate) fn bring_to(
    connection: &mut Connection,
    database: Database,
    schema: i64,
) -> Result<(), OpenError> {
    let known = newest(database);
    let target = schema.try_into().map_err(|_| OpenError::NewerSchema { found: schema, known });
    if schema > known {
        return Err(OpenError::NewerSchema { found: schema, known });
    }
    database.runner().set_target(Target::Version(target?)).run(connection)?;
    Ok(())
}

/// The newest schema that this version knows.
pub(crate) fn newest(database: Database) -> i64 {
    known(&database.runner())
}

/// Applies what is missing.
pub(crate) fn bring_up(connection: &mut Connection, database: Database) -> Result<(), OpenError> {
    let runner = database.runner();
    let known = known(&runner);
    let mut before = found(connection)?;
    loop {
        if before.unwrap_or(0) > known {
            return Err(OpenError::NewerSchema { found: before.unwrap_or(0), known });
        }
        let Err(error) = runner.run(connection) else { return Ok(()) };
        // If another process does the same just now, one of the two fails; then there is less left to do.
        let after = found(connection)?;
        if after <= before {
            return Err(error.into());
        }
        before = after;
    }
}

/// Requires that nothing is missing.
pub(crate) fn require(connection: &Connection, database: Database) -> Result<(), OpenError> {
    let (found, known) = (found(connection)?.unwrap_or(0), known(&database.runner()));
    match found.cmp(&known) {
        Ordering::Less => Err(OpenError::OlderSchema { found, known }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(OpenError::NewerSchema { found, known }),
    }
}

/// The schema that a database has: 0 before the first migration, None before anything.
pub(crate) fn found(connection: &Connection) -> Result<Option<i64>, OpenError> {
    let table = "SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    if connection.query_row(table, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    Ok(Some(connection.query_row(newest, [], |row| row.get(0))?))
}

/// The newest schema of this version.
fn known(runner: &Runner) -> i64 {
    runner.get_migrations().iter().map(|migration| i64::from(migration.version())).max().unwrap_or(0)
}
