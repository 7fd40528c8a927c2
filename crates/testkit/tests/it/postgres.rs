use std::sync::atomic::{AtomicUsize, Ordering};

use proofdesk_testkit::postgres::{Database, Server};
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a server");
    tokio::spawn(connection);
    client
}

async fn one(client: &Client, sql: &str) -> String {
    client.query_one(sql, &[]).await.expect("an answer").get(0)
}

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let (first, second) = (Database::empty().await, Database::empty().await);
    assert_ne!(first.url(), second.url());
    let client = connect(first.url()).await;
    client.batch_execute("CREATE TABLE mine (id bigint)").await.expect("made");
    let other = connect(second.url()).await;
    assert!(other.batch_execute("SELECT * FROM mine").await.is_err());
    assert_eq!(one(&client, "SHOW server_encoding").await, "UTF8");
    assert_eq!(one(&client, "SHOW fsync").await, "off");
}

#[tokio::test]
async fn a_template_is_prepared_once() {
    let prepared = AtomicUsize::new(0);
    let fresh = || {
        Database::like("testkit", |url| {
            prepared.fetch_add(1, Ordering::SeqCst);
            async move {
                let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("a server");
                let connection = tokio::spawn(connection);
                client.batch_execute("CREATE TABLE ready (id bigint)").await.expect("made");
                drop(client);
                connection.await.expect("no panic").expect("closed");
            }
        })
    };
    let (first, second) = tokio::join!(fresh(), fresh());
    assert_eq!(prepared.load(Ordering::SeqCst), 1);
    for database in [first, second] {
        let client = connect(database.url()).await;
        client.batch_execute("INSERT INTO ready VALUES (1)").await.expect("the table is there");
    }
}

#[tokio::test]
async fn a_server_of_ones_own_ends_with_its_value() {
    let server = Server::start(&[("fsync", "on")]);
    let data = server.data().expect("it is ours");
    let client = connect(server.url()).await;
    assert_eq!(one(&client, "SHOW fsync").await, "on");
    assert!(data.join("postmaster.pid").exists());
    drop(server);
    // The server closes the connection when it ends, so the next question fails; until then it answers.
    while client.batch_execute("SELECT pg_sleep(0.01)").await.is_ok() {}
    assert!(client.is_closed());
}
