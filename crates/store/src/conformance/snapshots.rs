//! An answer is of one instant, whatever is written meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proofdesk_domain::entities::{business, coworker};
use proofdesk_domain::entity::VERSION;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use tokio::task::JoinHandle;

use super::Outcome;
use super::world::World;
use crate::{Query, Store, StoreError, Transaction};

const WRITES: usize = 40;

/// A task that writes until its work is done, and a flag that says so.
fn writer(work: impl Future<Output = Outcome> + Send + 'static) -> (JoinHandle<Outcome>, Arc<AtomicBool>) {
    let done = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&done);
    let task = tokio::spawn(async move {
        let outcome = work.await;
        flag.store(true, Ordering::SeqCst);
        outcome
    });
    (task, done)
}

async fn joined(task: JoinHandle<Outcome>) -> Outcome {
    task.await.unwrap_or_else(|error| panic!("a writer failed: {error}"))
}

/// Each transaction deletes one location and inserts another, so there are always as many.
pub async fn records_and_total_are_of_one_instant(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(Arc::clone(&store)).await?;
    let records: Vec<Record> = (0..6).map(|n| world.sample(&business::BUSINESS, n)).collect();
    world.insert_all(records.clone()).await?;
    let first = world.model.all(&business::BUSINESS);
    let (task, done) = writer(replace_again_and_again(Arc::clone(&store), first));
    let query = Query::all(&business::BUSINESS, Scope::All, 100);
    while !done.load(Ordering::SeqCst) {
        let listed = store.list(&query).await?;
        assert_eq!((listed.records.len(), listed.total), (6, 6));
        assert_eq!(store.select(&query).await?.len(), 6);
    }
    joined(task).await
}

async fn replace_again_and_again(store: Arc<dyn Store>, mut records: Vec<Record>) -> Outcome {
    for _ in 0..WRITES {
        let oldest = records.remove(0);
        let mut transaction = Transaction::default();
        transaction.delete(&oldest);
        transaction.insert(oldest.clone());
        let id = store.commit(transaction).await?[0];
        records.push(oldest.with(proofdesk_domain::entity::ID, id));
    }
    Ok(())
}

/// A customer whose version says how many locations it has: never another number.
pub async fn a_record_and_its_lists_are_of_one_instant(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(Arc::clone(&store)).await?;
    let records = (0..4).map(|n| world.sample(&business::BUSINESS, n)).collect();
    let ids = world.insert_all(records).await?;
    let record = world.sample(&coworker::COWORKER, 0).with(coworker::USER_ID, Value::Null);
    let record = world.insert(record.with(coworker::BUSINESSES, Value::List(ids[..1].to_vec()))).await?;
    let (task, done) = writer(change_list_again_and_again(Arc::clone(&store), record.clone(), ids));
    let query = Query::by_id(&coworker::COWORKER, Scope::All, record.id());
    while !done.load(Ordering::SeqCst) {
        for found in [store.list(&query).await?.records, store.select(&query).await?] {
            let version = found[0].int(VERSION).unwrap_or_default();
            assert_eq!(found[0].list(coworker::BUSINESSES).len(), members(version), "version {version}");
        }
    }
    joined(task).await
}

/// How many locations the customer has at a version: 1 to 4.
fn members(version: i64) -> usize {
    1 + (version as usize - 1) % 4
}

async fn change_list_again_and_again(
    store: Arc<dyn Store>,
    mut record: Record,
    ids: Vec<i64>,
) -> Result<(), StoreError> {
    for version in 1..=WRITES as i64 {
        let list = Value::List(ids[..members(version + 1)].to_vec());
        let mut transaction = Transaction::default();
        transaction.update(record.clone().with(coworker::BUSINESSES, list));
        store.commit(transaction).await?;
        record.set(VERSION, version + 1);
    }
    Ok(())
}
