//! An answer is of one instant, whatever is written meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proofdesk_domain::entities::{business, coworker};
use proofdesk_domain::entity::{ID, VERSION};
use proofdesk_domain::list::Test;
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

/// Locations come and go all the time: there are as many on the one page as the total says. A thousand others, which the
/// query must look at and leave out, make it slow enough that much happens meanwhile.
pub async fn records_and_total_are_of_one_instant(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(Arc::clone(&store)).await?;
    let named = |name: &'static str, n| world.sample(&business::BUSINESS, n).with(business::NAME, name);
    let standing = (0..1000).map(|n| named("stands", n)).collect();
    let records: Vec<Record> = (0..4).map(|n| named("Comes and goes", n)).collect();
    world.insert_all(standing).await?;
    let (task, done) = writer(come_and_go(Arc::clone(&store), records));
    let query = Query::all(&business::BUSINESS, Scope::All, 100);
    let query = query.filter(business::NAME, Test::Contains("comes".to_owned()));
    while !done.load(Ordering::SeqCst) {
        let listed = store.list(&query).await?;
        assert_eq!(listed.records.len() as u64, listed.total);
        let selected = store.select(&query).await?.len();
        assert!(selected == 0 || selected == 4, "half a transaction: {selected}");
    }
    joined(task).await
}

async fn come_and_go(store: Arc<dyn Store>, records: Vec<Record>) -> Outcome {
    for _ in 0..WRITES {
        let mut come = Transaction::default();
        for record in &records {
            come.insert(record.clone());
        }
        let ids = store.commit(come).await?;
        let mut go = Transaction::default();
        for (record, id) in records.iter().zip(ids) {
            go.delete(&record.clone().with(ID, id));
        }
        store.commit(go).await?;
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
