use std::fs;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use proofdesk_store_postgres::{Options, PostgresKeyStore};
use proofdesk_testkit::postgres::{Database, Server};
use proofdesk_vault::conformance::key_store::Fixture;
use proofdesk_vault::{KeyStore, KeyStoreError};
use uuid::Uuid;

use crate::support::{client, migrated, one};

struct Keys(Database);

#[async_trait]
impl Fixture for Keys {
    async fn open(&self) -> Result<Arc<dyn KeyStore>, KeyStoreError> {
        let store = PostgresKeyStore::connect(self.0.url(), Options::default()).await;
        Ok(Arc::new(store.map_err(KeyStoreError::new)?))
    }
}

proofdesk_vault::key_store_conformance!(Keys(Database::empty().await));

/// Beside the records in one database: neither sees the other's tables.
#[tokio::test]
async fn keys_lie_in_a_schema_of_their_own() {
    let database = migrated().await;
    let store = PostgresKeyStore::connect(database.url(), Options::default()).await.expect("connects");
    assert!(store.put(Uuid::from_u128(1), b"wrapped").await.expect("kept"));
    let client = client(database.url()).await;
    let tables = "SELECT string_agg(DISTINCT schemaname, ',') FROM pg_tables WHERE tablename LIKE 'keys%'";
    assert_eq!(one(&client, tables).await, "proofdesk_keys");
    assert!(client.batch_execute("SELECT * FROM keys").await.is_err());
    let histories = "SELECT string_agg(schemaname, ',' ORDER BY schemaname) FROM pg_tables \
        WHERE tablename = 'refinery_schema_history'";
    assert_eq!(one(&client, histories).await, "proofdesk_keys,public");
}

/// Whether any file of the tables holds these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            return holds(&path, bytes);
        }
        // A file may go away meanwhile.
        fs::read(&path).is_ok_and(|content| content.windows(bytes.len()).any(|window| window == bytes))
    })
}

#[tokio::test]
async fn a_deleted_key_is_in_no_file_of_the_tables() {
    let server = Server::start(&[]);
    let tables = server.data().expect("it is ours").join("base");
    let store = PostgresKeyStore::connect(server.url(), Options::default()).await.expect("connects");
    let client = client(server.url()).await;
    let secret = [0x5a, 0xa5, 0x3c, 0xc3].repeat(16);
    for number in 0..100 {
        assert!(store.put(Uuid::from_u128(number), &[number as u8; 64]).await.expect("kept"));
    }
    assert!(store.put(Uuid::from_u128(1000), &secret).await.expect("kept"));
    client.batch_execute("CHECKPOINT").await.expect("written");
    assert!(holds(&tables, &secret), "the test finds what is there");
    assert!(store.delete(Uuid::from_u128(1000)).await.expect("deleted"));
    client.batch_execute("CHECKPOINT").await.expect("written");
    assert!(!holds(&tables, &secret));
    assert_eq!(store.ids(None, 1000).await.expect("listed").len(), 100);
    assert_eq!(store.get(Uuid::from_u128(7)).await.expect("read"), Some(vec![7; 64]));
}
