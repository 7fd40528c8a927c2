//! The store of the desk's records.

use async_trait::async_trait;
use deadpool_postgres::Pool;
use proofdesk_domain::record::Record;
use proofdesk_store::{Listed, Query, Store, StoreError, Transaction};

use crate::commit::{Texts, commit};
use crate::connect::{Address, Options, pool};
use crate::error::OpenError;
use crate::migrate::{Tables, prepare};
use crate::read::{list, rows_of, select};
use crate::session::{Request, Session};

/// Keeps records in a PostgreSQL database.
pub struct PostgresStore {
    pool: Pool,
    texts: Texts,
}

impl PostgresStore {
    /// Connects to the database that a URL names, which must exist.
    ///
    /// The URL is libpq's, `postgres://user:password@host/database`. `sslmode` is `disable`, `prefer` or `require`;
    /// `verify-ca` and `verify-full` mean `require`, because certificates are always verified, names included. Without
    /// it, TLS is required unless the server is on this machine.
    ///
    /// # Errors
    /// [`OpenError::NewerSchema`] if a newer version was here before; the others as they say.
    pub async fn connect(url: &str, options: Options) -> Result<Self, OpenError> {
        let address = Address::read(url, &options)?;
        prepare(&address, Tables::Records, options.migrate).await?;
        let texts = Texts::new().map_err(|error| OpenError::Database(error.to_string()))?;
        Ok(Self { pool: pool(address, &options, Tables::Records.schema())?, texts })
    }

    /// The texts that this store prepares besides those of `proofdesk-store-sql`.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.all()
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn select(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        select(&self.pool, query).await
    }

    async fn list(&self, query: &Query) -> Result<Listed, StoreError> {
        list(&self.pool, query).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<Vec<i64>, StoreError> {
        commit(&self.pool, &self.texts, &transaction).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let session = Session::of(&self.pool).await?;
        let writable = "SELECT 1 WHERE current_setting('transaction_read_only') = 'off'";
        let replies = session.send(vec![Request::Rows(writable, Vec::new())]).await;
        session.done();
        if rows_of(replies?.pop())?.is_empty() {
            return Err(StoreError::Unavailable("the server only reads".to_owned()));
        }
        Ok(())
    }
}
