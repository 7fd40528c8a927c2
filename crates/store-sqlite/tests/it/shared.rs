//! Two stores on one database, as of two processes.

use std::path::Path;

use proofdesk_domain::entities::business;
use proofdesk_domain::entity::{CREATED_ON, UNIQUE_ID, UPDATED_ON};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Store as _, StoreError, Transaction};
use proofdesk_store_sqlite::{Options, SqliteStore};

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(&folder.join("desk.db"), Options::default()).unwrap()
}

async fn insert(store: &SqliteStore, name: &str) {
    let record = Record::empty(&business::BUSINESS).with(business::NAME, name);
    let mut transaction = Transaction::default();
    transaction.insert(record.with(UNIQUE_ID, name).with(CREATED_ON, 1).with(UPDATED_ON, 1));
    store.commit(transaction).await.unwrap();
}

/// Totals are remembered, but not past a commit, whoever made it.
#[tokio::test]
async fn a_total_follows_the_commits_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (open(folder.path()), open(folder.path()));
    let first_of_many = Query::all(&business::BUSINESS, Scope::All, 1);
    for round in 1..=6 {
        let (writes, name) = if round % 2 == 0 { (&here, "here") } else { (&there, "there") };
        insert(writes, &format!("{name}{round}")).await;
        for _again in 0..4 {
            let [first, second] = [&here, &there].map(|store| store.list(&first_of_many));
            assert_eq!(first.await.unwrap().total, round);
            assert_eq!(second.await.unwrap().total, round);
        }
    }
}

#[tokio::test]
async fn of_two_updates_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (open(folder.path()), open(folder.path()));
    insert(&here, "x").await;
    let query = Query::all(&business::BUSINESS, Scope::All, 1);
    let loaded = here.select(&query).await.unwrap().remove(0);
    let update = |name: &str| {
        let mut transaction = Transaction::default();
        transaction.update(loaded.clone().with(business::NAME, name));
        transaction
    };
    let results = [there.commit(update("a")).await, here.commit(update("b")).await];
    assert!(matches!(results, [Ok(_), Err(StoreError::Conflict)]), "{results:?}");
    assert_eq!(here.select(&query).await.unwrap()[0].text(business::NAME), Some("a"));
}
