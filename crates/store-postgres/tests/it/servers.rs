use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proofdesk_domain::entities::business;
use proofdesk_domain::entity::{CREATED_ON, UNIQUE_ID, UPDATED_ON};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Store, StoreError, Transaction};
use proofdesk_store_postgres::{OpenError, Options, PostgresStore};
use proofdesk_testkit::free_port;
use proofdesk_testkit::postgres::{Database, Server};

use crate::support::{client, fresh, migrated, one};

async fn failure(url: &str, options: Options) -> OpenError {
    PostgresStore::connect(url, options).await.err().expect("must not open")
}

/// The address of a database on the shared server.
fn on_shared_server(database: &str) -> String {
    let (server, _) = Server::shared().url().rsplit_once('/').expect("a path");
    format!("{server}/{database}")
}

pub(crate) fn location(name: &str) -> Record {
    let record = Record::empty(&business::BUSINESS).with(business::NAME, name);
    record.with(UNIQUE_ID, "00000000-0000-4000-8000-000000000001").with(CREATED_ON, 1).with(UPDATED_ON, 1)
}

pub(crate) fn insertion(name: &str) -> Transaction {
    let mut transaction = Transaction::default();
    transaction.insert(location(name));
    transaction
}

/// The numbers of the migrations, in order.
fn versions() -> Vec<i64> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let names =
        std::fs::read_dir(folder).expect("the migrations").map(|file| file.expect("a file").file_name());
    let number = |name: std::ffi::OsString| name.to_string_lossy()[1..].split_once("__")?.0.parse().ok();
    let mut versions: Vec<i64> = names.filter_map(number).collect();
    versions.sort_unstable();
    versions
}

fn newest() -> i64 {
    versions().pop().expect("a migration")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_migrate_once() {
    let database = Database::empty().await;
    let open = || PostgresStore::connect(database.url(), Options::default());
    let (a, b, c, d) = tokio::join!(open(), open(), open(), open());
    for store in [a, b, c, d] {
        store.expect("opens").ready().await.expect("is ready");
    }
    let applied = "SELECT string_agg(version::text, ',' ORDER BY version) FROM refinery_schema_history";
    let known: Vec<String> = versions().iter().map(i64::to_string).collect();
    assert_eq!(one(&client(database.url()).await, applied).await, known.join(","));
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let database = migrated().await;
    let newer = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
        VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')";
    client(database.url()).await.batch_execute(newer).await.expect("written");
    let error = failure(database.url(), Options::default()).await;
    assert!(matches!(error, OpenError::NewerSchema { found: 99, known } if known == newest()), "{error}");
}

#[tokio::test]
async fn an_old_schema_is_refused_where_migrating_is_not_asked_for() {
    let database = Database::empty().await;
    let options = Options { migrate: false, ..Options::default() };
    let error = failure(database.url(), options.clone()).await;
    assert!(matches!(error, OpenError::OlderSchema { found: 0, known } if known == newest()), "{error}");
    let migrated = migrated().await;
    PostgresStore::connect(migrated.url(), options).await.expect("is up to date");
}

#[tokio::test]
async fn another_encoding_is_refused() {
    let server = client(Server::shared().url()).await;
    let name = format!("latin_{}", std::process::id());
    let create = format!("CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    server.batch_execute(&create).await.expect("made");
    let error = failure(&on_shared_server(&name), Options::default()).await;
    assert!(matches!(&error, OpenError::Encoding(found) if found == "LATIN1"), "{error}");
}

#[tokio::test]
async fn an_error_says_nothing_of_the_url() {
    let unreachable = format!("postgres://desk:hunter2@127.0.0.1:{}/secretbase", free_port());
    let missing = on_shared_server("secretbase");
    for url in [unreachable, missing] {
        let error = failure(&url, Options::default()).await;
        assert!(matches!(error, OpenError::Database(_)));
        for part in ["hunter2", "secretbase", "desk:"] {
            assert!(!error.to_string().contains(part), "{error}");
        }
    }
}

/// A lost connection fails what was under way, and nothing later.
#[tokio::test]
async fn lost_connections_are_made_anew() {
    let (store, database) = fresh().await;
    store.commit(insertion("a")).await.expect("written");
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = current_database() AND application_name = 'proofdesk'";
    client(database.url()).await.batch_execute(end).await.expect("ended");
    let query = Query::all(&business::BUSINESS, Scope::All, 10);
    let mut attempts = 0;
    let listed = loop {
        match store.list(&query).await {
            Ok(listed) => break listed,
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
        }
        attempts += 1;
        assert!(attempts < 20, "it never comes back");
    };
    assert_eq!(listed.total, 1);
}

#[tokio::test]
async fn a_server_that_only_reads_is_not_ready() {
    let database = migrated().await;
    let name = database.url().rsplit('/').next().expect("a name");
    let read_only = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    let options = Options { migrate: false, ..Options::default() };
    client(database.url()).await.batch_execute(&read_only).await.expect("set");
    let store = PostgresStore::connect(database.url(), options).await.expect("can be read");
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.commit(insertion("a")).await, Err(StoreError::Unavailable(_))));
    assert_eq!(store.list(&Query::all(&business::BUSINESS, Scope::All, 10)).await.expect("read").total, 0);
}

