//! Migrations: new, again, newer, older.

use std::path::{Path, PathBuf};

use proofdesk_domain::entities::business;
use proofdesk_domain::entity::{CREATED_ON, UNIQUE_ID, UPDATED_ON};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Store as _, Transaction};
use proofdesk_store_sqlite::{OpenError, Options, SqliteKeyStore, SqliteStore, migrate};
use rusqlite::Connection;
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    (folder, path)
}

fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, Options::default())
}

/// As if a later version had migrated the database.
fn add_migration(path: &Path) {
    let sql = "INSERT INTO refinery_schema_history SELECT 9999, name, applied_on, checksum \
        FROM refinery_schema_history WHERE version = 1";
    assert_eq!(Connection::open(path).unwrap().execute(sql, []).unwrap(), 1);
}

fn location() -> Record {
    let record = Record::empty(&business::BUSINESS).with(business::NAME, "Harbour");
    record.with(UNIQUE_ID, "x").with(CREATED_ON, 1).with(UPDATED_ON, 1)
}

#[tokio::test]
async fn what_was_written_is_there_when_it_is_opened_again() {
    let (_folder, path) = folder();
    let mut transaction = Transaction::default();
    transaction.insert(location());
    let ids = open(&path).unwrap().commit(transaction).await.unwrap();
    let store = open(&path).unwrap();
    let found = store.select(&Query::by_id(&business::BUSINESS, Scope::All, ids[0])).await.unwrap();
    assert_eq!(found[0].text(business::NAME), Some("Harbour"));
}

#[test]
fn a_newer_schema_is_refused() {
    let (_folder, path) = folder();
    drop(open(&path).unwrap());
    add_migration(&path);
    let newer =
        |result: Result<(), OpenError>| matches!(result, Err(OpenError::NewerSchema { found: 9999, .. }));
    assert!(newer(open(&path).map(drop)));
    assert!(newer(SqliteStore::open(&path, Options { migrate: false, ..Options::default() }).map(drop)));
    assert!(newer(migrate(&path)));
}

#[test]
fn a_newer_key_store_is_refused() {
    let (_folder, path) = folder();
    drop(SqliteKeyStore::open(&path).unwrap());
    drop(SqliteKeyStore::open(&path).unwrap());
    add_migration(&path);
    assert!(matches!(SqliteKeyStore::open(&path), Err(OpenError::NewerSchema { .. })));
}

#[test]
fn an_older_schema_is_refused_unless_it_may_be_migrated() {
    let (_folder, path) = folder();
    let as_it_is = || SqliteStore::open(&path, Options { migrate: false, ..Options::default() });
    assert!(matches!(as_it_is(), Err(OpenError::OlderSchema { found: 0, .. })));
    migrate(&path).unwrap();
    migrate(&path).unwrap();
    as_it_is().unwrap();
}

#[test]
fn many_can_open_a_new_database_at_once() {
    let (_folder, path) = folder();
    std::thread::scope(|scope| {
        let opening: Vec<_> = (0..4).map(|_| scope.spawn(|| open(&path).map(drop))).collect();
        for one in opening {
            one.join().unwrap().unwrap();
        }
    });
}

#[test]
fn an_altered_migration_is_refused() {
    let (_folder, path) = folder();
    drop(open(&path).unwrap());
    let sql = "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1";
    Connection::open(&path).unwrap().execute(sql, []).unwrap();
    assert!(matches!(open(&path), Err(OpenError::Migration(_))));
}

/// Every reference has an index, or deleting what is referred to would read the whole table.
#[test]
fn every_reference_has_an_index() {
    let (_folder, path) = folder();
    migrate(&path).unwrap();
    let sql = "SELECT m.name, f.\"from\" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' \
        AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) l, pragma_index_info(l.name) i \
        WHERE i.seqno = 0 AND i.name = f.\"from\" AND l.partial = 0)";
    let connection = Connection::open(&path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let bare =
        statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    assert_eq!(bare.map(Result::unwrap).collect::<Vec<_>>(), []);
    let count =
        "SELECT count(*) FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
    let references: i64 = connection.query_row(count, [], |row| row.get(0)).unwrap();
    assert!(references >= 20, "{references}");
}
