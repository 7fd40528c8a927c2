//! The store of the desk's records.

use std::path::Path;

use async_trait::async_trait;
use proofdesk_domain::latch::Latch;
use proofdesk_domain::record::Record;
use proofdesk_store::{Listed, Query, Store, StoreError, Transaction};

use crate::connection::{self, Role};
use crate::error::OpenError;
use crate::migrate::{self, Database};
use crate::readers::{Readers, is_quick};
use crate::transact::transact;
use crate::writer::Writer;

/// How a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bring the schema up to date. Otherwise an old one is an error.
    pub migrate: bool,
    /// How many connections there are for quick reads, and how many for long ones; each has a page cache of 2 MiB.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { migrate: true, readers: 2 }
    }
}

/// Keeps records in an SQLite database.
pub struct SqliteStore {
    // In the order in which they close: the writer last, so that it leaves no log behind.
    readers: Readers,
    writer: Writer,
}

impl SqliteStore {
    /// Opens a database; makes it if there is none.
    ///
    /// # Errors
    /// [`OpenError::NewerSchema`] if a newer version was here before; the others as they say.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        Self::open_latched(path, options, Latch::default())
    }

    /// The same, as one of several that stop writing together: once the latch is shut, by this one or another.
    ///
    /// # Errors
    /// Those of [`SqliteStore::open`].
    pub fn open_latched(path: &Path, options: Options, latch: Latch) -> Result<Self, OpenError> {
        let mut connection = connection::open(path, Role::Writer)?;
        if options.migrate {
            migrate::bring_up(&mut connection, Database::Records)?;
        }
        migrate::require(&connection, Database::Records)?;
        let readers = Readers::open(path, options.readers.max(1))?;
        Ok(Self { readers, writer: Writer::start(connection, "records-writer", latch)? })
    }

    /// How many database transactions were committed, each with one sync: fewer than [`Store::commit`] was called, if
    /// callers were many at a time.
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn select(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        if is_quick(query) {
            return self.readers.here(|reader| reader.select(query));
        }
        let query = query.clone();
        self.readers.elsewhere(move |reader| reader.select(&query)).await
    }

    async fn list(&self, query: &Query) -> Result<Listed, StoreError> {
        let query = query.clone();
        self.readers.elsewhere(move |reader| reader.list(&query)).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<Vec<i64>, StoreError> {
        let scrub = transaction.scrub;
        let write = move |connection: &rusqlite::Connection| transact(connection, &transaction);
        if scrub { self.writer.scrub(write).await } else { self.writer.write(write).await }
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.writer.write(|_| Ok(())).await?;
        self.readers.here(|reader| reader.ping())
    }
}
