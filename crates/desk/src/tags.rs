//! Entity tags (RFC 9110 section 8.8.3): what stands for exactly one state of a record, and what a caller may require of
//! it before a change (section 13.1).
//!
//! A tag covers the whole body that a `GET` answers, properties of related records and lists included, and the record's
//! version, so that it also changes with what no body shows. It is looked at each time that a verb loads the record, and
//! the record's version is guarded in the transaction: what changes in between makes the verb start again.

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proofdesk_domain::entity::VERSION;
use proofdesk_domain::json::write_record;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Operation;

use crate::Desk;
use crate::caller::Grant;
use crate::error::DeskError;
use crate::records::visible;

/// How many bytes of the SHA-256 make a tag.
const LENGTH: usize = 16;

/// The tags that a caller names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    /// `*`: of whatever is there.
    Any,
    /// One of these.
    These(Vec<Tag>),
}

/// A tag as a caller writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Whether it is marked as weak (`W/`).
    pub weak: bool,
    /// What stands between its quotes.
    pub opaque: String,
}

/// What must hold of the record that a verb is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preconditions {
    /// `If-Match`: the record's tag is one of these.
    pub matches: Option<Tags>,
    /// `If-None-Match`: the record's tag is none of these.
    pub differs: Option<Tags>,
}

impl Tags {
    /// The strong comparison (RFC 9110 section 8.8.3.2): a weak tag is equal to none.
    pub fn name_strongly(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|own| !own.weak && own.opaque == tag),
        }
    }

    /// The weak comparison: `W/` doesn't matter.
    pub fn name_weakly(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|own| own.opaque == tag),
        }
    }
}

impl Preconditions {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.matches.is_none() && self.differs.is_none()
    }
}

impl Grant {
    /// The same grant, whose record is loaded only as long as this holds of it.
    pub fn expecting(mut self, preconditions: Preconditions) -> Self {
        self.preconditions = (!preconditions.is_empty()).then(|| Arc::new(preconditions));
        self
    }

    /// Whether something must hold of the record.
    pub fn expects(&self) -> bool {
        self.preconditions.is_some()
    }

    /// Asks of a record, as it was just loaded, what must hold of it.
    pub(crate) async fn meets(&self, desk: &Desk, record: &Record) -> Result<(), DeskError> {
        let Some(preconditions) = &self.preconditions else { return Ok(()) };
        let tag = tag(desk, self, record).await?;
        let stale = preconditions.matches.as_ref().is_some_and(|tags| !tags.name_strongly(&tag));
        let known = preconditions.differs.as_ref().is_some_and(|tags| tags.name_weakly(&tag));
        if stale || known { Err(DeskError::PreconditionFailed) } else { Ok(()) }
    }
}

/// The tag of a record as the caller reads it, without quotes.
async fn tag(desk: &Desk, grant: &Grant, record: &Record) -> Result<String, DeskError> {
    // What is read is seen by the role to read, whichever role a change is made by.
    let reading = grant.caller().grant(record.entity(), Operation::Read);
    let scope = reading.as_ref().unwrap_or(grant).scope();
    let seen = visible(desk, scope, vec![record.clone()]).await?;
    let mut shown = Vec::with_capacity(1024);
    for record in &seen {
        write_record(&mut shown, record);
    }
    Ok(of_shown(record, &shown))
}

/// The tag of a record that is shown like this to who reads it.
pub fn of_shown(record: &Record, shown: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&record.int(VERSION).unwrap_or(0).to_be_bytes());
    context.update(shown);
    URL_SAFE_NO_PAD.encode(&context.finish().as_ref()[..LENGTH])
}
