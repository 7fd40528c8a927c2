//! Two tenants with the same data: all that one sends is sent again by the other, who has every role, but at the other
//! location. Nothing of the first one's records comes back: not a text, an id, a GUID or a piece of a file. And where a
//! request names one of them, the answer is, to the byte, the one about a record that isn't there.
//!
//! [`tenants`] makes the two and says what is unmistakable of each, [`job`] is what the first one sends, and [`searches`]
//! adds searches of all kinds. `PROOFDESK_TEST_REPLAYS` says how many are sent.

mod job;
mod searches;
mod tenants;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proofdesk_domain::entities;
use serde_json::Value;

use super::audit::State;
use crate::harness::{self, Answer, Client, Sent};
use searches::Searches;
use tenants::{Absent, Tenant};

/// How many are sent in a usual run.
const REPLAYS: usize = 5000;

/// How many clients send at one time.
const CLIENTS: usize = 2;

/// What an answer is held against.
struct Border<'a> {
    /// Sends with the second tenant's token.
    stranger: Client,
    /// What is the first tenant's alone.
    secrets: &'a [Vec<u8>],
    absent: &'a Absent,
    /// How many records of each entity the stranger sees.
    seen: BTreeMap<&'static str, u64>,
}

impl Border<'_> {
    /// What is wrong with the answer to a request of the first tenant.
    fn fault(&self, sent: &Sent) -> Option<String> {
        let sent = &self.absent.without_texts(sent);
        let answer = self.stranger.replay(sent);
        let named = self.absent.named_in(sent);
        let text = [format!("{:?}", answer.headers).as_bytes(), &answer.bytes].concat();
        let leak = self.secrets.iter().find(|secret| !named.contains(*secret) && holds(&text, secret));
        if let Some(secret) = leak {
            return Some(format!("{:?} comes back in {answer}", String::from_utf8_lossy(secret)));
        }
        if answer.status >= 500 {
            return Some(format!("{answer}"));
        }
        if let Some(fault) = self.counts_too_many(&answer) {
            return Some(fault);
        }
        // A location of one's own, whatever the request was meant for.
        if named.is_empty() || answer.text().contains("Business was successfully created") {
            return None;
        }
        let (theirs, none) = (told(&answer), self.stranger.replay(&self.absent.instead(sent)));
        let none = told(&none);
        let none = (none.0, none.1, self.absent.back(&none.2));
        (theirs != none).then(|| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(600)]).into_owned();
            format!("{answer}\nbut of what isn't there: {} {:?} {}", none.0, none.1, text(&none.2))
        })
    }

    /// A list that counts more than the stranger may see.
    fn counts_too_many(&self, answer: &Answer) -> Option<String> {
        let list: Value = serde_json::from_slice(&answer.bytes).ok()?;
        let (total, records) = (list.get("TotalItems")?.as_u64()?, list.get("Records")?.as_array()?.len());
        let mut most = self.seen.values().max().copied().unwrap_or(0);
        if total > most {
            // What the stranger does to its own account is on record, and its own to see.
            most = seen(&self.stranger)["AuditTrailEntry"];
        }
        let whole = list.get("HasNextPage") == Some(&Value::Bool(false))
            && list.get("CurrentPage") == Some(&Value::from(1));
        (total > most || (whole && total != records as u64))
            .then(|| format!("{total} are counted in {answer}"))
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// All that a caller is told, but for what differs each time.
fn told(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let fields = answer.headers.iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
    let mut fields: Vec<(String, String)> =
        fields.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
    fields.sort();
    (answer.status, fields, answer.bytes.clone())
}

/// Sends as many as are wanted; gives how many there were, and what was wrong.
fn run(border: &Border<'_>, recorded: &[Sent], searches: &Searches, count: usize) -> (usize, Vec<String>) {
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let client = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            let sent = recorded.get(number).cloned().unwrap_or_else(|| searches.number(number, recorded));
            if let Some(fault) = border.fault(&sent) {
                faults.lock().expect("a list").push(format!("{} {}: {fault}", sent.method, sent.path));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(client);
        }
    });
    (next.into_inner().min(count), faults.into_inner().expect("a list"))
}

/// How many records of each entity somebody sees.
fn seen(client: &Client) -> BTreeMap<&'static str, u64> {
    let total = |path: &str| client.get(&format!("{path}?size=1")).record()["TotalItems"].as_u64();
    entities::PUBLIC.iter().map(|entity| (entity.name, total(entity.path).expect("a number"))).collect()
}

on_both_stores! {
    fn another_tenants_records_are_as_if_they_were_not_there(desk) {
        desk.with_long_ids();
        let owner = Tenant::new(desk, "Qaraxu", 1);
        let stranger = Tenant::new(desk, "Qbrixo", 2);
        tenants::shared(desk, &owner, &stranger);
        let recorded = job::recorded(desk, &owner);
        let methods: BTreeSet<&str> = recorded.iter().map(|sent| sent.method.as_str()).collect();
        assert!(recorded.len() > 150 && methods.len() == 6, "{} requests by {methods:?}", recorded.len());
        let secrets = owner.secrets(&stranger);
        assert!(secrets.len() > 100, "{} secrets", secrets.len());
        // What is looked for is what its owner gets.
        let own = owner.client.get("/api/sys/audittrailentries?size=1000");
        assert!(secrets.iter().filter(|secret| holds(&own.bytes, secret)).count() > 50, "{own}");

        let absent = Absent::of(&secrets, &stranger);
        let seen = seen(&stranger.client);
        let border = Border { stranger: stranger.client.clone(), secrets: &secrets, absent: &absent, seen };
        let searches = Searches::new(&owner, &stranger);
        let before = State::of(desk);
        let (count, faults) = run(&border, &recorded, &searches, harness::count("REPLAYS", REPLAYS));
        assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults[..faults.len().min(12)].join("\n\n"));
        assert!(before.is_within(&State::of(desk)), "a record was changed");
        assert!(count > recorded.len(), "{count} are less than the {} that are recorded", recorded.len());
    }
}
