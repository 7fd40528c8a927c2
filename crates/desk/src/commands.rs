//! Commands: the reviewer's half of the lifecycle. A run is all or nothing over its records.

use proofdesk_domain::entities::{check, check::CHECK, document};
use proofdesk_domain::entity::{FieldIndex, Kind};
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::lifecycle::{Command, Does, Step};
use proofdesk_domain::record::Record;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;

use crate::caller::Grant;
use crate::documents::check_and_documents;
use crate::error::DeskError;
use crate::reviews::Approval;
use crate::submission::{announce_move, moved, status_of};
use crate::{Desk, checks, erasure, hold, idempotency, retrying, reviews, scan};

/// The longest notes that are taken, in characters: the limit of a document's.
pub const MAX_NOTES: usize = 10_000;

/// The most records of one run.
pub const MAX_IDS: usize = 1000;

/// What a run tells its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Whether a record was approved that waits for a second reviewer now.
    pub waits: bool,
    /// When it was run; seconds since 1970 UTC.
    pub on: i64,
    /// The e-mail address of who ran it.
    pub by: String,
}

/// Runs a command on records.
///
/// # Errors
/// [`DeskError::Invalid`] if the request is wrong; [`DeskError::Refused`] if one of the records can't be moved, naming
/// it and its state, or the caller can't decide; [`DeskError::MissingRole`] for a decision by somebody who can't edit
/// checks. Nothing is changed then.
pub async fn run(
    desk: &Desk,
    grant: &Grant,
    key: &str,
    ids: &[i64],
    notes: Option<&str>,
) -> Result<Ran, DeskError> {
    let command = valid(grant, key, ids, notes)?;
    let notes = notes.filter(|_| command.needs_notes);
    match command.does {
        Does::Move(step) => run_move(desk, grant, command, step, ids, notes).await,
        Does::Erase => erasure::run(desk, grant, ids).await,
        Does::Hold => hold::run(desk, grant, ids, true).await,
        Does::LiftHold => hold::run(desk, grant, ids, false).await,
    }
}

/// Moves records, and what goes with them.
async fn run_move(
    desk: &Desk,
    grant: &Grant,
    command: &'static Command,
    step: Step,
    ids: &[i64],
    notes: Option<&str>,
) -> Result<Ran, DeskError> {
    // What is kept of the answer goes with the record, if it is about one.
    let about = if let [only] = ids { Value::Int(*only) } else { Value::Null };
    retrying(|| async {
        let mut moves = Moves::new(desk, grant, command, step, notes);
        let records = grant.load_all(desk, ids).await?;
        for record in named(grant, &records, ids)? {
            moves.add(record).await?;
        }
        let ran = Ran { waits: moves.waits, ..Ran::now(desk, grant) };
        let mut transaction = moves.into_transaction();
        idempotency::keep(desk, grant, &mut transaction, about.clone(), &ran).await?;
        desk.commit(transaction).await?;
        Ok(ran)
    })
    .await
}

impl Ran {
    /// A run of this moment that waits for nobody.
    pub(crate) fn now(desk: &Desk, grant: &Grant) -> Self {
        Self { waits: false, on: desk.now().as_second(), by: grant.caller().email().to_owned() }
    }
}

/// The records that a run names, each once, in the order of the ids.
pub(crate) fn named<'a>(
    grant: &Grant,
    records: &'a [Record],
    ids: &[i64],
) -> Result<Vec<&'a Record>, DeskError> {
    let mut named: Vec<&Record> = Vec::new();
    for id in ids {
        let Some(record) = records.iter().find(|record| record.id() == *id) else {
            return Err(DeskError::Refused(format!("{} {id}: does not exist", grant.entity().name)));
        };
        if named.iter().all(|other| other.id() != *id) {
            named.push(record);
        }
    }
    Ok(named)
}

fn valid(grant: &Grant, key: &str, ids: &[i64], notes: Option<&str>) -> Result<&'static Command, DeskError> {
    let mut errors = Vec::new();
    let command = Command::find(grant.entity(), key);
    if command.is_none() {
        errors.push(FieldError::new("Key", "must be a key that /commands lists").attempted(key));
    }
    if ids.is_empty() || ids.len() > MAX_IDS {
        errors.push(FieldError::new("Ids", format!("must be 1 to {MAX_IDS} ids, has {}", ids.len())));
    }
    let length = notes.map_or(0, |notes| notes.trim().chars().count());
    if command.is_some_and(|command| command.needs_notes) && length == 0 {
        errors.push(FieldError::required("Notes"));
    }
    if length > MAX_NOTES {
        errors
            .push(FieldError::new("Notes", format!("must be at most {MAX_NOTES} characters, has {length}")));
    }
    if notes.is_some_and(|notes| notes.contains('\0')) {
        errors.push(FieldError::new("Notes", "must not contain the character U+0000"));
    }
    command.filter(|_| errors.is_empty()).ok_or(DeskError::Invalid(errors))
}

/// The records that a run moves, before and after, each once.
struct Moves<'a> {
    desk: &'a Desk,
    grant: &'a Grant,
    command: &'static Command,
    step: Step,
    notes: Option<&'a str>,
    moved: Vec<(Record, Record)>,
    /// The locations whose rules were relied on, each once.
    businesses: Vec<Record>,
    /// Whether something waits for a second reviewer now.
    waits: bool,
}

impl<'a> Moves<'a> {
    fn new(
        desk: &'a Desk,
        grant: &'a Grant,
        command: &'static Command,
        step: Step,
        notes: Option<&'a str>,
    ) -> Self {
        Self { desk, grant, command, step, notes, moved: Vec::new(), businesses: Vec::new(), waits: false }
    }

