//! The store of the vault's keys.

use async_trait::async_trait;
use deadpool_postgres::{Object, Pool};
use proofdesk_vault::{KeyStore, KeyStoreError};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use crate::connect::{Address, Options, pool};
use crate::error::{OpenError, said, unconnected};
use crate::migrate::{Tables, prepare};

/// Keeps wrapped keys in a PostgreSQL database, in the schema `proofdesk_keys`, so that they can be backed up apart from
/// the records, or in a database of their own.
///
/// When [`KeyStore::delete`] returns, the part of the table that had the key is written anew without it. What remains is
/// what the server keeps besides its tables: its write-ahead log until it is recycled, whatever was backed up or
/// replicated before, and the old part for as long as a transaction runs that began before (such as `pg_dump`'s), until a
/// key of the same part is deleted again.
pub struct PostgresKeyStore {
    pool: Pool,
}

impl PostgresKeyStore {
    /// Connects to the database that a URL names, as [`PostgresStore::connect`](crate::PostgresStore::connect) does.
    ///
    /// # Errors
    /// [`OpenError::NewerSchema`] if a newer version was here before; the others as they say.
    pub async fn connect(url: &str, options: Options) -> Result<Self, OpenError> {
        let address = Address::read(url, &options)?;
        prepare(&address, Tables::Keys, options.migrate).await?;
        Ok(Self { pool: pool(address, &options, Tables::Keys.schema())? })
    }

    async fn client(&self) -> Result<Object, KeyStoreError> {
        self.pool.get().await.map_err(|error| KeyStoreError::new(unconnected(error)))
    }

    async fn rows(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, KeyStoreError> {
        let client = self.client().await?;
        let statement = client.prepare_cached(sql).await.map_err(|error| failed(&error))?;
        client.query(&statement, parameters).await.map_err(|error| failed(&error))
    }

    /// Whether a write changed anything. Each is a transaction of its own.
    async fn write(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<bool, KeyStoreError> {
        let client = self.client().await?;
        let statement = client.prepare_cached(sql).await.map_err(|error| failed(&error))?;
        client
            .execute(&statement, parameters)
            .await
            .map(|changed| changed > 0)
            .map_err(|error| failed(&error))
    }

    /// Writes a part of the table anew, without what was deleted. The name is the server's own, quoted where it must be.
    async fn rewrite(&self, part: &str) -> Result<(), KeyStoreError> {
        let sql = format!("VACUUM (FULL) {part}");
        self.client().await?.batch_execute(&sql).await.map_err(|error| failed(&error))
    }
}

fn failed(error: &Error) -> KeyStoreError {
    KeyStoreError::new(said(error))
}

fn first<'a, T: tokio_postgres::types::FromSql<'a>>(rows: &'a [Row]) -> Result<Option<T>, KeyStoreError> {
    rows.first().map(|row| row.try_get(0)).transpose().map_err(|error| failed(&error))
}

fn bytes(id: &Uuid) -> &[u8] {
    id.as_bytes()
}

#[async_trait]
impl KeyStore for PostgresKeyStore {
    async fn put(&self, id: Uuid, wrapped: &[u8]) -> Result<bool, KeyStoreError> {
        let sql = "INSERT INTO keys (id, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.write(sql, &[&bytes(&id), &wrapped]).await
    }

    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, KeyStoreError> {
        first(&self.rows("SELECT wrapped FROM keys WHERE id = $1", &[&bytes(&id)]).await?)
    }

    async fn delete(&self, id: Uuid) -> Result<bool, KeyStoreError> {
        let sql = "DELETE FROM keys WHERE id = $1 RETURNING tableoid::regclass::text";
        let rows = self.rows(sql, &[&bytes(&id)]).await?;
        let Some(part) = first::<&str>(&rows)? else { return Ok(false) };
        self.rewrite(part).await?;
        Ok(true)
    }

    async fn ids(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, KeyStoreError> {
        let sql = "SELECT id FROM keys WHERE $1::bytea IS NULL OR id > $1 ORDER BY id LIMIT $2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.rows(sql, &[&after.as_ref().map(bytes), &limit]).await?;
        rows.iter().map(row_id).collect()
    }

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeyStoreError> {
        first(&self.rows("SELECT value FROM settings WHERE name = $1", &[&name]).await?)
    }

    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<bool, KeyStoreError> {
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.write(sql, &[&name, &value]).await
    }
}

fn row_id(row: &Row) -> Result<Uuid, KeyStoreError> {
    Uuid::from_slice(row.try_get(0).map_err(|error| failed(&error))?).map_err(KeyStoreError::new)
}
