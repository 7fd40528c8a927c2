use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proofdesk_domain::entities::business;
use proofdesk_domain::entity::{FieldIndex, VERSION};
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Store, StoreError, Transaction};
use proofdesk_store_postgres::{Options, PostgresStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio_postgres::Client;

use crate::servers::{insertion, location};
use crate::support::{client, fresh, migrated, one};

fn all() -> Query {
    Query::all(&business::BUSINESS, Scope::All, 10)
}

fn update(record: &Record, name: &str) -> Transaction {
    let mut transaction = Transaction::default();
    transaction.update(record.clone().with(business::NAME, name));
    transaction
}

/// Waits until a connection of the store waits for a lock.
async fn until_waiting(client: &Client) {
    let waiting = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() \
        AND application_name = 'proofdesk' AND wait_event_type = 'Lock'";
    while one(client, waiting).await == "0" {}
}

/// The processes of the server that work for the store.
async fn backends(client: &Client) -> String {
    let backends = "SELECT coalesce(string_agg(pid::text, ','), '') FROM pg_stat_activity \
        WHERE datname = current_database() AND application_name = 'proofdesk'";
    one(client, backends).await
}

/// Whoever goes away in the middle of a commit leaves neither half of it nor a connection with an open transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_given_up_leaves_nothing() {
    let database = migrated().await;
    let an_hour = std::time::Duration::from_hours(1);
    let options = Options { connections: 1, statement: an_hour, ..Options::default() };
    let store = Arc::new(PostgresStore::connect(database.url(), options).await.expect("opens"));
    store.commit(insertion("before")).await.expect("written");
    let record = store.select(&all()).await.expect("read").remove(0);
    let other = client(database.url()).await;
    other.batch_execute("BEGIN; SELECT 1 FROM businesses FOR UPDATE").await.expect("locked");
    let commit = tokio::spawn({
        let (store, transaction) = (Arc::clone(&store), update(&record, "given up"));
        async move { store.commit(transaction).await }
    });
    until_waiting(&client(database.url()).await).await;
    commit.abort();
    assert!(commit.await.expect_err("was aborted").is_cancelled());
    let left = backends(&other).await;
    other.batch_execute("COMMIT").await.expect("released");
    let mut asked = 0;
    while backends(&other).await == left {
        asked += 1;
        assert!(asked < 10_000, "the connection is still there, and so is its transaction");
    }
    store.commit(update(&record, "after")).await.expect("the only connection is free, and the record too");
    let left = store.select(&all()).await.expect("read").remove(0);
    assert_eq!((left.text(business::NAME), left.int(VERSION)), (Some("after"), Some(2)));
}

/// Somebody who locks in another order: the server ends the store's transaction, and the caller tries again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_a_conflict() {
    let (store, database) = fresh().await;
    for name in ["first", "second"] {
        store.commit(insertion(name)).await.expect("written");
    }
    let records = store.select(&all()).await.expect("read");
    let lock = |record: &Record| format!("SELECT 1 FROM businesses WHERE id = {} FOR UPDATE", record.id());
    let other = client(database.url()).await;
    // So that it is the store that notices and gives way.
    other.batch_execute("SET deadlock_timeout = '1min'").await.expect("set");
    other.batch_execute(&format!("BEGIN; {}", lock(&records[1]))).await.expect("locked");
    let mut both = update(&records[0], "x");
    both.update(records[1].clone());
    let commit = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.commit(both).await }
    });
    until_waiting(&client(database.url()).await).await;
    other.batch_execute(&lock(&records[0])).await.expect("gets it when the store gives way");
    assert!(matches!(commit.await.expect("no panic"), Err(StoreError::Conflict)));
    other.batch_execute("COMMIT").await.expect("released");
    assert_eq!(store.select(&all()).await.expect("read"), records);
}

