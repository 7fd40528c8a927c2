//! Whether records, files and keys agree: each file's record has its key and its object, which open, and the pictures that are
//! made of every file; and there is no key and no object that no record names.
//!
//! Works beside a running desk: what is young may be on its way to its record, and what is gone at a second look was on
//! its way out, so neither is a finding.

mod pictures;
mod repair;

pub use pictures::Bare;
pub use repair::{Repaired, is_unlikely, lose_all, repair};

use std::collections::HashSet;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use proofdesk_domain::entities::{discarded_file, discarded_file::DISCARDED_FILE, file, file::FILE};
use proofdesk_domain::entities::{rendition, rendition::RENDITION};
use proofdesk_domain::entity::ID;
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::Query;
use proofdesk_vault::ReadError;
use uuid::Uuid;

use crate::Desk;
use crate::error::DeskError;
use crate::files::{object_of, owner_of};
use crate::sweep::made_on;

/// How many records are looked at in one go.
const BATCH: u32 = 500;
/// How many files are opened side by side.
const SIDE_BY_SIDE: usize = 4;

/// How a check is made.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Decrypt every file to its end, not only its header and its last chunk.
    pub deep: bool,
    /// What is younger may be on its way to its record. Zero where nobody else writes.
    pub grace: Duration,
}

/// What is wrong with a file that a record names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Its key is gone: nobody can read it again.
    NoKey,
    /// Its object is gone.
    NoObject,
    /// What is there isn't what was written.
    Damaged,
}

/// A file that a record names, and that can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The vault's id of it.
    pub object: Uuid,
    /// The id of its document.
    pub document: i64,
    /// Its slot in the document.
    pub slot: i64,
    /// Why it can't be read.
    pub loss: Loss,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that records name, and what was made of them.
    pub files: u64,
    /// Keys of files.
    pub keys: u64,
    /// Objects.
    pub objects: u64,
    /// Files that can't be read.
    pub lost: Vec<Lost>,
    /// Files that can be read, and lack pictures that are made of every file.
    pub bare: Vec<Bare>,
    /// Keys that no record names.
    pub stray_keys: Vec<Uuid>,
    /// Objects that no record names.
    pub stray_objects: Vec<Uuid>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty()
            && self.bare.is_empty()
            && self.stray_keys.is_empty()
            && self.stray_objects.is_empty()
    }
}

/// Looks at every file's record, key and object.
///
/// # Errors
/// [`DeskError::Unavailable`] if a store can't be asked: that says nothing about the files.
pub async fn check(desk: &Desk, options: Options) -> Result<Report, DeskError> {
    let keys = all_keys(desk).await?;
    let objects = all_objects(desk).await?;
    let mut report = Report { keys: keys.len() as u64, objects: objects.len() as u64, ..Report::default() };
    let mut named: HashSet<Uuid> = HashSet::new();
    let mut after = 0;
    loop {
        let query = Query::all(&FILE, Scope::All, BATCH).filter(ID, Test::AtLeast(after + 1));
        let files = desk.store().select(&query).await?;
        let Some(last) = files.last() else { break };
        after = last.id();
        report.files += files.len() as u64;
        named.extend(files.iter().map(object_of));
        let bare = pictures::bare(desk, &files).await?;
        let opened = futures::stream::iter(files.into_iter().map(|file| look(desk, file, options.deep)));
        let unread: Vec<Option<Lost>> = opened.buffered(SIDE_BY_SIDE).try_collect().await?;
        report.lost.extend(unread.into_iter().flatten());
        let unreadable = |bare: &Bare| report.lost.iter().any(|lost| lost.object == bare.object);
        let found: Vec<Bare> = bare.into_iter().filter(|bare| !unreadable(bare)).collect();
        report.bare.extend(found);
    }
    let mut after = 0;
    loop {
        let query = Query::all(&RENDITION, Scope::All, BATCH).filter(ID, Test::AtLeast(after + 1));
        let made = desk.store().select(&query).await?;
        let Some(last) = made.last() else { break };
        after = last.id();
        report.files += made.len() as u64;
        named.extend(made.iter().map(object_of));
        let opened =
            futures::stream::iter(made.into_iter().map(|made| look_at_rendition(desk, made, options.deep)));
        let unread: Vec<Option<Lost>> = opened.buffered(SIDE_BY_SIDE).try_collect().await?;
        report.lost.extend(unread.into_iter().flatten());
    }
    let youngest = desk.now() - jiff::SignedDuration::try_from(options.grace).unwrap_or_default();
    report.stray_keys = strays(desk, keys, &named, youngest).await?;
    report.stray_objects = strays(desk, objects, &named, youngest).await?;
    Ok(report)
}

