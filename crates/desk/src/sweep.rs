//! Destroys what nobody needs any more: the files that no record names (those of removed records, and what a crash left),
//! tokens that have ended, and answers that are not given again.

use std::time::Duration;

use futures::TryStreamExt;
use jiff::Timestamp;
use proofdesk_domain::entities::{discarded_file, discarded_file::DISCARDED_FILE, file, file::FILE};
use proofdesk_domain::entities::{idempotent_answer, idempotent_answer::IDEMPOTENT_ANSWER};
use proofdesk_domain::entities::{rendition, rendition::RENDITION};
use proofdesk_domain::entities::{spent_state, spent_state::SPENT_STATE, token, token::TOKEN};
use proofdesk_domain::entity::{Entity, FieldIndex};
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Transaction};
use uuid::Uuid;

use crate::Desk;
use crate::error::DeskError;
use crate::files::object_of;

/// How many files or tokens are looked at in one go.
const BATCH: u32 = 500;

/// How many batches of kept answers one sweep removes at the most.
const ANSWER_BATCHES: usize = 100;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files of removed records that were destroyed.
    pub discarded: u64,
    /// Files that no record ever named.
    pub orphans: u64,
    /// Tokens that had ended.
    pub tokens: u64,
    /// States of sign-ins at an issuer that would be too old by now.
    pub states: u64,
    /// Answers that were kept for long enough.
    pub answers: u64,
}

/// Notes in a transaction that the object of a file or a rendition goes with it: no record names it any more.
pub(crate) fn discard(desk: &Desk, transaction: &mut Transaction, named: &Record) -> Uuid {
    let object = object_of(named);
    let record = Record::empty(&DISCARDED_FILE)
        .with(discarded_file::OBJECT, object)
        .with(discarded_file::CREATED_ON, desk.now());
    transaction.insert(record);
    object
}

/// Destroys files whose transaction has committed, without making the caller wait.
pub(crate) fn discard_soon(desk: &Desk, objects: &[Uuid]) {
    if objects.is_empty() {
        return;
    }
    let desk = desk.clone();
    tokio::spawn(async move {
        if let Err(error) = discarded(&desk).await {
            tracing::warn!(%error, "discarded files could not be destroyed; the next sweep tries again");
        }
    });
}

/// Destroys all files that no record names. Those younger than `grace` may be on their way to a record; a desk that
/// starts alone on its data passes zero.
///
/// # Errors
/// [`DeskError::Unavailable`]; what was not destroyed stays for the next sweep.
pub async fn sweep(desk: &Desk, grace: Duration) -> Result<Swept, DeskError> {
    Ok(Swept {
        discarded: discarded(desk).await?,
        orphans: orphans(desk, grace).await?,
        tokens: ended(desk, &TOKEN, token::EXPIRES_ON).await?,
        states: ended(desk, &SPENT_STATE, spent_state::EXPIRES_ON).await?,
        answers: ended_answers(desk).await?,
    })
}

/// An answer that isn't given again is of no use. Those that one sweep doesn't get to wait for the next.
async fn ended_answers(desk: &Desk) -> Result<u64, DeskError> {
    let mut count = 0;
    for _ in 0..ANSWER_BATCHES {
        let ended = Test::AtMost(desk.now().as_second());
        let query =
            Query::all(&IDEMPOTENT_ANSWER, Scope::All, BATCH).filter(idempotent_answer::EXPIRES_ON, ended);
        let mut transaction = Transaction::default();
        for answer in &desk.store().select(&query).await? {
            transaction.delete(answer);
        }
        let found = transaction.writes.len();
        if found == 0 {
            break;
        }
        match desk.commit(transaction).await {
            Ok(_) => count += found as u64,
            // A request or another node was faster.
            Err(DeskError::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// A token that has ended is as good as one that never was.
async fn ended(desk: &Desk, entity: &'static Entity, until: FieldIndex) -> Result<u64, DeskError> {
    let mut count = 0;
    loop {
        let ended = Test::AtMost(desk.now().as_second());
        let query = Query::all(entity, Scope::All, BATCH).filter(until, ended);
        let mut transaction = Transaction::default();
        for token in &desk.store().select(&query).await? {
            transaction.delete(token);
        }
        let found = transaction.writes.len();
        if found == 0 {
            return Ok(count);
        }
        desk.commit(transaction).await?;
        count += found as u64;
    }
}

async fn discarded(desk: &Desk) -> Result<u64, DeskError> {
    let mut count = 0;
    loop {
        let found = desk.store().select(&Query::all(&DISCARDED_FILE, Scope::All, BATCH)).await?;
        for record in &found {
            let object =
                record.text(discarded_file::OBJECT).and_then(|id| id.parse().ok()).unwrap_or_default();
            desk.vault().shred(object).await?;
            let mut transaction = Transaction::default();
            transaction.delete(record);
            match desk.commit(transaction).await {
                // Another sweep was faster.
                Ok(_) | Err(DeskError::Conflict) => count += 1,
                Err(error) => return Err(error),
            }
        }
        if found.len() < BATCH as usize {
            return Ok(count);
        }
    }
}

async fn orphans(desk: &Desk, grace: Duration) -> Result<u64, DeskError> {
    let youngest = desk.now() - jiff::SignedDuration::try_from(grace).unwrap_or_default();
    let mut count = 0;
    let mut after = None;
    loop {
        let keys = desk.vault().keys_after(after, BATCH as usize).await?;
        for key in &keys {
            count += u64::from(destroy_orphan(desk, *key, youngest).await?);
        }
        match keys.last() {
            Some(last) => after = Some(*last),
            None => break,
        }
    }
    let mut objects = std::pin::pin!(desk.vault().objects());
    while let Some(object) = objects.try_next().await? {
        count += u64::from(destroy_orphan(desk, object.id, youngest).await?);
    }
    Ok(count)
}

async fn destroy_orphan(desk: &Desk, object: Uuid, youngest: Timestamp) -> Result<bool, DeskError> {
    if made_on(object).is_some_and(|made| made > youngest) {
        return Ok(false);
    }
    for (entity, field) in [(&FILE, file::OBJECT), (&RENDITION, rendition::OBJECT)] {
        if !desk.store().select(&Query::all(entity, Scope::All, 1).equals(field, object)).await?.is_empty() {
            return Ok(false);
        }
    }
    desk.vault().shred(object).await?;
    Ok(true)
}

/// When a file's id was made: ids are UUIDs version 7.
pub(crate) fn made_on(object: Uuid) -> Option<Timestamp> {
    let (seconds, nanos) = object.get_timestamp()?.to_unix();
    Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()
}
