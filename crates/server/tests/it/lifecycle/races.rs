//! Decisions on one check that meet: one wins, and the others are told what the check is now.

use std::collections::HashMap;

use futures::future::join_all;
use futures::{StreamExt, stream};
use proofdesk_desk::caller::Caller;
use proofdesk_desk::commands;
use proofdesk_desk::error::DeskError;
use proofdesk_domain::entities::{audit_entry, audit_entry::AUDIT_ENTRY};
use proofdesk_domain::entities::{check, check::CHECK, document, document::DOCUMENT};
use proofdesk_domain::entity::{CREATED_ON, Entity, UNIQUE_ID, UPDATED_BY, UPDATED_ON};
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Operation;
use proofdesk_store::Transaction;

use crate::harness::Store;
use crate::harness::bench::{Bench, amount, grant, runtime, status};

/// How many checks are decided in a race with SQLite, unless `PROOFDESK_TEST_RACES` says otherwise.
const RACES: usize = 2_000;
/// Races that are run at one time.
const AT_ONCE: usize = 24;
/// In so many of the races there are not five rivals, but this many.
const CROWDED: usize = 40;
const CROWD: usize = 64;
/// What each rival wants: of the check, or of its only document.
const RIVALS: [(&str, bool); 5] = [
    ("MarkAsVerified", false),
    ("MarkAsRejected", false),
    ("Cancel", false),
    ("MarkAsVerified", true),
    ("MarkAsRejected", true),
];

#[test]
fn one_decision_wins_sqlite() {
    runtime().block_on(races(Store::Sqlite));
}

#[test]
fn one_decision_wins_postgres() {
    runtime().block_on(races(Store::Postgres));
}

async fn races(store: Store) {
    let bench = Bench::new(store).await;
    let mut rivals = Vec::new();
    for (number, (key, of_document)) in RIVALS.into_iter().enumerate() {
        let caller = bench.user(&format!("rival{number}@example.com")).await;
        rivals.push(Rival { caller, key, of_document });
    }
    let otherwise = if store == Store::Sqlite { RACES } else { RACES / 4 };
    let pairs = submitted(&bench, amount("PROOFDESK_TEST_RACES", otherwise)).await;
    let (bench, rivals) = (&bench, &rivals);
    let races =
        stream::iter(pairs.iter().enumerate().map(|(number, pair)| race(bench, rivals, number, *pair)));
    let won: HashMap<i64, Status> = races.buffer_unordered(AT_ONCE).collect().await;
    assert_eq!(won.len(), pairs.len());
    let kinds = [Status::Successful, Status::Failed, Status::Cancelled];
    let wins = kinds.map(|kind| won.values().filter(|status| **status == kind).count());
    assert!(wins.iter().all(|count| *count > 0), "each kind of decision wins somewhere: {wins:?}");
    what_is_left(bench, &pairs, &won).await;
}

struct Rival {
    caller: Caller,
    key: &'static str,
    of_document: bool,
}

/// Checks that wait for the reviewer, each with one document, as many as asked. Written directly: how they got there
/// doesn't matter here.
async fn submitted(bench: &Bench, count: usize) -> Vec<(i64, i64)> {
    let mut pairs = Vec::new();
    while pairs.len() < count {
        let mut transaction = Transaction::default();
        for _ in 0..100.min(count - pairs.len()) {
            let new = |entity: &'static Entity| {
                let record =
                    Record::empty(entity).with(UNIQUE_ID, uuid::Uuid::nil()).with(UPDATED_BY, "test");
                record.with(CREATED_ON, bench.desk.now()).with(UPDATED_ON, bench.desk.now())
            };
            let check = new(&CHECK)
                .with(check::BUSINESS_ID, bench.business)
                .with(check::COWORKER_ID, bench.coworker)
                .with(check::NAME, "Check")
                .with(check::STATUS_, Status::Submitted);
            let check = transaction.insert(filled(check));
            let document = new(&DOCUMENT)
                .with(document::BUSINESS_ID, bench.business)
                .with(document::COWORKER_ID, bench.coworker)
                .with(document::CHECK_ID, check)
                .with(document::NAME, "Document")
                .with(document::STATUS_, Status::Submitted);
            transaction.insert(filled(document));
        }
        let ids = bench.desk.store().commit(transaction).await.expect("they are written");
        pairs.extend(ids.chunks(2).map(|pair| (pair[0], pair[1])));
    }
    pairs
}

