//! The store of the vault's keys.

mod changes;
mod rows;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use proofdesk_domain::latch::Latch;
use proofdesk_store::StoreError;
use proofdesk_vault::{
    BusinessKeyChange, BusinessKeyRow, FileKeyChange, FileKeyRow, KeyCount, KeyStore, KeyStoreError,
    PutBusinessKeys, PutFileKey,
};
use rusqlite::{Connection, Params, Row, params};
use uuid::Uuid;

use crate::connection::{self, Role};
use crate::error::{OpenError, failed};
use crate::migrate::{self, Database};
use crate::writer::Writer;
use rows::{BUSINESS_COLUMNS, FILE_COLUMNS, business_row, count_row, file_row};

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
        Self::open_latched(path, Latch::default())
    }

    /// The same, as one of several that stop writing together: once the latch is shut, by this one or another.
    ///
    /// # Errors
    /// Those of [`SqliteKeyStore::open`].
    pub fn open_latched(path: &Path, latch: Latch) -> Result<Self, OpenError> {
        let mut connection = connection::open_any(path, Role::Writer)?;
        migrate::bring_up(&mut connection, Database::Keys)?;
        let reader = Mutex::new(connection::open_any(path, Role::Reader)?);
        Ok(Self { reader, writer: Writer::start(connection, "keys-writer", latch)? })
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

    /// Writes; when this returns, it is durable.
    async fn write<T, F>(&self, mut write: F) -> Result<T, KeyStoreError>
    where
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let write = move |connection: &Connection| write(connection).map_err(failed);
        self.writer.write(write).await.map_err(told)
    }

    /// Deletes; when this returns, nothing of it is in the database or its log.
    async fn scrub<T, F>(&self, mut write: F) -> Result<T, KeyStoreError>
    where
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let write =
            move |connection: &Connection| -> Result<T, StoreError> { write(connection).map_err(failed) };
        self.writer.scrub(write).await.map_err(told)
    }
}

/// Carries out a write; gives how many rows it changed.
fn execute(connection: &Connection, sql: &str, parameters: impl Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(parameters)
}

fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Blobs are compared by their bytes, and every id comes after the empty one.
fn after(id: Option<Uuid>) -> Vec<u8> {
    id.map_or_else(Vec::new, |id| id.as_bytes().to_vec())
}

/// What the vault is told: that writing is over, or the disk full, concerns it too.
fn told(error: StoreError) -> KeyStoreError {
    match error {
        StoreError::Broken(why) => KeyStoreError::broken(why),
        StoreError::Full => KeyStoreError::full(),
        other => KeyStoreError::new(other),
    }
}

#[async_trait]
impl KeyStore for SqliteKeyStore {
    async fn put(&self, key: &FileKeyRow) -> Result<PutFileKey, KeyStoreError> {
        let key = key.clone();
        self.write(move |connection| changes::put(connection, &key)).await
    }

    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, KeyStoreError> {
        let wrapped =
            self.read("SELECT wrapped FROM keys WHERE id = ?", [id.as_bytes()], |row| row.get(0))?;
        Ok(wrapped.into_iter().next())
    }

    async fn delete(&self, id: Uuid) -> Result<bool, KeyStoreError> {
        let sql = "DELETE FROM keys WHERE id = ?";
        self.scrub(move |connection| Ok(execute(connection, sql, [id.as_bytes()])? > 0)).await
    }

    async fn ids(&self, from: Option<Uuid>, most: usize) -> Result<Vec<Uuid>, KeyStoreError> {
        let sql = "SELECT id FROM keys WHERE id > ? ORDER BY id LIMIT ?";
        self.read(sql, params![after(from), limit(most)], |row| row.get(0).map(Uuid::from_bytes))
    }

    async fn file_keys(&self, from: Option<Uuid>, most: usize) -> Result<Vec<FileKeyRow>, KeyStoreError> {
        let sql = format!("SELECT {FILE_COLUMNS} FROM keys WHERE id > ? ORDER BY id LIMIT ?");
        self.read(&sql, params![after(from), limit(most)], file_row)
    }

