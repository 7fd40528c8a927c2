use std::sync::mpsc::{SyncSender, sync_channel};

use futures::future::join_all;
use tempfile::TempDir;

use super::*;
use crate::connection::{Role, open_any};
use crate::error::unavailable;

type Boxed = Box<dyn FnMut(&Connection) -> Result<i64, StoreError> + Send>;

/// A writer on a database with one table, and a second connection to it.
fn fixture() -> (Arc<Writer>, Connection, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let connection = open_any(&path, Role::Writer).unwrap();
    let tables = "CREATE TABLE t (n INTEGER UNIQUE) STRICT; \
        CREATE TABLE parents (id INTEGER PRIMARY KEY); CREATE TABLE children (id INTEGER REFERENCES parents (id))";
    connection.execute_batch(tables).unwrap();
    let writer = Writer::start(connection, "writer", Latch::default()).unwrap();
    (Arc::new(writer), open_any(&path, Role::Reader).unwrap(), folder)
}

fn insert(n: i64) -> impl FnMut(&Connection) -> Result<i64, StoreError> + Send + 'static {
    move |connection| {
        connection.execute("INSERT INTO t VALUES (?)", [n]).map_err(unavailable)?;
        Ok(n)
    }
}

fn rows(connection: &Connection) -> Vec<i64> {
    let mut statement = connection.prepare("SELECT n FROM t ORDER BY n").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Keeps the thread busy until the sender speaks, so that all that is handed over meanwhile becomes one group.
async fn hold(writer: &Arc<Writer>) -> (SyncSender<()>, tokio::task::JoinHandle<Result<(), StoreError>>) {
    let (release, held) = sync_channel(1);
    let (starts, started) = oneshot::channel();
    let (writer, mut starts) = (Arc::clone(writer), Some(starts));
    let wait = move |_: &Connection| {
        starts.take().unwrap().send(()).unwrap();
        held.recv().map_err(|_| StoreError::Conflict)
    };
    let holding = tokio::spawn(async move { writer.write(wait).await });
    started.await.unwrap();
    (release, holding)
}

/// Hands over many writes while the thread is held, then lets it go on.
async fn in_one_group<T: Send + 'static, F>(writer: &Arc<Writer>, group: Vec<F>) -> Vec<Result<T, StoreError>>
where
    F: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    let (release, holding) = hold(writer).await;
    let release_last = async {
        // Polled after all the others have handed over their writes.
        release.send(()).unwrap();
    };
    let (answers, ()) =
        futures::join!(join_all(group.into_iter().map(|write| writer.write(write))), release_last);
    holding.await.unwrap().unwrap();
    answers
}

#[tokio::test]
async fn many_writes_share_one_sync() {
    let (writer, reader, _folder) = fixture();
    let answers = in_one_group(&writer, (0..64).map(insert).collect()).await;
    let written: Vec<i64> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(written, (0..64).collect::<Vec<_>>(), "each gets its own answer");
    assert_eq!(rows(&reader), written);
    assert_eq!(writer.commits(), 2, "that of the one which held the others up, and theirs");
}

#[tokio::test]
async fn a_refused_write_leaves_the_others_alone() {
    let (writer, reader, _folder) = fixture();
    let twice = |n: i64| {
        move |connection: &Connection| {
            connection.execute("INSERT INTO t VALUES (?)", [n + 100]).map_err(unavailable)?;
            insert(n)(connection)
        }
    };
    let answers = in_one_group(&writer, [1, 2, 2, 3].map(twice).into()).await;
    let refused: Vec<bool> = answers.iter().map(Result::is_err).collect();
    assert_eq!(refused, [false, false, true, false]);
    assert_eq!(rows(&reader), [1, 2, 3, 101, 102, 103]);
}

