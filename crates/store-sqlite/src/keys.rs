//! The store of the vault's keys.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use proofdesk_store::StoreError;
use proofdesk_vault::{KeyStore, KeyStoreError};
use rusqlite::{Connection, Params, Row, params};
use uuid::Uuid;

use crate::connection::{self, Role};
use crate::error::{OpenError, unavailable};
use crate::migrate::{self, Database};
use crate::writer::Writer;

/// Keeps wrapped keys in an SQLite database apart from the records.
///
/// What is deleted is overwritten, in the database and in its log, before [`KeyStore::delete`] returns.
pub struct SqliteKeyStore {
    // In the order in which they close: the writer last, so that it leaves no log behind.
    reader: Mutex<Connection>,
    writer: Writer,
}

impl SqliteKeyStore {
    /// Opens a database, brings its schema up to date, or makes it if there is none.
    ///
    /// # Errors
    /// [`OpenError::NewerSchema`] if a newer version was here before; the others as they say.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let mut connection = connection::open_any(path, Role::Writer)?;
        migrate::bring_up(&mut connection, Database::Keys)?;
        let reader = Mutex::new(connection::open_any(path, Role::Reader)?);
        Ok(Self { reader, writer: Writer::start(connection, "keys-writer")? })
    }

    /// All rows of a question; a few microseconds, so on the caller's thread.
    fn read<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, KeyStoreError> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let read =
            || reader.prepare_cached(sql)?.query_map(parameters, row)?.collect::<rusqlite::Result<_>>();
        read().map_err(KeyStoreError::new)
    }
}

/// Carries out a write; gives whether it changed anything.
fn execute(connection: &Connection, sql: &str, parameters: impl Params) -> Result<bool, StoreError> {
    let execute = || connection.prepare_cached(sql)?.execute(parameters);
    execute().map(|changed| changed > 0).map_err(unavailable)
}

#[async_trait]
impl KeyStore for SqliteKeyStore {
    async fn put(&self, id: Uuid, wrapped: &[u8]) -> Result<bool, KeyStoreError> {
        const SQL: &str = "INSERT INTO keys (id, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING";
        let wrapped = wrapped.to_vec();
        let put = move |connection: &Connection| execute(connection, SQL, params![id.as_bytes(), wrapped]);
        self.writer.write(put).await.map_err(KeyStoreError::new)
    }

    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, KeyStoreError> {
        let wrapped =
            self.read("SELECT wrapped FROM keys WHERE id = ?", [id.as_bytes()], |row| row.get(0))?;
        Ok(wrapped.into_iter().next())
    }

    async fn delete(&self, id: Uuid) -> Result<bool, KeyStoreError> {
        let delete = move |connection: &Connection| {
            execute(connection, "DELETE FROM keys WHERE id = ?", [id.as_bytes()])
        };
        self.writer.scrub(delete).await.map_err(KeyStoreError::new)
    }

    async fn ids(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, KeyStoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        // Blobs are compared by their bytes, and every id comes after the empty one.
        let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        let sql = "SELECT id FROM keys WHERE id > ? ORDER BY id LIMIT ?";
        self.read(sql, params![after, limit], |row| row.get(0).map(Uuid::from_bytes))
    }

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeyStoreError> {
        let value = self.read("SELECT value FROM settings WHERE name = ?", [name], |row| row.get(0))?;
        Ok(value.into_iter().next())
    }

    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<bool, KeyStoreError> {
        const SQL: &str = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING";
        let (name, value) = (name.to_owned(), value.to_vec());
        let put = move |connection: &Connection| execute(connection, SQL, params![name, value]);
        self.writer.write(put).await.map_err(KeyStoreError::new)
    }
}
