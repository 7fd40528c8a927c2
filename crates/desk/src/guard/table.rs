//! The accounts that are counted, in bounded memory.

use std::collections::HashMap;

use super::account::{Account, Decision, Outcome, WINDOW};

/// What stands for a name.
pub(super) type Key = [u8; 16];

/// Accounts that are counted at one time. Each costs its first try a hash, and the one thread that hashes can't make so many
/// in a window; should it ever be full, first those are forgotten that have no wrong passwords, longest unused first.
pub(super) const MOST: usize = 100_000;

/// How long the try of a new name waits if no other can be forgotten.
const FULL: i64 = 60 * 1000;

/// Accounts by name.
#[derive(Debug, Default)]
pub(super) struct Table {
    accounts: HashMap<Key, Account>,
    swept_on: i64,
    /// When it was found full of what can't be forgotten.
    full_on: Option<i64>,
}

impl Table {
    pub(super) fn decide(&mut self, key: Key, network: Option<u128>, now: i64) -> Decision {
        if now - self.swept_on >= WINDOW || now < self.swept_on {
            self.sweep(now);
        }
        if !self.accounts.contains_key(&key) && self.accounts.len() >= MOST && !self.make_room(now) {
            return Decision::Refuse { wait: FULL, first: false };
        }
        self.accounts.entry(key).or_default().decide(network, now)
    }

    pub(super) fn end(&mut self, key: Key, number: u32, outcome: Outcome, now: i64) {
        if let Some(account) = self.accounts.get_mut(&key) {
            account.end(number, outcome, now);
        }
    }

    /// Forgets accounts of which nothing is known any more.
    fn sweep(&mut self, now: i64) {
        self.swept_on = now;
        self.accounts.retain(|_, account| !account.is_quiet(now) || account.last_on().is_some());
        self.accounts.shrink_to(0);
    }

    /// Forgets a tenth of the accounts, of those without wrong passwords the longest unused.
    fn make_room(&mut self, now: i64) -> bool {
        // A second later is early enough to look through all of them again.
        if self.full_on.is_some_and(|full_on| (0..1000).contains(&(now - full_on))) {
            return false;
        }
        self.sweep(now);
        let quiet = self.accounts.iter_mut().filter_map(|(key, account)| {
            account.is_quiet(now).then(|| (account.last_on().unwrap_or(0), *key))
        });
        let mut quiet: Vec<(i64, Key)> = quiet.collect();
        quiet.sort_unstable();
        for (_, key) in quiet.into_iter().take(MOST / 10) {
            self.accounts.remove(&key);
        }
        let has_room = self.accounts.len() < MOST;
        self.full_on = (!has_room).then_some(now);
        has_room
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.accounts.len()
    }
}