/// Values are checked long before; but if one came here, it would be refused, and not be repeated in the error.
#[tokio::test]
async fn what_can_not_be_kept_is_refused_without_being_quoted() {
    let (store, _database) = fresh().await;
    store.commit(insertion("before")).await.expect("written");
    let record = store.select(&all()).await.expect("read").remove(0);
    let with_nul = store.commit(update(&record, "sec\0ret")).await;
    let mut of_other_kind = Transaction::default();
    of_other_kind.update(record.clone().with(business::COUNTRY_ID, "secret"));
    let of_other_kind = store.commit(of_other_kind).await;
    let unread = store.select(&all().filter(business::NAME, Test::Equals(Value::Int(77)))).await;
    for result in [with_nul.map(drop), of_other_kind.map(drop), unread.map(drop)] {
        let Err(StoreError::Unavailable(text)) = result else { panic!("{result:?}") };
        assert!(!text.contains("sec") && !text.contains("77"), "{text}");
    }
    assert_eq!(store.select(&all()).await.expect("read"), [record]);
}

/// Clients think of as many combinations of filters as they like.
#[tokio::test]
async fn prepared_statements_do_not_pile_up() {
    let database = migrated().await;
    let spy = "CREATE TABLE seen (value text); \
        CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        INSERT INTO seen SELECT count(*) FROM pg_prepared_statements; RETURN NEW; END $$; \
        CREATE TRIGGER spy AFTER INSERT ON businesses FOR EACH ROW EXECUTE FUNCTION see();";
    let client = client(database.url()).await;
    client.batch_execute(spy).await.expect("set");
    let options = Options { connections: 1, ..Options::default() };
    let store = PostgresStore::connect(database.url(), options).await.expect("opens");
    for combination in 0_u32..600 {
        let mut query = all();
        for bit in (0..10).filter(|bit| combination & (1 << bit) != 0) {
            query = query.filter(FieldIndex(bit), Test::Equals(Value::Null));
        }
        store.select(&query).await.expect("read");
    }
    store.commit(insertion("a")).await.expect("written");
    let prepared: usize = one(&client, "SELECT value FROM seen").await.parse().expect("a number");
    assert!((1..=510).contains(&prepared), "{prepared}");
}

/// Passes a connection on, and counts how often the client sends after the server has answered.
async fn count_round_trips(server: std::net::SocketAddr, trips: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = TcpSocket::new_v4().expect("a socket").connect(server).await.expect("the server");
            let trips = Arc::clone(&trips);
            tokio::spawn(async move {
                let (mut sent, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
                let mut asking = false;
                loop {
                    tokio::select! {
                        count = near.read(&mut sent) => {
                            let Ok(count @ 1..) = count else { return };
                            trips.fetch_add(usize::from(!asking), Ordering::SeqCst);
                            asking = true;
                            far.write_all(&sent[..count]).await.expect("sent on");
                        }
                        count = far.read(&mut answered) => {
                            let Ok(count @ 1..) = count else { return };
                            asking = false;
                            near.write_all(&answered[..count]).await.expect("sent back");
                        }
                    }
                }
            });
        }
    });
    port
}

/// On one thread, so that all requests are waiting when the connection gets to send them.
#[tokio::test]
async fn a_commit_takes_two_round_trips_and_a_list_one() {
    let database = migrated().await;
    let server = url_address(database.url());
    let trips = Arc::new(AtomicUsize::new(0));
    let port = count_round_trips(server, Arc::clone(&trips)).await;
    let url = database.url().replace(&format!(":{}", server.port()), &format!(":{port}"));
    let options = Options { connections: 1, migrate: false, ..Options::default() };
    let store = PostgresStore::connect(&url, options).await.expect("opens");
    store.commit(insertion("a")).await.expect("written");
    let mut taken = Vec::new();
    // The first time, statements are prepared.
    for _ in 0..2 {
        let record = store.select(&all()).await.expect("read").remove(0);
        let mut transaction = update(&record, "b");
        transaction.unchanged(&record);
        transaction.insert(location("c"));
        transaction.insert(location("d"));
        let before = trips.load(Ordering::SeqCst);
        store.commit(transaction).await.expect("written");
        let between = trips.load(Ordering::SeqCst);
        store.list(&all()).await.expect("read");
        taken = vec![between - before, trips.load(Ordering::SeqCst) - between];
    }
    assert_eq!(taken, [2, 1]);
}

fn url_address(url: &str) -> std::net::SocketAddr {
    let host = url.split('@').nth(1).and_then(|rest| rest.split('/').next()).expect("a host");
    host.parse().expect("an address")
}