    async fn file_keys_under(
        &self,
        business: i64,
        version: u32,
        from: Option<Uuid>,
        most: usize,
    ) -> Result<Vec<FileKeyRow>, KeyStoreError> {
        let sql = format!(
            "SELECT {FILE_COLUMNS} FROM keys WHERE business = ? AND version = ? AND id > ? ORDER BY id LIMIT ?"
        );
        self.read(&sql, params![business, version, after(from), limit(most)], file_row)
    }

    async fn replace_file_keys(&self, changes: &[FileKeyChange]) -> Result<usize, KeyStoreError> {
        let changes = changes.to_vec();
        self.write(move |connection| changes::replace_file_keys(connection, &changes)).await
    }

    async fn counts(&self) -> Result<Vec<KeyCount>, KeyStoreError> {
        let sql = "SELECT business, version, retired, (SELECT count(*) FROM keys WHERE \
            keys.business = business_keys.business AND keys.version = business_keys.version) \
            FROM business_keys ORDER BY business, version";
        self.read(sql, [], count_row)
    }

    async fn put_business_keys(
        &self,
        keys: &[BusinessKeyRow],
        check: &[u8],
    ) -> Result<PutBusinessKeys, KeyStoreError> {
        let (keys, check) = (keys.to_vec(), check.to_vec());
        self.write(move |connection| changes::put_business_keys(connection, &keys, &check)).await
    }

    async fn business_key(
        &self,
        business: i64,
        version: u32,
    ) -> Result<Option<BusinessKeyRow>, KeyStoreError> {
        let sql = format!("SELECT {BUSINESS_COLUMNS} FROM business_keys WHERE business = ? AND version = ?");
        Ok(self.read(&sql, params![business, version], business_row)?.pop())
    }

    async fn current_business_key(&self, business: i64) -> Result<Option<BusinessKeyRow>, KeyStoreError> {
        let sql = format!("SELECT {BUSINESS_COLUMNS} FROM business_keys WHERE business = ? AND retired = 0");
        Ok(self.read(&sql, [business], business_row)?.pop())
    }

    async fn business_keys(
        &self,
        from: Option<(i64, u32)>,
        most: usize,
    ) -> Result<Vec<BusinessKeyRow>, KeyStoreError> {
        let (business, version) = from.unwrap_or((i64::MIN, 0));
        let sql = format!(
            "SELECT {BUSINESS_COLUMNS} FROM business_keys WHERE (business, version) > (?, ?) \
            ORDER BY business, version LIMIT ?"
        );
        self.read(&sql, params![business, version, limit(most)], business_row)
    }

    async fn delete_retired(&self, business: i64, version: u32) -> Result<bool, KeyStoreError> {
        self.scrub(move |connection| changes::delete_retired(connection, business, version)).await
    }

    async fn destroy_business(&self, business: i64) -> Result<usize, KeyStoreError> {
        self.scrub(move |connection| changes::destroy_business(connection, business)).await
    }

    async fn switch_master(
        &self,
        old: &[u8],
        new: &[u8],
        keys: &[BusinessKeyChange],
    ) -> Result<bool, KeyStoreError> {
        let (old, new, keys) = (old.to_vec(), new.to_vec(), keys.to_vec());
        self.scrub(move |connection| changes::switch_master(connection, &old, &new, &keys)).await
    }

    async fn restore(
        &self,
        businesses: &[BusinessKeyRow],
        files: &[FileKeyRow],
    ) -> Result<(), KeyStoreError> {
        let (businesses, files) = (businesses.to_vec(), files.to_vec());
        self.write(move |connection| changes::restore(connection, &businesses, &files)).await
    }

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeyStoreError> {
        let value = self.read("SELECT value FROM settings WHERE name = ?", [name], |row| row.get(0))?;
        Ok(value.into_iter().next())
    }

    async fn settings(&self) -> Result<Vec<(String, Vec<u8>)>, KeyStoreError> {
        self.read("SELECT name, value FROM settings ORDER BY name", [], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<bool, KeyStoreError> {
        const SQL: &str = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING";
        let (name, value) = (name.to_owned(), value.to_vec());
        self.write(move |connection| Ok(execute(connection, SQL, params![name, value])? > 0)).await
    }
}