    async fn add(&mut self, record: &Record) -> Result<(), DeskError> {
        if erasure::erased_on(record).is_some() {
            let (name, id, key) = (record.entity().name, record.id(), self.command.key);
            return Err(DeskError::Refused(format!("{name} {id}: was erased, so {key} is not possible")));
        }
        let (check, documents) = if record.entity() == &CHECK {
            (record.clone(), checks::documents_of(self.desk, record.id()).await?)
        } else {
            check_and_documents(self.desk, record).await?
        };
        if self.step.is_decision() {
            let business = self.business_of(&check).await?;
            reviews::may_decide(self.grant, &business, record, &documents)?;
            if self.step == Step::Verify {
                scan::may_accept(record, &documents)?;
            }
            if self.step == Step::Verify && self.is_first_approval(&business, record)? {
                return Ok(());
            }
        }
        if record.entity() == &CHECK {
            self.move_check(record, &documents)
        } else {
            self.move_document(record, &check, &documents)
        }
    }

    /// The location of a check.
    async fn business_of(&mut self, check: &Record) -> Result<Record, DeskError> {
        let known = self.businesses.iter().find(|own| Some(own.id()) == check.int(check::BUSINESS_ID));
        if let Some(business) = known {
            return Ok(business.clone());
        }
        let business = reviews::business_of(self.desk, check).await?;
        self.businesses.push(business.clone());
        Ok(business)
    }

    /// Keeps an approval that needs another reviewer's, and moves nothing.
    fn is_first_approval(&mut self, business: &Record, record: &Record) -> Result<bool, DeskError> {
        let now = self.now(record).clone();
        let possible = status_of(&now).after(Step::Verify).is_some();
        if !possible || reviews::approval(self.grant, business, &now)? == Approval::Decides {
            return Ok(false);
        }
        let (by, on) = reviews::fields(record);
        self.set(record, by, self.grant.caller().principal().user_id.into());
        self.set(record, on, self.desk.now().into());
        self.waits = true;
        Ok(true)
    }

    /// A check takes the documents along that can make the same step.
    fn move_check(&mut self, check: &Record, documents: &[Record]) -> Result<(), DeskError> {
        self.step(check)?;
        for document in documents {
            let can = self.status_of(document).after(self.step).is_some();
            if can && erasure::erased_on(document).is_none() {
                self.step(document)?;
            }
        }
        Ok(())
    }

    /// A document takes its check along, as soon as no other document of the check waits for the reviewer. A check
    /// whose only waiting document is called off waits for the customer again.
    fn move_document(
        &mut self,
        document: &Record,
        check: &Record,
        documents: &[Record],
    ) -> Result<(), DeskError> {
        let was_submitted = self.status_of(document) == Status::Submitted;
        self.step(document)?;
        let others = documents.iter().filter(|other| other.id() != document.id());
        if !was_submitted || others.into_iter().any(|other| self.status_of(other) == Status::Submitted) {
            return Ok(());
        }
        if self.step == Step::Cancel {
            if let Some(next) = self.status_of(check).after(Step::Withdraw) {
                self.go(check, check::STATUS_, next);
            }
            return Ok(());
        }
        self.step(check)
    }

    /// A record as this run leaves it so far.
    fn now<'b>(&'b self, record: &'b Record) -> &'b Record {
        self.moved.iter().find(|(before, _)| same(before, record)).map_or(record, |(_, after)| after)
    }

    fn status_of(&self, record: &Record) -> Status {
        status_of(self.now(record))
    }

    fn step(&mut self, record: &Record) -> Result<(), DeskError> {
        let name = record.entity().name;
        let status = self.status_of(record);
        let Some(next) = status.after(self.step) else {
            let (id, status, key) = (record.id(), status.name(), self.command.key);
            return Err(DeskError::Refused(format!("{name} {id}: is {status}, so {key} is not possible")));
        };
        let (status_field, notes_field) = if record.entity() == &CHECK {
            (check::STATUS_, check::LAST_ERROR)
        } else {
            (document::STATUS_, document::NOTES)
        };
        self.go(record, status_field, next);
        if let Some(notes) = self.notes {
            self.set(record, notes_field, cut(notes, record, notes_field).into());
        }
        Ok(())
    }

    /// Moves a record. What was approved by one reviewer stays on record where the second approved it too, and else is
    /// worth nothing any more.
    fn go(&mut self, record: &Record, field: FieldIndex, next: Status) {
        self.set(record, field, next.into());
        if next != Status::Successful {
            let (by, on) = reviews::fields(record);
            self.set(record, by, Value::Null);
            self.set(record, on, Value::Null);
        }
    }

    fn set(&mut self, record: &Record, field: FieldIndex, value: Value) {
        let place = self.moved.iter().position(|(before, _)| same(before, record));
        let place = place.unwrap_or(self.moved.len());
        if place == self.moved.len() {
            self.moved.push((record.clone(), record.clone()));
        }
        self.moved[place].1.set(field, value);
    }

    fn into_transaction(self) -> Transaction {
        let (desk, caller) = (self.desk, self.grant.caller());
        let mut transaction = Transaction::default();
        for business in &self.businesses {
            transaction.unchanged(business);
        }
        for (before, mut after) in self.moved {
            desk.stamp_change(&mut after, caller);
            moved(desk, caller, &mut transaction, &before, &after);
            if after.entity() == &CHECK {
                announce_move(desk, &mut transaction, &before, &after);
            }
            transaction.update(after);
        }
        transaction
    }
}

fn same(a: &Record, b: &Record) -> bool {
    a.entity() == b.entity() && a.id() == b.id()
}

/// Notes as long as the field takes them.
fn cut(notes: &str, record: &Record, field: FieldIndex) -> String {
    match record.entity().field(field).kind {
        Kind::Text(max) => notes.chars().take(max).collect(),
        _ => notes.to_owned(),
    }
}