async fn all_keys(desk: &Desk) -> Result<HashSet<Uuid>, DeskError> {
    let mut all = HashSet::new();
    let mut after = None;
    loop {
        let keys = desk.vault().keys_after(after, BATCH as usize).await?;
        let Some(last) = keys.last() else { return Ok(all) };
        after = Some(*last);
        all.extend(keys);
    }
}

async fn all_objects(desk: &Desk) -> Result<HashSet<Uuid>, DeskError> {
    Ok(desk.vault().objects().map_ok(|object| object.id).try_collect().await?)
}

/// What is wrong with a file, if anything. A record that is gone at a second look was removed meanwhile, and its file too.
async fn look(desk: &Desk, file: Record, deep: bool) -> Result<Option<Lost>, DeskError> {
    let object = object_of(&file);
    let Some(loss) = loss_in(desk, &file, object, file.int(file::KEPT_BYTES), deep).await? else {
        return Ok(None);
    };
    if !is_named(desk, object).await? {
        return Ok(None);
    }
    let number = |field| file.int(field).unwrap_or(0);
    Ok(Some(Lost { object, document: number(file::DOCUMENT_ID), slot: number(file::SLOT), loss }))
}

/// The same for what was made of a file, which is sealed for the file's owner.
async fn look_at_rendition(desk: &Desk, made: Record, deep: bool) -> Result<Option<Lost>, DeskError> {
    let query = Query::by_id(&FILE, Scope::All, made.int(rendition::FILE_ID).unwrap_or(0));
    let Some(file) = desk.store().select(&query).await?.pop() else { return Ok(None) };
    let object = object_of(&made);
    let Some(loss) = loss_in(desk, &file, object, made.int(rendition::BYTES), deep).await? else {
        return Ok(None);
    };
    if !is_named(desk, object).await? {
        return Ok(None);
    }
    let number = |field| file.int(field).unwrap_or(0);
    Ok(Some(Lost { object, document: number(file::DOCUMENT_ID), slot: number(file::SLOT), loss }))
}

async fn loss_in(
    desk: &Desk,
    file: &Record,
    object: Uuid,
    kept: Option<i64>,
    deep: bool,
) -> Result<Option<Loss>, DeskError> {
    let reader = match desk.vault().read(object, &owner_of(file)).await {
        Ok(reader) => reader,
        Err(error) => return loss(error).map(Some),
    };
    // Kept whole, in as many bytes as its record says.
    let kept = kept.and_then(|bytes| u64::try_from(bytes).ok());
    if kept.is_some_and(|kept| kept != reader.size()) {
        return Ok(Some(Loss::Damaged));
    }
    if deep {
        let mut pieces = reader.stream(0..reader.size());
        while let Some(piece) = pieces.next().await {
            if let Err(error) = piece {
                return loss(error).map(Some);
            }
        }
    }
    Ok(None)
}

/// What an error says about a file; a store that can't be asked says nothing.
fn loss(error: ReadError) -> Result<Loss, DeskError> {
    match error {
        ReadError::KeyMissing(_) => Ok(Loss::NoKey),
        ReadError::ObjectMissing(_) => Ok(Loss::NoObject),
        ReadError::Tampered { .. } => Ok(Loss::Damaged),
        other => Err(other.into()),
    }
}

/// Those of these that no record names, and that are old enough.
async fn strays(
    desk: &Desk,
    all: HashSet<Uuid>,
    named: &HashSet<Uuid>,
    youngest: Timestamp,
) -> Result<Vec<Uuid>, DeskError> {
    let mut strays = Vec::new();
    let old = |id: &Uuid| made_on(*id).is_none_or(|made| made <= youngest);
    for id in all.into_iter().filter(|id| !named.contains(id)).filter(old) {
        // It may have got its record since the records were listed, or wait for its end.
        if !is_named(desk, id).await? && !is_discarded(desk, id).await? && is_there(desk, id).await? {
            strays.push(id);
        }
    }
    strays.sort_unstable();
    Ok(strays)
}

async fn is_named(desk: &Desk, object: Uuid) -> Result<bool, DeskError> {
    for (entity, field) in [(&FILE, file::OBJECT), (&RENDITION, rendition::OBJECT)] {
        let query = Query::all(entity, Scope::All, 1).equals(field, object);
        if !desk.store().select(&query).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn is_discarded(desk: &Desk, object: Uuid) -> Result<bool, DeskError> {
    let query = Query::all(&DISCARDED_FILE, Scope::All, 1).equals(discarded_file::OBJECT, object);
    Ok(!desk.store().select(&query).await?.is_empty())
}

async fn is_there(desk: &Desk, id: Uuid) -> Result<bool, DeskError> {
    Ok(desk.vault().has_key(id).await? || desk.vault().has_object(id).await?)
}
