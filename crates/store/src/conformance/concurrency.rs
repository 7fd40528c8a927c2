//! What happens when many write at once. Nothing here depends on who is faster.

use std::sync::Arc;

use proofdesk_domain::entities::{business, check, coworker, user};
use proofdesk_domain::entity::VERSION;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::world::World;
use crate::{Query, Store, StoreError, Transaction};

type Committed = Result<Vec<i64>, StoreError>;

/// Commits all at once, each in a task of its own; the results in the order of the transactions.
async fn at_once(store: &Arc<dyn Store>, transactions: Vec<Transaction>) -> Vec<Committed> {
    let commit = |transaction| {
        let store = Arc::clone(store);
        tokio::spawn(async move { store.commit(transaction).await })
    };
    let tasks: Vec<_> = transactions.into_iter().map(commit).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap_or_else(|error| panic!("a commit panicked: {error}")));
    }
    results
}

fn update(record: Record) -> Transaction {
    let mut transaction = Transaction::default();
    transaction.update(record);
    transaction
}

/// Of 16 updates of one version one is carried out, and it is the one that is there.
pub async fn one_of_many_updates_wins(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let record = world.insert(world.sample(&business::BUSINESS, 0)).await?;
    let named = |n: usize| record.clone().with(business::NAME, format!("writer {n}"));
    let results = at_once(&world.store, (0..16).map(|n| update(named(n))).collect()).await;
    let winners: Vec<usize> = (0..16).filter(|n| results[*n].is_ok()).collect();
    assert_eq!(winners.len(), 1);
    for result in &results {
        assert!(matches!(result, Ok(_) | Err(StoreError::Conflict)), "{result:?}");
    }
    let stored = world.read(&record).await?;
    assert_eq!(stored.text(business::NAME), Some(format!("writer {}", winners[0]).as_str()));
    assert_eq!(stored.int(VERSION), Some(2));
    Ok(())
}

/// Four writers that load again and try again after a conflict, five updates each.
pub async fn retried_updates_all_count(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let record = world.sample(&business::BUSINESS, 0).with(business::COUNTRY_ID, 0);
    let record = world.insert(record).await?;
    let id = record.id();
    let add_five = move |store: Arc<dyn Store>| async move {
        let query = Query::by_id(&business::BUSINESS, Scope::All, id);
        let mut added = 0;
        for _attempt in 0..1000 {
            let stored = store.select(&query).await?.swap_remove(0);
            let count = stored.int(business::COUNTRY_ID).unwrap_or_default();
            match store.commit(update(stored.with(business::COUNTRY_ID, count + 1))).await {
                Ok(_) => added += 1,
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
            if added == 5 {
                return Ok(());
            }
        }
        Err(StoreError::Conflict)
    };
    let tasks: Vec<_> = (0..4).map(|_| tokio::spawn(add_five(Arc::clone(&world.store)))).collect();
    for task in tasks {
        task.await.unwrap_or_else(|error| panic!("a writer failed: {error}"))?;
    }
    let stored = world.store.select(&Query::by_id(&business::BUSINESS, Scope::All, id)).await?.swap_remove(0);
    assert_eq!(stored.int(business::COUNTRY_ID), Some(20));
    assert_eq!(stored.int(VERSION), Some(21));
    Ok(())
}

/// Of two kinds of transactions each guards what the other changes: if one of either went through, neither guard would
/// have held.
pub async fn crossed_guards_let_one_through(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let pair = [0, 1].map(|n| world.sample(&business::BUSINESS, n).with(business::COUNTRY_ID, 1));
    world.insert_all(pair.into()).await?;
    for _round in 0..10 {
        let pair = world.store.select(&Query::all(&business::BUSINESS, Scope::All, 2)).await?;
        let crossed = |own: usize| {
            let mut transaction = update(pair[own].clone().with(business::COUNTRY_ID, 0));
            transaction.holds(&pair[1 - own], business::COUNTRY_ID, 1);
            transaction
        };
        let results = at_once(&world.store, (0..12).map(|n| crossed(n % 2)).collect()).await;
        let winners = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(winners, 1, "{results:?}");
        let pair = world.store.select(&Query::all(&business::BUSINESS, Scope::All, 2)).await?;
        let mut back = Transaction::default();
        for record in pair {
            back.update(record.with(business::COUNTRY_ID, 1));
        }
        world.store.commit(back).await?;
    }
    Ok(())
}

/// Of 8 users with one login one is made.
pub async fn one_of_many_duplicates_wins(store: Arc<dyn Store>) -> Outcome {
    let world = World::empty(store).await?;
    let same = |n| {
        let mut transaction = Transaction::default();
        transaction.insert(world.sample(&user::USER, n).with(user::LOGIN, "same@example.com"));
        transaction
    };
    let results = at_once(&world.store, (0..8).map(same).collect()).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let refused = |result: &&Committed| matches!(result, Err(StoreError::Duplicate { .. }));
    assert_eq!(results.iter().filter(refused).count(), 7, "{results:?}");
    Ok(())
}

/// A location is deleted while a check of it is made: one of the two is refused.
pub async fn no_reference_outlives_its_target(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    let home = world.insert(world.sample(&business::BUSINESS, 0)).await?;
    let nowhere = Value::List(Vec::new());
    let coworker = world.sample(&coworker::COWORKER, 0).with(coworker::BUSINESSES, nowhere);
    world.insert(coworker.with(coworker::INVOICING_BUSINESS_ID, home.id())).await?;
    for round in 0..8 {
        let location = world.insert(world.sample(&business::BUSINESS, 1 + round)).await?;
        let mut delete = Transaction::default();
        delete.delete(&location);
        let mut insert = Transaction::default();
        insert.insert(world.sample(&check::CHECK, round).with(check::BUSINESS_ID, location.id()));
        let results = at_once(&world.store, vec![delete, insert]).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        let refused =
            |result: &Committed| matches!(result, Ok(_) | Err(StoreError::Reference | StoreError::Conflict));
        assert!(results.iter().all(refused), "{results:?}");
        let checks = Query::all(&check::CHECK, Scope::All, 100).equals(check::BUSINESS_ID, location.id());
        assert_eq!(world.store.list(&checks).await?.total, u64::from(results[1].is_ok()));
        if results[0].is_ok() {
            world.model.delete(&location);
        }
    }
    Ok(())
}
