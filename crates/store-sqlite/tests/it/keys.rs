//! The suite that every key store passes.

use std::sync::Arc;

use async_trait::async_trait;
use proofdesk_store_sqlite::SqliteKeyStore;
use proofdesk_vault::conformance::key_store::Fixture;
use proofdesk_vault::{KeyStore, KeyStoreError};
use tempfile::TempDir;

struct Folder(TempDir);

fn folder() -> Folder {
    Folder(tempfile::tempdir().expect("a folder"))
}

#[async_trait]
impl Fixture for Folder {
    async fn open(&self) -> Result<Arc<dyn KeyStore>, KeyStoreError> {
        let store = SqliteKeyStore::open(&self.0.path().join("keys.db")).map_err(KeyStoreError::new)?;
        Ok(Arc::new(store))
    }
}

proofdesk_vault::key_store_conformance!(folder());
