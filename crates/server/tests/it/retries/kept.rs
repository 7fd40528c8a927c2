//! What is kept of an answer, and for how long.

use jiff::SignedDuration;
use proofdesk_desk::caller::{Caller, Grant};
use proofdesk_desk::error::DeskError;
use proofdesk_desk::idempotency::{KEPT_SECONDS, once};
use proofdesk_desk::records::Saved;
use proofdesk_desk::{Desk, records, sweep};
use proofdesk_domain::entities::business::BUSINESS;
use proofdesk_domain::entities::idempotent_answer::{self, IDEMPOTENT_ANSWER};
use proofdesk_domain::entity::ID;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Operation;
use proofdesk_store::{StoreError, Transaction};
use serde_json::json;

use crate::harness::Store;
use crate::harness::bench::{Bench, grant, properties, runtime};

fn keyed(bench: &Bench, by: &Caller, key: &str, body: &[u8]) -> Grant {
    let grant = grant(by, &BUSINESS, Operation::Create);
    let keyed =
        grant.with_key(&bench.desk, "/api/sys/businesses", key, &["POST", "/api/sys/businesses", "", ""]);
    keyed.expect("a key").for_body(&[body])
}

async fn make(bench: &Bench, grant: &Grant) -> Result<(Saved, bool), DeskError> {
    make_on(&bench.desk, grant).await
}

async fn make_on(desk: &Desk, grant: &Grant) -> Result<(Saved, bool), DeskError> {
    let body = properties(json!({ "Name": "Made once" }));
    once(desk, grant, records::create(desk, grant, &body)).await
}

async fn rows(bench: &Bench) -> Vec<Record> {
    bench.all(&IDEMPOTENT_ANSWER).await
}

fn hours(bench: &Bench, hours: i64, seconds: i64) {
    bench.clock.advance(SignedDuration::from_secs(hours * 3600 + seconds));
}

#[test]
fn an_answer_is_kept_for_a_day_sqlite() {
    runtime().block_on(a_day(Store::Sqlite));
}

#[test]
fn an_answer_is_kept_for_a_day_postgres() {
    runtime().block_on(a_day(Store::Postgres));
}

async fn a_day(store: Store) {
    let bench = Bench::new(store).await;
    let caller = bench.user("secret@example.com").await;
    let grant = keyed(&bench, &caller, "a key", b"{}");
    let (first, replayed) = make(&bench, &grant).await.expect("it is made");
    assert!(!replayed && first.id > bench.business);
    hours(&bench, 24, -1);
    assert_eq!(make(&bench, &grant).await.expect("told again"), (first.clone(), true));
    assert_eq!(sweep::sweep(&bench.desk, std::time::Duration::ZERO).await.expect("swept").answers, 0);
    let other = keyed(&bench, &caller, "a key", b"{ }");
    assert!(matches!(make(&bench, &other).await, Err(DeskError::KeyReused)));
    hours(&bench, 0, 1);
    let (second, replayed) = make(&bench, &other).await.expect("the key is free again");
    assert!(!replayed && second.id > first.id, "{second:?}");
    assert_eq!(rows(&bench).await.len(), 1, "in place of the old one");
    hours(&bench, 24, 0);
    assert_eq!(sweep::sweep(&bench.desk, std::time::Duration::ZERO).await.expect("swept").answers, 1);
    assert!(rows(&bench).await.is_empty());
    assert_eq!(KEPT_SECONDS, 86_400);
}

#[test]
fn two_nodes_have_one_effect_sqlite() {
    runtime().block_on(two_nodes(Store::Sqlite));
}

#[test]
fn two_nodes_have_one_effect_postgres() {
    runtime().block_on(two_nodes(Store::Postgres));
}

/// No node knows what is under way at the other: the database decides.
async fn two_nodes(store: Store) {
    let bench = Bench::new(store).await;
    let caller = bench.user("somebody@example.com").await;
    for number in 0..100 {
        let grant = keyed(&bench, &caller, &format!("key {number}"), b"{}");
        let on = |desk: &Desk| {
            let (desk, grant) = (desk.clone(), grant.clone());
            tokio::spawn(async move { make_on(&desk, &grant).await })
        };
        let (first, second) = (on(&bench.desk), on(&bench.node));
        let [first, second] =
            [first, second].map(|node| async { node.await.expect("no panic").expect("told") });
        let ((first, again), (second, too)) = tokio::join!(first, second);
        assert_eq!(first, second);
        assert!(again != too, "one did it, the other is told: {again} {too}");
    }
    assert_eq!(rows(&bench).await.len(), 100);
    assert_eq!(bench.all(&BUSINESS).await.len(), 101, "the first is there from the start");
}

#[test]
fn an_answer_is_sealed_for_its_key() {
    runtime().block_on(async {
        let bench = Bench::new(Store::Sqlite).await;
        let caller = bench.user("secret@example.com").await;
        let [mine, other] = ["one", "two"].map(|key| keyed(&bench, &caller, key, b"{}"));
        for grant in [&mine, &other] {
            make(&bench, grant).await.expect("it is made");
        }
        let mut kept = rows(&bench).await;
        let said = format!("{:?}", kept.iter().map(Record::values).collect::<Vec<_>>());
        assert!(!said.contains("secret@example") && !said.contains("\"one\""), "{said}");
        // Somebody with the database moves an answer to another key.
        let (first, second) = (kept.remove(0), kept.remove(0));
        let mut transaction = Transaction::default();
        transaction.update(
            second.clone().with(idempotent_answer::SEALED, first.get(idempotent_answer::SEALED).clone()),
        );
        bench.desk.store().commit(transaction).await.expect("written");
        assert!(matches!(make(&bench, &other).await, Err(DeskError::Unavailable(_))));
        assert!(make(&bench, &mine).await.expect("told again").1);
        // A mark is there once, whatever this process knows.
        let mut transaction = Transaction::default();
        transaction.insert(first.with(ID, 0));
        let twice = bench.desk.store().commit(transaction).await;
        assert!(matches!(twice, Err(StoreError::Duplicate { .. })), "{twice:?}");
    });
}
