use std::fs;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use proofdesk_store_postgres::{Options, PostgresKeyStore};
use proofdesk_testkit::postgres::{Database, Server};
use proofdesk_vault::conformance::key_store::Fixture;
use proofdesk_vault::{
    BusinessKeyChange, BusinessKeyRow, FileKeyRow, KeyStore, KeyStoreError, MASTER_CHECK, PutFileKey,
};
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

fn business(version: u32, wrapped: &[u8]) -> BusinessKeyRow {
    BusinessKeyRow { business: 7, version, retired: false, wrapped: wrapped.to_vec() }
}

async fn with_business(store: &PostgresKeyStore, wrapped: &[u8]) {
    store.put_setting(MASTER_CHECK, b"check").await.expect("set");
    store.put_business_keys(&[business(1, wrapped)], b"check").await.expect("kept");
}

async fn put(store: &PostgresKeyStore, number: u128, wrapped: &[u8]) -> bool {
    let key = FileKeyRow { id: Uuid::from_u128(number), business: 7, version: 1, wrapped: wrapped.to_vec() };
    store.put(&key).await.expect("kept") == PutFileKey::Kept
}

/// Beside the records in one database: neither sees the other's tables.
#[tokio::test]
async fn keys_lie_in_a_schema_of_their_own() {
    let database = migrated().await;
    let store = PostgresKeyStore::connect(database.url(), Options::default()).await.expect("connects");
    with_business(&store, b"key").await;
    assert!(put(&store, 1, b"wrapped").await);
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
    with_business(&store, b"key").await;
    for number in 0..100 {
        assert!(put(&store, number, &[number as u8; 64]).await);
    }
    assert!(put(&store, 1000, &secret).await);
    client.batch_execute("CHECKPOINT").await.expect("written");
    assert!(holds(&tables, &secret), "the test finds what is there");
    assert!(store.delete(Uuid::from_u128(1000)).await.expect("deleted"));
    client.batch_execute("CHECKPOINT").await.expect("written");
    assert!(!holds(&tables, &secret));
    assert_eq!(store.ids(None, 1000).await.expect("listed").len(), 100);
    assert_eq!(store.get(Uuid::from_u128(7)).await.expect("read"), Some(vec![7; 64]));
}

#[tokio::test]
async fn a_business_key_that_went_is_in_no_file_of_the_tables() {
    let server = Server::start(&[]);
    let tables = server.data().expect("it is ours").join("base");
    let store = PostgresKeyStore::connect(server.url(), Options::default()).await.expect("connects");
    let client = client(server.url()).await;
    let secrets = [[0x5a, 0xa5, 0x3c, 0xc3].repeat(16), [0x6b, 0xb6, 0x4d, 0xd4].repeat(16)];
    with_business(&store, &secrets[0]).await;
    store.put_business_keys(&[business(2, &secrets[1])], b"check").await.expect("kept");
    client.batch_execute("CHECKPOINT").await.expect("written");
    assert!(secrets.iter().all(|secret| holds(&tables, secret)), "the test finds what is there");
    assert!(store.delete_retired(7, 1).await.expect("deleted"));
    client.batch_execute("CHECKPOINT").await.expect("written");
    assert!(!holds(&tables, &secrets[0]), "retired");
    assert!(holds(&tables, &secrets[1]));
    let old = store.business_keys(None, 10).await.expect("listed").remove(0);
    let change = BusinessKeyChange { old, wrapped: secrets[0].clone() };
    assert!(store.switch_master(b"check", b"other", &[change]).await.expect("switched"));
    client.batch_execute("CHECKPOINT").await.expect("written");
    assert!(!holds(&tables, &secrets[1]), "in the wrap of the old master key");
    assert!(holds(&tables, &secrets[0]));
    assert_eq!(store.destroy_business(7).await.expect("destroyed"), 1);
    client.batch_execute("CHECKPOINT").await.expect("written");
    assert!(!holds(&tables, &secrets[0]), "with its business");
}
