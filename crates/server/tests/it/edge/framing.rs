//! Bytes that are no good HTTP/1.1: each ends in a 4xx or a clean close, and nothing in it is taken for a second request.
//!
//! In what could be smuggled stands a *canary*: a sign-in that fails, from an address of its own, which would be in the
//! audit trail had the desk read it as a request. `http.proxies` makes the address one that the canary names itself.

mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde_json::Value;

use crate::harness::{AUDIT, Desk, Raw, Store};

/// What has to come of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// One answer, which says that this is no valid HTTP, with this status; then the end.
    Refused(u16),
    /// No second request; an answer, if there is one, is a 4xx; then the end.
    Broken,
    /// It is good: answered with this status, and the canary is a request of its own.
    Piped(u16),
    /// It is good: answered with this status, and the canary is part of its body.
    Whole(u16),
}

struct Case {
    name: String,
    bytes: Vec<u8>,
    outcome: Outcome,
}

/// Where a case's canary claims to come from.
fn address(number: usize) -> String {
    format!("198.51.{}.{}", number / 256, number % 256)
}

/// A request that leaves an audit entry with an address of its own, and ends the connection.
fn canary(number: usize) -> String {
    let form = "grant_type=refresh_token&refresh_token=none";
    format!(
        "POST /api/token HTTP/1.1\r\nHost: desk\r\nX-Forwarded-For: {}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        address(number),
        form.len()
    )
}

/// What is wrong with how a case ended; None for nothing.
fn judge(case: &Case, url: &str) -> Option<String> {
    let answers = Raw::connect(url).send(&case.bytes).answers();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    let good = match case.outcome {
        Outcome::Refused(status) => {
            statuses == [status]
                && answers[0].header("connection") == "close"
                && !answers[0].message().is_empty()
                && answers[0].header("x-request-id").len() == 32
        }
        Outcome::Broken => statuses.len() <= 1 && statuses.iter().all(|status| (400..500).contains(status)),
        Outcome::Piped(status) => statuses == [status, 400],
        Outcome::Whole(status) => statuses == [status],
    };
    (!good).then(|| format!("{}: {:?} gives {statuses:?}", case.name, case.outcome))
}

#[test]
fn nothing_is_smuggled_and_nothing_fails() {
    let desk = Desk::builder(Store::Sqlite)
        .settings(&[
            ("HTTP__PROXIES", "[\"127.0.0.1/32\"]"),
            ("HTTP__HEADER_SECONDS", "1"),
            ("HTTP__REQUEST_SECONDS", "2"),
        ])
        .start();
    let cases = cases::all();
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let names: BTreeSet<&str> = cases.iter().map(|case| &*case.name).collect();
    assert_eq!(names.len(), cases.len(), "each case has a name of its own");
    let (url, queue, wrong) = (desk.url(), Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                loop {
                    let Some(case) = queue.lock().expect("no thread has failed").next() else { return };
                    let judged = judge(case, &url);
                    wrong.lock().expect("no thread has failed").extend(judged);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no thread has failed");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    canaries_sing_where_they_may(&desk, &cases);
    assert_eq!(desk.anonymous().get("/healthz").status, 200);
    let log = desk.log();
    assert!(!log.contains("panicked") && !log.contains("status=5"), "a failure of the server");
}

/// Only the canaries of good pipelined requests were read as requests.
fn canaries_sing_where_they_may(desk: &Desk, cases: &[Case]) {
    let query = "AuditTrailEntry_AuditType=102&size=1000";
    let entries = desk.admin().get(&format!("{AUDIT}?{query}")).records();
    let mut heard: BTreeMap<String, u32> = BTreeMap::new();
    for entry in &entries {
        let from = entry.get("RemoteAddress").and_then(Value::as_str).expect("an address");
        *heard.entry(from.to_owned()).or_default() += 1;
    }
    for (number, case) in cases.iter().enumerate() {
        let expected = u32::from(matches!(case.outcome, Outcome::Piped(_)));
        assert_eq!(heard.remove(&address(number)).unwrap_or(0), expected, "{}", case.name);
    }
    assert!(heard.is_empty(), "{heard:?}");
}