/// The same record, with what its empty flags, enumerations and lists hold.
fn filled(mut record: Record) -> Record {
    for (place, field) in record.entity().fields.iter().enumerate() {
        let index = proofdesk_domain::entity::FieldIndex(place);
        if record.get(index).is_null() && field.column().is_some() {
            record.set(index, proofdesk_domain::draft::empty(field.kind));
        }
    }
    record
}

/// All rivals at once, each time another one first. In every other race nobody cancels: that needs no look at the rules of the
/// location, so it may win each time. The check, and where the winner brought it.
async fn race(
    bench: &Bench,
    rivals: &[Rival],
    number: usize,
    (check, document): (i64, i64),
) -> (i64, Status) {
    let rivals: Vec<&Rival> =
        rivals.iter().filter(|rival| rival.key != "Cancel" || number.is_multiple_of(2)).collect();
    let count = if number < CROWDED { CROWD } else { rivals.len() };
    let order = (0..count).map(|place| rivals[(place + number) % rivals.len()]);
    let decide = |rival: &Rival| {
        let (desk, caller, key) = (bench.desk.clone(), rival.caller.clone(), rival.key);
        let (entity, id) = if rival.of_document { (&DOCUMENT, document) } else { (&CHECK, check) };
        let run = async move {
            let grant = grant(&caller, entity, Operation::Edit);
            (key, commands::run(&desk, &grant, key, &[id], Some("Blurred")).await)
        };
        // A task of its own, so that the rivals run on all threads.
        tokio::spawn(run)
    };
    let outcomes = join_all(order.map(decide)).await;
    let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| outcome.expect("no panic")).collect();
    let winners: Vec<&str> =
        outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(key, _)| *key).collect();
    assert_eq!(winners.len(), 1, "check {check}: {outcomes:?}");
    let now = match winners[0] {
        "MarkAsVerified" => Status::Successful,
        "MarkAsRejected" => Status::Failed,
        _ => Status::Cancelled,
    };
    for (key, outcome) in &outcomes {
        match outcome {
            Ok(_) => {}
            Err(DeskError::Refused(said)) => {
                assert!(said.ends_with(&format!("is {}, so {key} is not possible", now.name())), "{said}");
            }
            Err(other) => panic!("check {check}: {key}: {other:?}"),
        }
    }
    (check, now)
}

/// Where the winners brought checks and documents, there they are, and each got there by one entry.
async fn what_is_left(bench: &Bench, pairs: &[(i64, i64)], won: &HashMap<i64, Status>) {
    let documents: HashMap<i64, i64> = pairs.iter().map(|(check, document)| (*document, *check)).collect();
    for record in bench.all(&CHECK).await {
        assert_eq!(status(&record), won[&record.id()], "check {}", record.id());
    }
    for record in bench.all(&DOCUMENT).await {
        assert_eq!(status(&record), won[&documents[&record.id()]], "document {}", record.id());
    }
    let mut decided: HashMap<(&'static str, i64), Vec<String>> = HashMap::new();
    for entry in bench.all(&AUDIT_ENTRY).await {
        let said = entry.text(audit_entry::DESCRIPTION).expect("a description").to_owned();
        let id = entry.int(audit_entry::ENTITY_ID).unwrap_or(0);
        for entity in [&CHECK, &DOCUMENT] {
            if entry.text(audit_entry::ENTITY) == Some(entity.name) {
                decided.entry((entity.name, id)).or_default().push(said.clone());
            }
        }
    }
    assert_eq!(decided.len(), 2 * pairs.len());
    for (check, document) in pairs {
        for (entity, id) in [(&CHECK, check), (&DOCUMENT, document)] {
            let wanted = format!("{} became {}", entity.name, won[check].name());
            assert_eq!(decided[&(entity.name, *id)], [wanted], "{} {id}", entity.name);
        }
    }
}