#[tokio::test]
async fn a_refused_write_is_alone_in_its_group_and_in_the_next() {
    let (writer, reader, _folder) = fixture();
    // The second group is written with savepoints from the start, the third without.
    for (round, refused) in [(0, 5), (1, 7), (2, 1), (3, 64)] {
        let n = |place: i64| round * 100 + if place == refused { 0 } else { place };
        let answers = in_one_group(&writer, (0..9).map(|place| insert(n(place))).collect()).await;
        let errors: Vec<usize> = (0..9).filter(|place| answers[*place].is_err()).collect();
        let expected = if refused < 9 { vec![refused as usize] } else { vec![] };
        assert_eq!(errors, expected, "round {round}");
        let written = rows(&reader).into_iter().filter(|n| n / 100 == round).count();
        assert_eq!(written, 9 - expected.len(), "round {round}");
    }
}

#[tokio::test]
async fn a_commit_that_fails_is_a_failure_for_all() {
    let (writer, reader, _folder) = fixture();
    let orphan = |connection: &Connection| {
        let sql = "PRAGMA defer_foreign_keys = ON; INSERT INTO children VALUES (7)";
        connection.execute_batch(sql).map(|()| 0).map_err(unavailable)
    };
    let group: Vec<Boxed> = vec![Box::new(insert(1)), Box::new(orphan), Box::new(insert(2))];
    let answers = in_one_group(&writer, group).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(StoreError::Unavailable(_)))), "{answers:?}");
    assert!(rows(&reader).is_empty());
    assert_eq!(writer.write(insert(3)).await.unwrap(), 3, "the next one is on its own");
    assert_eq!(rows(&reader), [3]);
}

#[tokio::test]
async fn a_transaction_that_ends_by_itself_is_a_failure_for_all() {
    let (writer, reader, _folder) = fixture();
    let ends =
        |connection: &Connection| connection.execute_batch("ROLLBACK").map(|()| 0).map_err(unavailable);
    let group: Vec<Boxed> = vec![Box::new(insert(1)), Box::new(ends), Box::new(insert(2))];
    let answers = in_one_group(&writer, group).await;
    assert!(answers.iter().all(Result::is_err), "{answers:?}");
    assert!(rows(&reader).is_empty());
    assert!(writer.write(ends).await.is_err(), "also where it is alone");
    assert_eq!(writer.write(insert(3)).await.unwrap(), 3);
}

#[tokio::test]
async fn after_a_panic_nothing_is_written_any_more() {
    let (writer, reader, _folder) = fixture();
    let group: Vec<Boxed> = vec![Box::new(insert(1)), Box::new(|_| panic!("a test's")), Box::new(insert(2))];
    let answers = in_one_group(&writer, group).await;
    assert!(answers.iter().all(Result::is_err), "{answers:?}");
    let later = writer.write(insert(3)).await;
    assert!(matches!(&later, Err(StoreError::Broken(why)) if why.contains("panicked")), "{later:?}");
    assert!(rows(&reader).is_empty());
}

#[tokio::test]
async fn a_caller_who_goes_away_hurts_nobody() {
    let (writer, reader, _folder) = fixture();
    let (release, holding) = hold(&writer).await;
    let gone = tokio::spawn({
        let writer = Arc::clone(&writer);
        async move { writer.write(insert(1)).await }
    });
    tokio::task::yield_now().await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    release.send(()).unwrap();
    holding.await.unwrap().unwrap();
    assert_eq!(writer.write(insert(2)).await.unwrap(), 2);
    assert!(rows(&reader).contains(&2));
}

#[tokio::test]
async fn all_that_was_handed_over_is_written_before_the_end() {
    let (writer, reader, _folder) = fixture();
    let (release, holding) = hold(&writer).await;
    let writing = tokio::spawn({
        let writer = Arc::clone(&writer);
        async move { writer.write(insert(1)).await }
    });
    tokio::task::yield_now().await;
    release.send(()).unwrap();
    drop(writer);
    assert_eq!(writing.await.unwrap().unwrap(), 1);
    holding.await.unwrap().unwrap();
    assert_eq!(rows(&reader), [1]);
}
