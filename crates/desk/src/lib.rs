//! The verbs of the desk: what can be done, by whom, all or nothing, with an audit entry each.
//!
//! A verb takes a [`caller::Grant`], which only [`caller::Caller::grant`] makes, so it can't be called without the role
//! it needs; through the grant it loads only what the caller may see. It validates everything at once, and commits one
//! transaction with the change, its audit entry and its event. If the store says that something changed meanwhile, the
//! verb starts again from what is there now.

pub mod accounts;
pub mod audit;
pub mod caller;
pub mod checks;
pub mod clients;
pub mod commands;
pub mod credentials;
pub mod documents;
pub mod erasure;
pub mod error;
pub mod export;
pub mod files;
pub mod fsck;
pub mod idempotency;
pub mod keys;
pub mod oidc;
pub mod passwords;
pub mod records;
pub mod restored;
pub mod retention;
pub mod rights;
pub mod scan;
pub mod sweep;
pub mod tags;
pub mod tokens;
pub mod totp;
pub mod warnings;

mod guard;
mod hold;
mod names;
mod references;
mod reviews;
mod room;
mod rules;
mod sign_in;
mod submission;

pub use room::Reserve;

use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;
use proofdesk_decoder::Pool;
use proofdesk_domain::ambient::{Clock, Random};
use proofdesk_domain::entities::{check, check::CHECK};
use proofdesk_domain::entities::{client::CLIENT, token::TOKEN, user::USER, user_role::USER_ROLE};
use proofdesk_domain::entity::{CREATED_ON, UNIQUE_ID, UPDATED_BY, UPDATED_ON};
use proofdesk_domain::enumeration::Status;
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use proofdesk_egress::Gateway;
use proofdesk_store::{Store, Transaction, Write};
use proofdesk_vault::Vault;
use uuid::Uuid;

use crate::caller::Caller;
use crate::erasure::Ledger;
use crate::error::DeskError;
use crate::guard::Guard;
use crate::idempotency::Turns;
use crate::passwords::Passwords;
use crate::room::Room;
use crate::submission::status_of;
use crate::tokens::Sessions;

/// How often a verb starts again when others change the same records.
const ATTEMPTS: usize = 12;

/// What the desk is made of. Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Parts>);

/// The parts that the desk works with, given by the server or a test.
pub struct Surroundings {
    /// Keeps the records.
    pub store: Arc<dyn Store>,
    /// Keeps the files.
    pub vault: Vault,
    /// Remembers what was erased, apart from everything that is backed up.
    pub ledger: Ledger,
    /// Fetches files by URL.
    pub gateway: Gateway,
    /// Decodes files.
    pub decoder: Pool,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub random: Arc<dyn Random>,
    /// What the operator decides.
    pub settings: Settings,
}

/// What the operator decides about the desk.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is taken of a file.
    pub files: proofdesk_intake::Limits,
    /// How long an access token lives, in seconds.
    pub access_token_seconds: i64,
    /// How long a refresh token lives, in seconds.
    pub refresh_token_seconds: i64,
    /// How long the access token of a machine client lives, in seconds.
    pub client_token_seconds: i64,
    /// How long after its first use a refresh token gives the same next pair again, in seconds.
    pub grace_seconds: i64,
    /// How long a sign-in lasts at the longest, however often it is renewed, in seconds.
    pub session_seconds: i64,
    /// How long a link lives with which a user sets a password, in seconds.
    pub link_seconds: i64,
    /// Whether the password grant is open.
    pub password_grant: bool,
    /// What is kept free on the disk.
    pub reserve: Reserve,
    /// How browsers stay signed in at the desk's pages.
    pub sessions: tokens::browser::Settings,
    /// The issuer that people may sign in at.
    pub oidc: Option<oidc::Settings>,
    /// Who looks for malware; none is nobody.
    pub scanner: Option<scan::Scanner>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            files: proofdesk_intake::Limits::default(),
            access_token_seconds: 604_799,
            refresh_token_seconds: 15 * 24 * 3600,
            client_token_seconds: 3600,
            grace_seconds: 30,
            session_seconds: 90 * 24 * 3600,
            link_seconds: 72 * 3600,
            password_grant: true,
            reserve: Reserve::default(),
            sessions: tokens::browser::Settings::default(),
            oidc: None,
            scanner: None,
        }
    }
}

struct Parts {
    given: Surroundings,
    sessions: Sessions,
    passwords: Passwords,
    guard: Arc<Guard>,
    turns: Turns,
    room: Room,
    oidc: oidc::Issuer,
}

