//! Long random walks of one check and its documents, beside a model that is as simple as the documentation.

use proofdesk_desk::caller::Caller;
use proofdesk_desk::error::DeskError;
use proofdesk_desk::{commands, records};
use proofdesk_domain::draft::Write;
use proofdesk_domain::entities::{check::CHECK, document::DOCUMENT};
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::roles::Operation;
use proofdesk_domain::slots::Slot;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::harness::Store;
use crate::harness::bench::{Bench, amount, grant, properties, runtime};

/// How many steps are walked with SQLite, unless `PROOFDESK_TEST_STEPS` says otherwise.
const STEPS: usize = 6_000;
/// The steps of one walk.
const WALK: usize = 60;
/// The most documents of a check.
const DOCUMENTS: usize = 3;
const KEYS: [&str; 3] = ["MarkAsVerified", "MarkAsRejected", "Cancel"];

/// A step. Documents are counted from the first one that is there.
#[derive(Clone, Debug)]
enum Step {
    New,
    Fill(usize, usize),
    Clear(usize, usize),
    Remove(usize),
    /// What the check asks for: a passport, or a card, which has a back.
    Ask(bool),
    Check(usize),
    Document(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let document = 0..DOCUMENTS;
    prop_oneof![
        2 => Just(Step::New),
        8 => (document.clone(), 0..3_usize).prop_map(|(document, slot)| Step::Fill(document, slot)),
        2 => (document.clone(), 0..3_usize).prop_map(|(document, slot)| Step::Clear(document, slot)),
        1 => document.clone().prop_map(Step::Remove),
        2 => any::<bool>().prop_map(Step::Ask),
        1 => (0..KEYS.len()).prop_map(Step::Check),
        3 => (document, 0..KEYS.len()).prop_map(|(document, key)| Step::Document(document, key)),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Paper {
    id: i64,
    status: Status,
    filled: [bool; 3],
}

/// What the documentation says.
#[derive(Clone, Debug)]
struct Model {
    status: Status,
    card: bool,
    papers: Vec<Paper>,
}

fn is_final(status: Status) -> bool {
    matches!(status, Status::Successful | Status::Cancelled)
}

impl Model {
    fn complete(&self, paper: &Paper) -> bool {
        paper.filled[0] && paper.filled[1] && (paper.filled[2] || !self.card)
    }

    fn waiting(&self) -> bool {
        self.papers.iter().any(|paper| paper.status == Status::Submitted)
    }

    /// After a change of files, or of what is asked for.
    fn settle(&mut self, place: usize, new_file: bool) {
        let complete = self.complete(&self.papers[place]);
        let status = &mut self.papers[place].status;
        match (*status, complete) {
            (Status::Pending, true) => *status = Status::Submitted,
            (Status::Failed, true) if new_file => *status = Status::Submitted,
            (Status::Submitted, false) => *status = Status::Pending,
            _ => return,
        }
        self.status = if self.waiting() { Status::Submitted } else { Status::Pending };
    }

    fn fixed(&self, place: usize) -> bool {
        is_final(self.papers[place].status) || is_final(self.status)
    }

    fn put(&mut self, place: usize, slot: usize, full: bool) -> bool {
        if self.fixed(place) {
            return false;
        }
        self.papers[place].filled[slot] = full;
        self.settle(place, full);
        true
    }

    fn ask(&mut self, card: bool) {
        self.card = card;
        if !is_final(self.status) {
            (0..self.papers.len()).for_each(|place| self.settle(place, false));
        }
    }

    fn decided(status: Status, key: usize) -> Option<Status> {
        match (status, key) {
            (Status::Submitted, 0) => Some(Status::Successful),
            (Status::Submitted, 1) => Some(Status::Failed),
            (Status::Submitted | Status::Pending, 2) => Some(Status::Cancelled),
            _ => None,
        }
    }

    fn check(&mut self, key: usize) -> bool {
        let Some(next) = Self::decided(self.status, key) else { return false };
        self.status = next;
        for paper in &mut self.papers {
            paper.status = Self::decided(paper.status, key).unwrap_or(paper.status);
        }
        true
    }

    fn document(&mut self, place: usize, key: usize) -> bool {
        let was = self.papers[place].status;
        let Some(next) = Self::decided(was, key) else { return false };
        self.papers[place].status = next;
        if was == Status::Submitted && !self.waiting() {
            self.status = if key == 2 { Status::Pending } else { next };
        }
        true
    }

    fn remove(&mut self, place: usize) {
        let gone = self.papers.remove(place);
        if gone.status == Status::Submitted && !self.waiting() {
            self.status = Status::Pending;
        }
    }

    /// What always holds.
    fn holds(&self) {
        assert_eq!(
            self.status == Status::Submitted,
            self.waiting(),
            "a check waits with its documents: {self:?}"
        );
    }
}

#[test]
fn every_walk_goes_as_documented_sqlite() {
    walk(Store::Sqlite);
}

#[test]
fn every_walk_goes_as_documented_postgres() {
    walk(Store::Postgres);
}

fn walk(store: Store) {
    let runtime = runtime();
    let (bench, caller) = runtime.block_on(async {
        let bench = Bench::new(store).await;
        let caller = bench.user("walker@example.com").await;
        (bench, caller)
    });
    // The rules are the same in both; PostgreSQL needs longer for each step.
    let otherwise = if store == Store::Sqlite { STEPS } else { STEPS / 6 };
    let cases = amount("PROOFDESK_TEST_STEPS", otherwise).div_ceil(WALK) as u32;
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let walks = prop::collection::vec(step(), WALK);
    let outcome = TestRunner::new(config).run(&walks, |steps| {
        runtime.block_on(one(&bench, &caller, &steps));
        Ok(())
    });
    if let Err(failed) = outcome {
        panic!("{failed}");
    }
}

async fn one(bench: &Bench, caller: &Caller, steps: &[Step]) {
    let check = bench.check().await;
    let mut model = Model { status: Status::Pending, card: false, papers: Vec::new() };
    for step in steps {
        let done = take(bench, caller, check, &mut model, step).await;
        model.holds();
        if let Some((allowed, outcome)) = done {
            assert_eq!(allowed, outcome.is_ok(), "{step:?} in {model:?}: {outcome:?}");
        }
        let now = bench.status(&CHECK, check).await;
        let mut papers = Vec::new();
        for paper in &model.papers {
            papers.push(bench.status(&DOCUMENT, paper.id).await);
        }
        let wanted: Vec<Status> = model.papers.iter().map(|paper| paper.status).collect();
        assert_eq!((now, papers), (model.status, wanted), "after {step:?}");
    }
}

/// One step, in the model and at the desk: whether it is allowed, and what came of it.
async fn take(
    bench: &Bench,
    caller: &Caller,
    check: i64,
    model: &mut Model,
    step: &Step,
) -> Option<(bool, Result<(), DeskError>)> {
    let desk = &bench.desk;
    let place = |document: usize| Some(document).filter(|place| *place < model.papers.len());
    let edit = grant(caller, &DOCUMENT, Operation::Edit);
    Some(match *step {
        Step::New if model.papers.len() == DOCUMENTS => return None,
        Step::New => {
            let create = grant(caller, &DOCUMENT, Operation::Create);
            let made = records::create(desk, &create, &properties(bench.document_of(check))).await;
            let allowed = !is_final(model.status);
            if let Ok(saved) = &made {
                model.papers.push(Paper { id: saved.id, status: Status::Pending, filled: [false; 3] });
            }
            (allowed, made.map(drop))
        }
        Step::Fill(document, slot) => {
            let place = place(document)?;
            let filled = bench.fill(caller, model.papers[place].id, Slot::ALL[slot]).await;
            (model.put(place, slot, true), filled)
        }
        Step::Clear(document, slot) => {
            let place = place(document)?;
            let name = format!("Clear{}File", Slot::ALL[slot].prefix());
            let body = properties(json!({ "Id": model.papers[place].id, (name): true }));
            let cleared = records::update(desk, &edit, Write::Merge, None, &body).await;
            (model.put(place, slot, false), cleared.map(drop))
        }
        Step::Remove(document) => {
            let place = place(document)?;
            let delete = grant(caller, &DOCUMENT, Operation::Delete);
            let removed = records::delete(desk, &delete, model.papers[place].id).await;
            model.remove(place);
            (true, removed)
        }
        Step::Ask(card) => {
            let body = properties(json!({ "Id": check, "IdentityDocumentType": if card { 2 } else { 1 } }));
            let of_check = grant(caller, &CHECK, Operation::Edit);
            let asked = records::update(desk, &of_check, Write::Merge, None, &body).await;
            model.ask(card);
            (true, asked.map(drop))
        }
        Step::Check(key) => {
            let of_check = grant(caller, &CHECK, Operation::Edit);
            let ran = commands::run(desk, &of_check, KEYS[key], &[check], Some("Blurred")).await;
            (model.check(key), ran.map(drop))
        }
        Step::Document(document, key) => {
            let place = place(document)?;
            let id = model.papers[place].id;
            let ran = commands::run(desk, &edit, KEYS[key], &[id], Some("Blurred")).await;
            (model.document(place, key), ran.map(drop))
        }
    })
}
