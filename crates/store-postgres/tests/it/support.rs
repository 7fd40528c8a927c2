//! Databases and stores for tests.

use std::sync::Arc;

use proofdesk_store_postgres::{Options, PostgresStore, migrate};
use proofdesk_testkit::postgres::Database;
use tokio_postgres::{Client, NoTls};

/// A migrated database.
pub(crate) async fn migrated() -> Database {
    Database::like("records", |url| async move {
        migrate(&url, &Options::default()).await.expect("migrates");
    })
    .await
}

/// A store of its own, and its database.
pub(crate) async fn fresh() -> (Arc<PostgresStore>, Database) {
    let database = migrated().await;
    let store = PostgresStore::connect(database.url(), Options::default()).await.expect("connects");
    (Arc::new(store), database)
}

/// A connection past the store.
pub(crate) async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connects");
    tokio::spawn(connection);
    client
}

/// The one text that a question gives.
pub(crate) async fn one(client: &Client, sql: &str) -> String {
    client.query_one(sql, &[]).await.expect("an answer").get(0)
}
