//! Commands: the reviewer's half of the lifecycle. A run is all or nothing over its records.

use proofdesk_domain::entities::{check, check::CHECK, document};
use proofdesk_domain::entity::{FieldIndex, Kind};
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::lifecycle::{Command, Step};
use proofdesk_domain::record::Record;
use proofdesk_domain::validation::FieldError;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;

use crate::caller::Grant;
use crate::documents::check_and_documents;
use crate::error::DeskError;
use crate::submission::{announce_move, moved, status_of};
use crate::{Desk, checks, retrying};

/// The longest notes that are taken, in characters: the limit of a document's.
pub const MAX_NOTES: usize = 10_000;

/// The most records of one run.
pub const MAX_IDS: usize = 1000;

/// Runs a command on records.
///
/// # Errors
/// [`DeskError::Invalid`] if the request is wrong; [`DeskError::Refused`] if one of the records can't be moved, naming
/// it and its state; nothing is changed then.
pub async fn run(
    desk: &Desk,
    grant: &Grant,
    key: &str,
    ids: &[i64],
    notes: Option<&str>,
) -> Result<(), DeskError> {
    let command = valid(key, ids, notes)?;
    let notes = notes.filter(|_| command.needs_notes);
    retrying(|| async {
        let mut moves = Moves::default();
        let records = grant.load_all(desk, ids).await?;
        for id in ids {
            let Some(record) = records.iter().find(|record| record.id() == *id) else {
                return Err(DeskError::Refused(format!("{} {id}: does not exist", grant.entity().name)));
            };
            moves.add(desk, record, command, notes).await?;
        }
        desk.commit(moves.into_transaction(desk, grant)).await.map(drop)
    })
    .await
}

fn valid(key: &str, ids: &[i64], notes: Option<&str>) -> Result<&'static Command, DeskError> {
    let mut errors = Vec::new();
    let command = Command::from_key(key);
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
#[derive(Default)]
struct Moves(Vec<(Record, Record)>);

impl Moves {
    async fn add(
        &mut self,
        desk: &Desk,
        record: &Record,
        command: &Command,
        notes: Option<&str>,
    ) -> Result<(), DeskError> {
        if record.entity() == &CHECK {
            let documents = checks::documents_of(desk, record.id()).await?;
            return self.move_check(record, documents, command, notes);
        }
        let (check, documents) = check_and_documents(desk, record).await?;
        self.move_document(record, &check, &documents, command, notes)
    }

    /// A check takes the documents along that can make the same step.
    fn move_check(
        &mut self,
        check: &Record,
        documents: Vec<Record>,
        command: &Command,
        notes: Option<&str>,
    ) -> Result<(), DeskError> {
        self.step(check, command, notes)?;
        for document in documents {
            if status_of(&document).after(command.step).is_some() {
                self.step(&document, command, notes)?;
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
        command: &Command,
        notes: Option<&str>,
    ) -> Result<(), DeskError> {
        let was_submitted = self.status_of(document) == Status::Submitted;
        self.step(document, command, notes)?;
        let others = documents.iter().filter(|other| other.id() != document.id());
        if !was_submitted || others.into_iter().any(|other| self.status_of(other) == Status::Submitted) {
            return Ok(());
        }
        if command.step == Step::Cancel {
            if let Some(next) = self.status_of(check).after(Step::Withdraw) {
                self.set(check, check::STATUS_, next.into());
            }
            return Ok(());
        }
        self.step(check, command, notes)
    }

    fn status_of(&self, record: &Record) -> Status {
        status_of(self.0.iter().find(|(before, _)| same(before, record)).map_or(record, |(_, after)| after))
    }

    fn step(&mut self, record: &Record, command: &Command, notes: Option<&str>) -> Result<(), DeskError> {
        let name = record.entity().name;
        let status = self.status_of(record);
        let Some(next) = status.after(command.step) else {
            let text =
                format!("{name} {}: is {}, so {} is not possible", record.id(), status.name(), command.key);
            return Err(DeskError::Refused(text));
        };
        let (status_field, notes_field) = if record.entity() == &CHECK {
            (check::STATUS_, check::LAST_ERROR)
        } else {
            (document::STATUS_, document::NOTES)
        };
        self.set(record, status_field, next.into());
        if let Some(notes) = notes {
            self.set(record, notes_field, cut(notes, record, notes_field).into());
        }
        Ok(())
    }

    fn set(&mut self, record: &Record, field: FieldIndex, value: Value) {
        let place = self.0.iter().position(|(before, _)| same(before, record)).unwrap_or(self.0.len());
        if place == self.0.len() {
            self.0.push((record.clone(), record.clone()));
        }
        self.0[place].1.set(field, value);
    }

    fn into_transaction(self, desk: &Desk, grant: &Grant) -> Transaction {
        let mut transaction = Transaction::default();
        for (before, mut after) in self.0 {
            desk.stamp_change(&mut after, grant.caller());
            moved(desk, grant.caller(), &mut transaction, &before, &after);
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
