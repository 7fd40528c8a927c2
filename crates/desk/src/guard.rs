//! How often the passwords of one account may be tried: bounded, and never closed to its user.
//!
//! A try takes a slot before its password is looked at. The right password gives the slot back; a wrong one leaves it taken
//! for 15 minutes. There are ten, whichever way the tries come and however the name is spelled. Six at the most go to
//! strangers, so that those who signed in before from where they are find slots even while others guess. Names that nobody
//! has are counted the same, so that nothing tells them apart.
//!
//! The counts are in memory, of this process alone: a start begins anew, and two nodes count apart.

mod account;
mod table;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use proofdesk_domain::ambient::{Clock, Random};
use tokio::sync::Notify;

use crate::caller::Origin;
use crate::names;
use account::{Decision, Outcome};
use table::{Key, Table};

/// How long a try waits for others of the same account to end, when those decide whether it may begin.
const PATIENCE: Duration = Duration::from_secs(2);

/// Counts tries. Its lock is held for no longer than it takes to look an account up.
pub(crate) struct Guard {
    clock: Arc<dyn Clock>,
    key: hmac::Key,
    table: Mutex<Table>,
    ended: Notify,
}

/// Why a try may not begin.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There were too many.
    TooMany {
        /// After this time another one may begin.
        wait: Duration,
        /// Nobody was told yet that this account's tries are refused.
        first: bool,
    },
    /// Others are still being looked at.
    Busy,
}

/// A try that may begin. Dropped without a word it has failed: whoever goes away while a password is looked at has tried it.
pub(crate) struct Slot {
    guard: Arc<Guard>,
    key: Key,
    number: u32,
    network: Option<u128>,
    said: bool,
}

impl Guard {
    pub(crate) fn new(clock: Arc<dyn Clock>, random: &dyn Random) -> Arc<Self> {
        let mut key = [0; 32];
        random.fill(&mut key);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        Arc::new(Self { clock, key, table: Mutex::default(), ended: Notify::new() })
    }

    /// Takes a slot for a try of an account's password.
    pub(crate) async fn reserve(self: &Arc<Self>, name: &str, origin: &Origin) -> Result<Slot, Refusal> {
        let (key, network) = (self.key_of(name), origin.network());
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let mut ended = std::pin::pin!(self.ended.notified());
            ended.as_mut().enable();
            let decision = self.table().decide(key, network, self.now());
            match decision {
                Decision::Go(number) => {
                    return Ok(Slot { guard: self.clone(), key, number, network, said: false });
                }
                Decision::Refuse { wait, first } => {
                    metrics::counter!("http_too_many_total", "by" => "account").increment(1);
                    return Err(Refusal::TooMany { wait: Duration::from_millis(wait.unsigned_abs()), first });
                }
                Decision::Wait => {
                    tokio::time::timeout_at(deadline, ended).await.map_err(|_| Refusal::Busy)?;
                }
            }
        }
    }

    /// What stands for a name in memory: of one length, and nobody can make two names meet.
    fn key_of(&self, name: &str) -> Key {
        let mut key = Key::default();
        let tag = hmac::sign(&self.key, names::fold(name).as_bytes());
        let length = key.len();
        key.copy_from_slice(&tag.as_ref()[..length]);
        key
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, slot: &Slot, outcome: Outcome) {
        self.table().end(slot.key, slot.number, outcome, self.now());
        self.ended.notify_waiters();
    }
}

impl Slot {
    /// It was the right password, and all else was right too.
    pub(crate) fn succeeded(mut self) {
        self.say(Outcome::Succeeded(self.network));
    }

    /// No password was looked at.
    pub(crate) fn unused(mut self) {
        self.say(Outcome::Unused);
    }

    fn say(&mut self, outcome: Outcome) {
        self.said = true;
        self.guard.end(self, outcome);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.said {
            self.say(Outcome::Failed);
        }
    }
}
