//! A database as a set of tables: looked at, exported and filled, on connections of its own.

mod fill;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use proofdesk_store::StoreError;
use proofdesk_store::tables::{Cell, Piece, ROWS, Table, Tables, abandoned};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _};
use tokio::sync::mpsc::{Receiver, Sender};

use crate::connection::{self, Role};
use crate::error::unavailable;
use crate::migrate::{self, Database};

/// The tables of one database file. Cheap to make: nothing is opened before it is asked for something.
#[derive(Clone, Debug)]
pub struct SqliteTables {
    path: PathBuf,
    database: Database,
}

impl SqliteTables {
    /// The desk's records.
    pub fn records(path: &Path) -> Self {
        Self { path: path.to_owned(), database: Database::Records }
    }

    /// The vault's keys.
    pub fn keys(path: &Path) -> Self {
        Self { path: path.to_owned(), database: Database::Keys }
    }

    /// Works on a thread that may wait for the disk.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let tables = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&tables)).await;
        done.map_err(|_| StoreError::Unavailable("the database's thread has ended".to_owned()))?
    }

    fn open(&self, role: Role) -> Result<Connection, StoreError> {
        connection::open(&self.path, role).map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    fn inspect_now(&self) -> Result<Vec<String>, StoreError> {
        let name = self.path.file_name().unwrap_or_default().display();
        let look = || {
            let connection = self.open_to_look()?;
            let mut found = strings(&connection, "PRAGMA integrity_check")?;
            found.retain(|line| line != "ok");
            found.extend(dangling(&connection)?);
            Ok(found)
        };
        match look() {
            Ok(found) => Ok(found.into_iter().map(|line| format!("{name}: {line}")).collect()),
            Err(error) if is_damage(&error) => Ok(vec![format!("{name}: {error}")]),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Only to read: a damaged one must not be written to by looking at it.
    fn open_to_look(&self) -> rusqlite::Result<Connection> {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.execute_batch("PRAGMA query_only = ON")?;
        Ok(connection)
    }

    fn export_now(&self, pieces: &Sender<Piece>) -> Result<(), StoreError> {
        let mut connection = self.open(Role::Reader)?;
        let snapshot = connection.transaction().map_err(unavailable)?;
        let send = |piece| pieces.blocking_send(piece).map_err(|_| abandoned());
        let schema = migrate::found(&snapshot).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        send(Piece::Schema(schema.unwrap_or(0)))?;
        for name in names(&snapshot).map_err(unavailable)? {
            let table = described(&snapshot, &name).map_err(unavailable)?;
            send(Piece::Table(table.clone()))?;
            rows(&snapshot, &table, &send)?;
        }
        send(Piece::End)
    }
}

#[async_trait]
impl Tables for SqliteTables {
    fn known_schema(&self) -> i64 {
        migrate::newest(self.database)
    }

    async fn inspect(&self) -> Result<Vec<String>, StoreError> {
        self.work(Self::inspect_now).await
    }

    async fn export(&self, pieces: Sender<Piece>) -> Result<(), StoreError> {
        self.work(move |tables| tables.export_now(&pieces)).await
    }

    async fn import(&self, pieces: Receiver<Piece>) -> Result<(), StoreError> {
        self.work(move |tables| fill::import(&tables.path, tables.database, pieces)).await
    }

    async fn is_empty(&self) -> Result<bool, StoreError> {
        self.work(|tables| if tables.path.exists() { tables.has_no_rows() } else { Ok(true) }).await
    }

    /// The note is a file's, in the folder of the database, and the caller's: here nothing is noted, and what an earlier
    /// restore left is removed.
    async fn begin_restore(&self) -> Result<(), StoreError> {
        self.work(|tables| {
            for end in ["", "-wal", "-shm"] {
                let mut path = tables.path.clone().into_os_string();
                path.push(end);
                match std::fs::remove_file(&path) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(StoreError::Unavailable(error.to_string()));
                    }
                    _ => {}
                }
            }
            Ok(())
        })
        .await
    }

    async fn end_restore(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn is_restoring(&self) -> Result<bool, StoreError> {
        Ok(false)
    }
}

impl SqliteTables {
    fn has_no_rows(&self) -> Result<bool, StoreError> {
        let connection = self.open(Role::Reader)?;
        for name in names(&connection).map_err(unavailable)? {
            let sql = format!("SELECT 1 FROM {} LIMIT 1", quoted(&name));
            let row = connection.query_row(&sql, [], |_| Ok(())).optional().map_err(unavailable)?;
            if row.is_some() && name != "roles" {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// References to rows that aren't there.
fn dangling(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let line = |row: &rusqlite::Row<'_>| {
        let (table, id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("{table} {} refers to a row of {parent} that isn't there", id.unwrap_or(0)))
    };
    statement.query_map([], line)?.collect()
}

/// The tables that are ours, in the order of their names' bytes.
fn names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
        AND name <> 'refinery_schema_history' ORDER BY name";
    strings(connection, sql)
}

fn described(connection: &Connection, name: &str) -> rusqlite::Result<Table> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?) ORDER BY name")?;
    let columns = statement.query_map([name], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(Table { name: name.to_owned(), columns, last_id: last_id(connection, name)? })
}

/// The highest id that was given. SQLite has no such counts before the first table that wants one.
fn last_id(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    let counts = "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'";
    if connection.query_row(counts, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let counted = "SELECT seq FROM sqlite_sequence WHERE name = ?";
    connection.query_row(counted, [name], |row| row.get(0)).optional()
}

fn rows(
    connection: &Connection,
    table: &Table,
    send: &impl Fn(Piece) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
    let columns = columns.join(", ");
    let has_id = table.columns.iter().any(|name| name == "id");
    let order = if has_id { "id" } else { columns.as_str() };
    let sql = format!("SELECT {columns} FROM {} ORDER BY {order}", quoted(&table.name));
    let mut statement = connection.prepare(&sql).map_err(unavailable)?;
    let mut found = statement.query([]).map_err(unavailable)?;
    let mut batch = Vec::with_capacity(ROWS);
    while let Some(row) = found.next().map_err(unavailable)? {
        let cells = (0..table.columns.len()).map(|place| cell(row.get_ref(place)?));
        batch.push(cells.collect::<rusqlite::Result<_>>().map_err(unavailable)?);
        if batch.len() == ROWS {
            send(Piece::Rows(std::mem::replace(&mut batch, Vec::with_capacity(ROWS))))?;
        }
    }
    if batch.is_empty() { Ok(()) } else { send(Piece::Rows(batch)) }
}

fn cell(value: ValueRef<'_>) -> rusqlite::Result<Cell> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text)?.to_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => {
            return Err(rusqlite::Error::FromSqlConversionFailure(
                0,
                rusqlite::types::Type::Real,
                "no table has numbers with a point".into(),
            ));
        }
    })
}

fn strings(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
