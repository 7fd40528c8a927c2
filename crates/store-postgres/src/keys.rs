//! The store of the vault's keys.

mod changes;
mod rows;

use async_trait::async_trait;
use deadpool_postgres::{Object, Pool};
use proofdesk_vault::{
    BusinessKeyChange, BusinessKeyRow, FileKeyChange, FileKeyRow, KeyCount, KeyStore, KeyStoreError,
    PutBusinessKeys, PutFileKey,
};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use crate::connect::{Address, Options, pool};
use crate::error::{OpenError, said, unconnected};
use crate::migrate::{Tables, prepare};
use rows::{BUSINESS_COLUMNS, FILE_COLUMNS, all, business_row, bytes, count_row, file_row, first, row_id};

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

    /// Writes a table, or a part of one, anew, without what was deleted. The name is the server's own, quoted where it must
    /// be.
    async fn rewrite(&self, table: &str) -> Result<(), KeyStoreError> {
        let sql = format!("VACUUM (FULL) {table}");
        self.client().await?.batch_execute(&sql).await.map_err(|error| failed(&error))
    }
}

fn failed(error: &Error) -> KeyStoreError {
    KeyStoreError::new(said(error))
}

fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[async_trait]
impl KeyStore for PostgresKeyStore {
    async fn put(&self, key: &FileKeyRow) -> Result<PutFileKey, KeyStoreError> {
        // The lock makes whoever retires the key wait until this is there, or this see that it is retired.
        let sql = "WITH current AS MATERIALIZED (SELECT business, version FROM business_keys \
                WHERE business = $2 AND version = $3 AND NOT retired FOR SHARE) \
            INSERT INTO keys (id, business, version, wrapped) \
            SELECT $1::bytea, business, version, $4::bytea FROM current ON CONFLICT DO NOTHING";
        let version = i64::from(key.version);
        if self.write(sql, &[&bytes(&key.id), &key.business, &version, &key.wrapped]).await? {
            return Ok(PutFileKey::Kept);
        }
        let taken = self.rows("SELECT 1 FROM keys WHERE id = $1", &[&bytes(&key.id)]).await?;
        Ok(if taken.is_empty() { PutFileKey::Retired } else { PutFileKey::Taken })
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

    async fn ids(&self, after: Option<Uuid>, most: usize) -> Result<Vec<Uuid>, KeyStoreError> {
        let sql = "SELECT id FROM keys WHERE $1::bytea IS NULL OR id > $1 ORDER BY id LIMIT $2";
        let rows = self.rows(sql, &[&after.as_ref().map(bytes), &limit(most)]).await?;
        rows.iter().map(row_id).collect()
    }

    async fn file_keys(&self, after: Option<Uuid>, most: usize) -> Result<Vec<FileKeyRow>, KeyStoreError> {
        let sql = format!(
            "SELECT {FILE_COLUMNS} FROM keys WHERE $1::bytea IS NULL OR id > $1 ORDER BY id LIMIT $2"
        );
        all(&self.rows(&sql, &[&after.as_ref().map(bytes), &limit(most)]).await?, file_row)
    }

    async fn file_keys_under(
        &self,
        business: i64,
        version: u32,
        after: Option<Uuid>,
        most: usize,
    ) -> Result<Vec<FileKeyRow>, KeyStoreError> {
        let sql = format!(
            "SELECT {FILE_COLUMNS} FROM keys WHERE business = $1 AND version = $2 AND id > $3 ORDER BY id LIMIT $4"
        );
        // Every id comes after the empty one.
        let after = after.as_ref().map_or(&[] as &[u8], bytes);
        all(&self.rows(&sql, &[&business, &i64::from(version), &after, &limit(most)]).await?, file_row)
    }

    async fn replace_file_keys(&self, changes: &[FileKeyChange]) -> Result<usize, KeyStoreError> {
        changes::replace_file_keys(&mut self.client().await?, changes).await
    }

    async fn counts(&self) -> Result<Vec<KeyCount>, KeyStoreError> {
        let sql = "SELECT b.business, b.version, b.retired, count(k.id) FROM business_keys b \
            LEFT JOIN keys k ON k.business = b.business AND k.version = b.version \
            GROUP BY b.business, b.version ORDER BY b.business, b.version";
        all(&self.rows(sql, &[]).await?, count_row)
    }

    async fn put_business_keys(
        &self,
        keys: &[BusinessKeyRow],
        check: &[u8],
    ) -> Result<PutBusinessKeys, KeyStoreError> {
        changes::put_business_keys(&mut self.client().await?, keys, check).await
    }

    async fn business_key(
        &self,
        business: i64,
        version: u32,
    ) -> Result<Option<BusinessKeyRow>, KeyStoreError> {
        let sql =
            format!("SELECT {BUSINESS_COLUMNS} FROM business_keys WHERE business = $1 AND version = $2");
        Ok(all(&self.rows(&sql, &[&business, &i64::from(version)]).await?, business_row)?.pop())
    }

    async fn current_business_key(&self, business: i64) -> Result<Option<BusinessKeyRow>, KeyStoreError> {
        let sql = format!("SELECT {BUSINESS_COLUMNS} FROM business_keys WHERE business = $1 AND NOT retired");
        Ok(all(&self.rows(&sql, &[&business]).await?, business_row)?.pop())
    }

    async fn business_keys(
        &self,
        after: Option<(i64, u32)>,
        most: usize,
    ) -> Result<Vec<BusinessKeyRow>, KeyStoreError> {
        let (business, version) = after.unwrap_or((i64::MIN, 0));
        let sql = format!(
            "SELECT {BUSINESS_COLUMNS} FROM business_keys WHERE (business, version) > ($1, $2) \
            ORDER BY business, version LIMIT $3"
        );
        all(&self.rows(&sql, &[&business, &i64::from(version), &limit(most)]).await?, business_row)
    }

    async fn delete_retired(&self, business: i64, version: u32) -> Result<bool, KeyStoreError> {
        // What is retired gets no new key of a file, so what isn't there now won't be.
        let sql = "DELETE FROM business_keys WHERE business = $1 AND version = $2 AND retired AND length(wrapped) > 0 \
            AND NOT EXISTS (SELECT 1 FROM keys WHERE business = $1 AND version = $2)";
        let deleted = self.write(sql, &[&business, &i64::from(version)]).await?;
        if deleted {
            self.rewrite("business_keys").await?;
        }
        Ok(deleted)
    }

    async fn destroy_business(&self, business: i64) -> Result<usize, KeyStoreError> {
        let (keys, parts) = changes::destroy_business(&mut self.client().await?, business).await?;
        for part in parts {
            self.rewrite(&part).await?;
        }
        Ok(keys)
    }

    async fn switch_master(
        &self,
        old: &[u8],
        new: &[u8],
        keys: &[BusinessKeyChange],
    ) -> Result<bool, KeyStoreError> {
        let switched = changes::switch_master(&mut self.client().await?, old, new, keys).await?;
        if switched {
            self.rewrite("business_keys").await?;
        }
        Ok(switched)
    }

    async fn restore(
        &self,
        businesses: &[BusinessKeyRow],
        files: &[FileKeyRow],
    ) -> Result<(), KeyStoreError> {
        changes::restore(&mut self.client().await?, businesses, files).await
    }

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeyStoreError> {
        first(&self.rows("SELECT value FROM settings WHERE name = $1", &[&name]).await?)
    }

    async fn settings(&self) -> Result<Vec<(String, Vec<u8>)>, KeyStoreError> {
        let rows = self.rows("SELECT name, value FROM settings ORDER BY name", &[]).await?;
        all(&rows, |row| Ok((row.try_get(0)?, row.try_get(1)?)))
    }

    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<bool, KeyStoreError> {
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.write(sql, &[&name, &value]).await
    }
}
