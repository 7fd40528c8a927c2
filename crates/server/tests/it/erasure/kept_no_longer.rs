//! Retention: nothing is destroyed a second before its time, nothing that is held, and everything else when its time is over.

use proofdesk_desk::caller::Caller;
use proofdesk_desk::documents::Size;
use proofdesk_desk::retention::{self, Due};
use proofdesk_desk::{commands, documents};
use proofdesk_domain::entities::{
    business, business::BUSINESS, coworker, coworker::COWORKER, file, file::FILE,
};
use proofdesk_domain::entities::{check, check::CHECK, document, document::DOCUMENT};
use proofdesk_domain::entity::{CREATED_ON, UNIQUE_ID, UPDATED_ON};
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::record::Record;
use proofdesk_domain::retention::DAY;
use proofdesk_domain::roles::Operation;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use serde_json::json;

use crate::harness::bench::{Bench, grant};
use crate::harness::{Store, count};

async fn set(
    bench: &Bench,
    record: Record,
    field: proofdesk_domain::entity::FieldIndex,
    value: impl Into<Value>,
) {
    let mut transaction = Transaction::default();
    transaction.update(record.with(field, value));
    bench.desk.store().commit(transaction).await.expect("it is kept");
}

/// Keeps photos a day, fronts two, and records three.
async fn with_rules(bench: &Bench) {
    let record = bench.record(&BUSINESS, bench.business).await;
    let record = record.with(business::KEEP_PHOTO_DAYS, 1).with(business::KEEP_DOCUMENT_DAYS, 2);
    set(bench, record, business::KEEP_RECORD_DAYS, 3).await;
}

/// A check that is verified now, with its document.
async fn ended(bench: &Bench) -> (i64, i64) {
    let check = bench.check().await;
    let document = bench.create(&DOCUMENT, bench.document_of(check)).await;
    for slot in [Slot::Photo, Slot::Document] {
        bench.fill(&Caller::system(), document, slot).await.expect("a file");
    }
    run(bench, "MarkAsVerified", check).await;
    (check, document)
}

async fn run(bench: &Bench, key: &str, check: i64) {
    let by = grant(&Caller::system(), &CHECK, Operation::Edit);
    commands::run(&bench.desk, &by, key, &[check], None).await.expect("it is run");
}

/// Which of a document's files can be read.
async fn readable(bench: &Bench, document: i64) -> [bool; 2] {
    let by = grant(&Caller::system(), &DOCUMENT, Operation::Read);
    let mut found = [false; 2];
    for (place, slot) in [Slot::Photo, Slot::Document].into_iter().enumerate() {
        found[place] = documents::download(&bench.desk, &by, document, slot, Size::Original).await.is_ok();
    }
    found
}

bench_on_both_stores! {
    async fn each_slot_has_its_time_and_the_record_its_own(bench) {
        with_rules(&bench).await;
        let (check, document) = ended(&bench).await;
        let (held, held_document) = ended(&bench).await;
        run(&bench, "PlaceLegalHold", held).await;
        let end = bench.record(&CHECK, check).await.int(check::ENDED_ON).expect("it has ended");
        let expected = [
            (DAY - 1, [true, true]),
            (DAY, [false, true]),
            (2 * DAY - 1, [false, true]),
            (2 * DAY, [false, false]),
            (3 * DAY - 1, [false, false]),
        ];
        for (after, files) in expected {
            bench.at(end + after);
            let due = retention::due_now(&bench.desk).await.expect("a list");
            assert_eq!(retention::due_now(&bench.desk).await.expect("a list"), due, "to list changes nothing");
            let ran = retention::run(&bench.desk).await.expect("a run");
            assert_eq!(ran.files + ran.checks, due.len() as u64);
            assert_eq!(readable(&bench, document).await, files, "{after} seconds after the end");
            assert!(bench.record(&CHECK, check).await.get(check::ERASED_ON).is_null());
        }
        bench.at(end + 3 * DAY);
        assert_eq!(retention::run(&bench.desk).await.expect("a run").checks, 1);
        assert_eq!(bench.record(&CHECK, check).await.text(check::NAME), Some(""));
        assert_eq!(readable(&bench, held_document).await, [true, true], "a hold keeps it");
        run(&bench, "LiftLegalHold", held).await;
        assert_eq!(retention::run(&bench.desk).await.expect("a run").checks, 1);
        assert_eq!(bench.record(&CHECK, held).await.text(check::NAME), Some(""));
        assert_eq!(retention::run(&bench.desk).await.expect("a run"), retention::Ran::default());
    }
}

