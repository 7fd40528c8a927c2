//! The malware scan: each file is shown to a scanner while it comes, and is given to nobody until the scanner has spoken.
//!
//! What the scanner knows is refused. What it could not look at (it is down, too slow, or the file too large for it) is kept
//! and held: nobody gets it, and its document can't be accepted, until a later scan has passed it ([`held`]). Without a scanner
//! in the configuration nothing of this happens.

mod clamd;
pub mod held;

use std::time::Duration;

use proofdesk_domain::entities::{document, document::DOCUMENT, file};
use proofdesk_domain::enumeration::{AuditType, Status};
use proofdesk_domain::record::Record;
use proofdesk_domain::slots::Slot;
use proofdesk_domain::value::Value;
use proofdesk_egress::Service;
use proofdesk_store::Transaction;
use serde_json::{Map, Value as Json};

use crate::Desk;
use crate::audit::{self, Changes, Entry};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::records::subject_of;
use crate::submission::status_of;

pub use clamd::version;

/// What the record of a held file says in [`file::SCAN`].
pub(crate) const HELD: &str = "held";

/// Where the scanner is, and what is asked of it.
#[derive(Clone, Debug)]
pub struct Scanner {
    /// A `clamd` (clamd(8), command `INSTREAM`).
    pub service: Service,
    /// How long it may take to answer; a third of that to connect, and to take the next bytes.
    pub limit: Duration,
    /// How many bytes of a file it takes: its `StreamMaxLength`.
    pub stream_bytes: u64,
}

/// What a scan has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is no scanner.
    NotAsked,
    /// Nothing that the scanner knows.
    Clean,
    /// Malware, with the scanner's name for it.
    Found(String),
    /// The file is larger than the scanner takes.
    TooLarge,
    /// The scanner didn't say; the text says why, without anything of the file.
    Unknown(String),
}

/// The scan of one file.
pub(crate) struct Scan(State);

enum State {
    NotAsked,
    Sending(Box<clamd::Stream>),
    Over(Verdict),
}

impl Scan {
    /// Connects to the scanner, if there is one.
    pub(crate) async fn begin(desk: &Desk) -> Self {
        let Some(scanner) = &desk.settings().scanner else { return Self(State::NotAsked) };
        Self(match clamd::Stream::open(scanner).await {
            Ok(stream) => State::Sending(Box::new(stream)),
            Err(verdict) => State::Over(verdict),
        })
    }

    /// Shows it the next bytes of the file. Once that has failed, nothing more is sent.
    pub(crate) async fn show(&mut self, bytes: &[u8]) {
        if let State::Sending(stream) = &mut self.0
            && let Err(verdict) = stream.send(bytes).await
        {
            self.0 = State::Over(verdict);
        }
    }

    /// What the scanner says, once it has seen all.
    pub(crate) async fn verdict(self) -> Verdict {
        let verdict = match self.0 {
            State::NotAsked => return Verdict::NotAsked,
            State::Sending(stream) => stream.finish().await,
            State::Over(verdict) => verdict,
        };
        let (name, why) = match &verdict {
            Verdict::NotAsked | Verdict::Clean => ("clean", None),
            Verdict::Found(_) => ("found", None),
            Verdict::TooLarge => ("held", Some("the file is larger than it takes")),
            Verdict::Unknown(why) => ("held", Some(why.as_str())),
        };
        metrics::counter!("scans_total", "verdict" => name).increment(1);
        if let Some(why) = why {
            tracing::warn!(why, "the malware scan has no verdict: the file is held");
        }
        verdict
    }
}

impl Verdict {
    /// The name of what was found; of a file that isn't refused, whether it is held is noted in its record.
    pub(crate) fn note(self, record: &mut Record) -> Option<String> {
        match self {
            Self::NotAsked | Self::Clean => None,
            Self::Found(name) => Some(name),
            Self::TooLarge | Self::Unknown(_) => {
                record.set(file::SCAN, HELD);
                None
            }
        }
    }
}

/// What the caller is told of a file in which malware was found.
pub(crate) fn refusal(name: &str) -> String {
    format!("was refused: the malware scan found {name}")
}

/// Whether a file may not be given to anybody yet.
pub(crate) fn is_held(file: &Record) -> bool {
    file.text(file::SCAN) == Some(HELD)
}

/// That no file waits for its scan, of the documents that are to be accepted with a record: itself, or those of a check.
pub(crate) fn may_accept(record: &Record, documents: &[Record]) -> Result<(), DeskError> {
    let concerns = |own: &&Record| {
        let itself = record.entity() == &DOCUMENT && own.id() == record.id();
        itself || (record.entity() != &DOCUMENT && status_of(own) == Status::Submitted)
    };
    let waits = |own: &&Record| own.int(document::FILES_HELD).unwrap_or(0) > 0;
    let Some(held) = documents.iter().filter(concerns).find(waits) else { return Ok(()) };
    let text = format!("{} {}: a file of it waits for the malware scan", DOCUMENT.name, held.id());
    Err(DeskError::Refused(text))
}

/// Puts on record that malware was handed in: it is refused, and the attempt stays.
pub(crate) async fn note_found(
    desk: &Desk,
    grant: &Grant,
    document: Option<&Record>,
    slot: Slot,
    name: &str,
) -> Result<(), DeskError> {
    metrics::counter!("malware_total").increment(1);
    tracing::warn!(name, "malware was handed in, and refused");
    let mut transaction = Transaction::default();
    let entry = Entry {
        kind: AuditType::ScanFound,
        entity: &DOCUMENT,
        id: document.map_or(Value::Null, |document| document.id().into()),
        business: document.map_or(Value::Null, |document| document.get(document::BUSINESS_ID).clone()),
        subject: document.map_or(Value::Null, subject_of),
        description: format!("A file was refused: {}: the malware scan found {name}", slot.prefix()),
        changes: Changes { old: Map::new(), new: found(slot, name) },
    };
    audit::record(desk, &mut transaction, grant.caller(), entry);
    desk.commit(transaction).await.map(drop)
}

fn found(slot: Slot, name: &str) -> Map<String, Json> {
    Map::from_iter([("Slot".to_owned(), slot.prefix().into()), ("Malware".to_owned(), name.into())])
}