/// A trigger sees the settings of the store's own connection.
#[tokio::test]
async fn commits_are_on_the_disk_whatever_the_database_says() {
    for (setting, expected) in [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")] {
        let database = migrated().await;
        let name = database.url().rsplit('/').next().expect("a name");
        let spy = format!(
            "ALTER DATABASE {name} SET synchronous_commit = {setting}; CREATE TABLE seen (value text); \
             CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$; \
             CREATE TRIGGER spy AFTER INSERT ON businesses FOR EACH ROW EXECUTE FUNCTION see();"
        );
        let client = client(database.url()).await;
        client.batch_execute(&spy).await.expect("set");
        let store = PostgresStore::connect(database.url(), Options::default()).await.expect("opens");
        store.commit(insertion("a")).await.expect("written");
        assert_eq!(
            one(&client, "SELECT value FROM seen").await,
            expected,
            "where the database says {setting}"
        );
    }
}

/// Commits pairs until the server is gone; gives the ids that it was told.
async fn commit_until_lost(store: Arc<PostgresStore>, told: Arc<AtomicUsize>) -> Vec<i64> {
    let mut kept = Vec::new();
    loop {
        let mut pair = insertion("one");
        pair.insert(location("other"));
        match store.commit(pair).await {
            Ok(ids) => kept.extend(ids),
            Err(error) => {
                assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
                return kept;
            }
        }
        told.fetch_add(1, Ordering::SeqCst);
    }
}

/// What was acknowledged is there after `kill -9`, nothing is there by half, and the store finds the server again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_keeps_what_was_acknowledged() {
    // The last one makes recovery faster, not less safe: one sync for the whole file system.
    let safe = [("fsync", "on"), ("full_page_writes", "on"), ("recovery_init_sync_method", "syncfs")];
    let server = Server::start(&safe);
    let store = PostgresStore::connect(server.url(), Options::default()).await.expect("opens");
    let (store, told) = (Arc::new(store), Arc::new(AtomicUsize::new(0)));
    let writer = || tokio::spawn(commit_until_lost(Arc::clone(&store), Arc::clone(&told)));
    let writers = [writer(), writer(), writer()];
    while told.load(Ordering::SeqCst) < 50 {
        tokio::task::yield_now().await;
    }
    server.crash(&safe);
    let mut kept = Vec::new();
    for writer in writers {
        kept.extend(writer.await.expect("no panic"));
    }
    let all = Query::all(&business::BUSINESS, Scope::All, 100_000);
    let mut attempts = 0;
    let records = loop {
        match store.select(&all).await {
            Ok(records) => break records,
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
        }
        attempts += 1;
        assert!(attempts < 50, "it never comes back");
    };
    let there: Vec<i64> = records.iter().map(Record::id).collect();
    assert!(kept.len() >= 100 && kept.iter().all(|id| there.contains(id)));
    let of_name = |name| records.iter().filter(|record| record.text(business::NAME) == Some(name)).count();
    assert_eq!(of_name("one"), of_name("other"));
}