impl Desk {
    /// A desk of these parts.
    pub fn new(given: Surroundings) -> Self {
        let passwords = Passwords::new(given.random.clone());
        let sessions = Sessions::new(given.random.as_ref());
        let guard = Guard::new(given.clock.clone(), given.random.as_ref());
        Self(Arc::new(Parts {
            given,
            sessions,
            passwords,
            guard,
            turns: Turns::default(),
            room: Room::default(),
            oidc: oidc::Issuer::default(),
        }))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.0.given.clock.now()
    }

    /// The store, for readiness and counts.
    pub fn store(&self) -> &dyn Store {
        self.0.given.store.as_ref()
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.0.given.settings
    }

    /// The files, for checks and backups: whoever has the desk in a program has them.
    pub fn vault(&self) -> &Vault {
        &self.0.given.vault
    }

    /// What remembers erasures.
    pub fn ledger(&self) -> &Ledger {
        &self.0.given.ledger
    }

    fn gateway(&self) -> &Gateway {
        &self.0.given.gateway
    }

    fn random(&self) -> &dyn Random {
        self.0.given.random.as_ref()
    }

    fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    fn decoder(&self) -> &Pool {
        &self.0.given.decoder
    }

    fn turns(&self) -> &Turns {
        &self.0.turns
    }

    fn oidc(&self) -> &oidc::Issuer {
        &self.0.oidc
    }

    /// Password hashes.
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    fn guard(&self) -> &Arc<Guard> {
        &self.0.guard
    }

    /// That writing goes on: no disk has failed since the start.
    fn writes(&self) -> Result<(), DeskError> {
        self.vault().latch().why().map_or(Ok(()), |why| Err(DeskError::Broken(why.to_owned())))
    }

    /// Whether it can be read and written now.
    ///
    /// # Errors
    /// [`DeskError::Broken`], [`DeskError::Full`] or [`DeskError::Unavailable`], with what is wrong.
    pub async fn ready(&self) -> Result<(), DeskError> {
        self.writes()?;
        Ok(self.store().ready().await?)
    }

    /// Commits, and forgets cached callers whose rights it may have changed.
    async fn commit(&self, transaction: Transaction) -> Result<Vec<i64>, DeskError> {
        self.writes()?;
        let revokes = changes_rights(&transaction);
        let committed = self.store().commit(transaction).await;
        if revokes {
            self.sessions().forget_all();
        }
        committed.map_err(DeskError::from)
    }

    /// A new id that says nothing, not even when it was made: UUID version 4 (RFC 9562 §5.4).
    pub fn random_id(&self) -> Uuid {
        let mut random = [0; 16];
        self.random().fill(&mut random);
        uuid::Builder::from_random_bytes(random).into_uuid()
    }

    /// A new UUID, version 7 (RFC 9562 §5.7): those of one time lie side by side in an index, where random ones would
    /// each change a page of their own.
    fn new_guid(&self) -> Uuid {
        let mut random = [0; 10];
        self.random().fill(&mut random);
        let millis = self.now().as_millisecond().unsigned_abs();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// Fills in what every new record starts with.
    fn stamp_new(&self, record: &mut Record, caller: &Caller) {
        record.set(UNIQUE_ID, self.new_guid());
        record.set(CREATED_ON, self.now());
        self.stamp_change(record, caller);
    }

    /// Notes when and by whom a record was changed.
    fn stamp_change(&self, record: &mut Record, caller: &Caller) {
        record.set(UPDATED_ON, self.now());
        record.set(UPDATED_BY, caller.email());
        self.stamp_end(record);
    }

    /// Notes when a check came to an end, which retention counts from: once for each end, and not while it goes on.
    fn stamp_end(&self, record: &mut Record) {
        if record.entity() != &CHECK {
            return;
        }
        let ended = matches!(status_of(record), Status::Successful | Status::Failed | Status::Cancelled);
        if !ended {
            record.set(check::ENDED_ON, Value::Null);
        } else if record.get(check::ENDED_ON).is_null() {
            record.set(check::ENDED_ON, self.now());
        }
    }
}

/// Whether a transaction can take rights away: from a user, a bundle of roles, a machine client, or a token.
fn changes_rights(transaction: &Transaction) -> bool {
    let ends_token = |write: &Write| matches!(write, Write::Delete(entity, _) if *entity == &TOKEN);
    let touches = [&USER, &USER_ROLE, &CLIENT].into_iter().any(|entity| transaction.touches(entity));
    touches || transaction.writes.iter().any(ends_token)
}

/// Runs a verb's attempt, again from the start as long as others change the same records.
async fn retrying<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, DeskError>
where
    F: Future<Output = Result<T, DeskError>>,
{
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(DeskError::Conflict) => {}
            other => return other,
        }
    }
    attempt().await
}