bench_on_both_stores! {
    async fn a_check_that_goes_on_again_begins_to_count_anew(bench) {
        with_rules(&bench).await;
        let check = bench.check().await;
        let document = bench.create(&DOCUMENT, bench.document_of(check)).await;
        for slot in [Slot::Photo, Slot::Document] {
            bench.fill(&Caller::system(), document, slot).await.expect("a file");
        }
        let by = grant(&Caller::system(), &CHECK, Operation::Edit);
        commands::run(&bench.desk, &by, "MarkAsRejected", &[check], Some("Blurred")).await.expect("it is run");
        let end = bench.record(&CHECK, check).await.int(check::ENDED_ON).expect("a rejection is an end");
        bench.at(end + DAY / 2);
        bench.fill(&Caller::system(), document, Slot::Photo).await.expect("a file");
        assert!(bench.record(&CHECK, check).await.get(check::ENDED_ON).is_null());
        bench.at(end + 400 * DAY);
        assert_eq!(retention::due_now(&bench.desk).await.expect("a list"), []);
        run(&bench, "MarkAsVerified", check).await;
        assert_eq!(retention::due_now(&bench.desk).await.expect("a list"), [], "it has ended just now");
        bench.at(end + 401 * DAY);
        assert_eq!(retention::due_now(&bench.desk).await.expect("a list").len(), 1, "a day after");
    }
}

/// A check that has ended, its document and two files, past the desk: only what retention looks at.
fn planted(bench: &Bench, number: i64, customer: i64, end: i64, held: bool) -> Transaction {
    let mut transaction = Transaction::default();
    let stamped = |record: Record| {
        record.with(UNIQUE_ID, format!("{number}")).with(CREATED_ON, end).with(UPDATED_ON, end)
    };
    let check = stamped(Record::empty(&CHECK))
        .with(check::NAME, "C")
        .with(check::BUSINESS_ID, bench.business)
        .with(check::COWORKER_ID, customer);
    let check = check
        .with(check::STATUS_, Status::Successful)
        .with(check::ENDED_ON, end)
        .with(check::LEGAL_HOLD, held);
    let check = transaction.insert(check);
    let paper = stamped(Record::empty(&DOCUMENT))
        .with(document::NAME, "D")
        .with(document::BUSINESS_ID, bench.business)
        .with(document::COWORKER_ID, customer);
    let paper =
        transaction.insert(paper.with(document::CHECK_ID, check).with(document::STATUS_, Status::Successful));
    for slot in [Slot::Photo, Slot::Document] {
        let file = Record::empty(&FILE)
            .with(file::OBJECT, uuid::Uuid::from_u128((number as u128) << 2 | slot.number() as u128));
        let file = file
            .with(file::DOCUMENT_ID, paper)
            .with(file::SLOT, slot.number())
            .with(file::BUSINESS_ID, bench.business);
        let file = file
            .with(file::DOCUMENT_GUID, uuid::Uuid::nil())
            .with(file::ROUND, 1)
            .with(file::NAME, "f")
            .with(file::MEDIA_TYPE, "image/png");
        let file = file
            .with(file::RECEIVED_BYTES, 1)
            .with(file::KEPT_BYTES, 1)
            .with(file::RECEIVED_SHA256, "0")
            .with(file::CREATED_ON, end);
        transaction.insert(file);
    }
    transaction
}

bench_on_both_stores! {
    /// Over leap days and years, at the second before, at and after: exactly what is due is listed.
    async fn nothing_is_due_a_second_early_and_nothing_is_left_out(bench) {
        let days = [30, 366, 1461];
        let record = bench.record(&BUSINESS, bench.business).await;
        let record = record.with(business::KEEP_PHOTO_DAYS, days[0]).with(business::KEEP_DOCUMENT_DAYS, days[1]);
        set(&bench, record, business::KEEP_RECORD_DAYS, days[2]).await;
        let leaves = bench
            .create(
                &COWORKER,
                json!({ "FullName": "B", "Email": "b@example.com", "InvoicingBusinessId": bench.business }),
            )
            .await;
        // 29 February 2028, noon.
        let now = 1_835_438_400_i64;
        let relationship = now - 400 * DAY;
        let left = bench.record(&COWORKER, leaves).await;
        set(&bench, left, coworker::RELATIONSHIP_ENDED_ON, relationship).await;
        // PostgreSQL asks for each check and customer over a socket.
        let usual = if bench.store == Store::Sqlite { 10_000 } else { 2_000 };
        let many = count("DOCUMENTS", usual) as i64;
        let mut expected = [0, 0, 0];
        for number in 0..many {
            // Around each border, a few seconds to either side, and anywhere in six years.
            let end = match number % 4 {
                3 => now - (number * 7_919_113) % (2200 * DAY),
                border => now - days[border as usize] * DAY + number / 4 % 5 - 2,
            };
            let (customer, held) = (if number % 5 == 0 { leaves } else { bench.coworker }, number % 11 == 0);
            bench
                .desk
                .store()
                .commit(planted(&bench, number + 1, customer, end, held))
                .await
                .expect("it is kept");
            let from = if customer == leaves { end.max(relationship) } else { end };
            let over = |days: i64| !held && now - from >= days * DAY;
            expected[2] += usize::from(over(days[2]));
            for slot in [0, 1] {
                expected[slot] += usize::from(over(days[slot]) && !over(days[2]));
            }
        }
        bench.at(now);
        let due = retention::due_now(&bench.desk).await.expect("a list");
        let of = |slot: Option<Slot>| due.iter().filter(|one: &&Due| one.slot == slot).count();
        assert_eq!([of(Some(Slot::Photo)), of(Some(Slot::Document)), of(None)], expected);
        assert!(expected.iter().all(|count| *count > many as usize / 20), "{expected:?}");
        assert!(due.iter().all(|one| one.since <= now));
    }
}
