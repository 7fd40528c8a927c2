//! Only a live access token of this desk opens anything: thousands of others, sent in every way to every operation that
//! isn't public, are answered with one denial, byte for byte, and change nothing.
//!
//! [`live`] makes the tokens, good ones and such as have ended; [`forged`] those that somebody made up, [`bent`] those that
//! are nearly a good one, and [`ways`] sends a good one where none is looked for.

mod bent;
mod forged;
mod live;
mod ways;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ureq::http::Method;

use super::audit::State;
use super::document::{self, Operation};
use super::places::Place;
use super::requests::{Half, Request};
use crate::harness::{self, Desk, Raw, RawAnswer};
use live::Tokens;

/// How many clients send at one time.
const CLIENTS: usize = 4;

/// A good token after so many bad ones.
const CONTROL: usize = 10;

/// On how many operations an attempt is tried that isn't on all, in a usual run; the next attempt goes on with those that
/// follow.
const TURNS: usize = 4;

/// How somebody tries to get in with an operation.
#[derive(Clone, Debug)]
struct Attempt {
    said: String,
    /// Header fields, each with its line end.
    fields: Vec<u8>,
    /// What is added to the query.
    query: Option<String>,
    /// A form that is sent in place of the body.
    form: Option<String>,
}

impl Attempt {
    fn with_fields(said: &str, fields: impl AsRef<[u8]>) -> Self {
        Self { said: said.to_owned(), fields: fields.as_ref().to_vec(), query: None, form: None }
    }

    /// A value of `Authorization`.
    fn authorization(said: &str, value: impl AsRef<[u8]>) -> Self {
        Self::with_fields(said, [b"Authorization: ", value.as_ref(), b"\r\n"].concat())
    }

    fn bearer(said: &str, token: impl AsRef<[u8]>) -> Self {
        Self::authorization(said, [b"Bearer ", token.as_ref()].concat())
    }

    /// The bytes of a request with it.
    fn bytes(&self, request: &Request) -> Vec<u8> {
        let mut path = request.path.clone();
        if let Some(query) = &self.query {
            path = format!("{path}{}{query}", if path.contains('?') { '&' } else { '?' });
        }
        let (media, body) = match &self.form {
            Some(form) => (Some("application/x-www-form-urlencoded"), form.as_bytes()),
            None => (request.media.as_deref(), request.bytes.as_slice()),
        };
        let media = media.map(|media| format!("Content-Type: {media}\r\n")).unwrap_or_default();
        let head = format!("{} {path} HTTP/1.1\r\nHost: desk\r\n{media}", request.method);
        let length = format!("Content-Length: {}\r\n\r\n", body.len());
        [head.as_bytes(), &self.fields, length.as_bytes(), body].concat()
    }
}

/// A connection that is kept.
struct Line<'a> {
    url: &'a str,
    raw: Raw,
}

impl<'a> Line<'a> {
    fn new(url: &'a str) -> Self {
        Self { url, raw: Raw::connect(url) }
    }

    /// The answer; on a new connection if the desk has ended the last one.
    fn ask(&mut self, bytes: &[u8]) -> RawAnswer {
        if let Some(answer) = self.raw.send(bytes).answer() {
            return answer;
        }
        self.raw = Raw::connect(self.url);
        self.raw.send(bytes).answer().expect("an answer on a new connection")
    }
}

/// An answer without what differs each time.
fn plain(answer: &RawAnswer) -> (String, Vec<u8>) {
    let varies = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        !["date", "x-request-id"].contains(&name.as_str())
    };
    let head: Vec<&str> = answer.head.lines().filter(varies).collect();
    (head.join("\n"), answer.body.clone())
}

/// All cases: every attempt of `each` on every operation, those of `some` on `turns` of them.
struct Plan {
    requests: Vec<(String, Request)>,
    each: Vec<Attempt>,
    some: Vec<Attempt>,
    turns: usize,
}

impl Plan {
    fn of(operations: &[Operation], place: &Place, each: Vec<Attempt>, some: Vec<Attempt>) -> Self {
        let closed = operations.iter().filter(|operation| operation.role != "Public");
        let one = |operation: &Operation| {
            let id = place.standing(operation.parts().0);
            let request = |(half, _)| (operation.id.clone(), operation.request(half, place, id));
            operation.halves().into_iter().map(request).collect::<Vec<_>>()
        };
        let requests: Vec<_> = closed.flat_map(one).collect();
        let turns = harness::count("TOKEN_TURNS", TURNS).clamp(1, requests.len());
        Self { requests, each, some, turns }
    }

    fn len(&self) -> usize {
        self.each.len() * self.requests.len() + self.some.len() * self.turns
    }

    /// What is sent as the case of this number.
    fn case(&self, number: usize) -> (&Attempt, &(String, Request)) {
        let count = self.requests.len();
        match number.checked_sub(self.each.len() * count) {
            None => (&self.each[number / count], &self.requests[number % count]),
            Some(number) => (&self.some[number / self.turns], &self.requests[number % count]),
        }
    }
}

/// What opens something, to be tried among what doesn't: reads that leave no trace.
fn controls(operations: &[Operation], place: &Place, tokens: &Tokens) -> Vec<(String, Vec<u8>)> {
    let reads = operations.iter().filter(|operation| {
        operation.method == Method::GET && operation.role != "Public" && operation.audit == "none"
    });
    let good = ways::good(tokens);
    let each = |(number, operation): (usize, &Operation)| {
        let request = operation.request(Half::Whole, place, place.standing(operation.parts().0));
        let attempt = &good[number % good.len()];
        (format!("{} with {}", operation.id, attempt.said), attempt.bytes(&request))
    };
    let all: Vec<_> = reads.enumerate().map(each).collect();
    assert!(all.len() > 20 && all.len() >= good.len(), "{} controls", all.len());
    all
}

/// Sends every case, with controls among them; gives how many were sent, and how many controls.
fn run(desk: &Desk, plan: &Plan, controls: &[(String, Vec<u8>)]) -> (usize, usize) {
    let url = desk.url();
    let nobody = Attempt::with_fields("nobody", "");
    let denial = plain(&Line::new(&url).ask(&nobody.bytes(&plan.requests[0].1)));
    assert!(denial.0.starts_with("HTTP/1.1 401") && !denial.1.is_empty(), "{denial:?}");
    let (next, opened, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let client = || {
        let mut line = Line::new(&url);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= plan.len() {
                return;
            }
            let (attempt, (id, request)) = plan.case(number);
            let answer = line.ask(&attempt.bytes(request));
            if plain(&answer) != denial {
                let what = format!("{id} by {}: {} {:?}", attempt.said, answer.head, answer.message());
                wrong.lock().expect("a list").push(what);
            }
            if number % CONTROL == 0 {
                let (said, bytes) = &controls[number / CONTROL % controls.len()];
                let answer = line.ask(bytes);
                if answer.status != 200 {
                    wrong.lock().expect("a list").push(format!("{said}: {}", answer.head));
                }
                opened.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(client);
        }
    });
    let wrong = wrong.into_inner().expect("a list");
    assert!(wrong.is_empty(), "{} of {}: {:#?}", wrong.len(), plan.len(), &wrong[..wrong.len().min(20)]);
    (plan.len(), opened.into_inner())
}

on_both_stores! {
    fn nothing_but_a_live_access_token_opens_anything(desk: with [("LIMITS__ADDRESS_PER_SECOND", "0")]) {
        let place = Place::new(desk, "Harbour");
        let tokens = Tokens::new(desk, &place);
        let expired = live::expired(desk);
        let each = [tokens.ended(&expired), ways::elsewhere(&tokens.access)].concat();
        let some = [forged::all(&desk.url()), bent::all(&tokens.access), ways::bad(&tokens)].concat();
        let operations = document::of(desk);
        let plan = Plan::of(&operations, &place, each, some);
        let controls = controls(&operations, &place, &tokens);
        let before = (State::of(desk), desk.audit_count());
        let (sent, opened) = run(desk, &plan, &controls);
        assert!(before == (State::of(desk), desk.audit_count()), "something was changed");
        assert!(sent >= 5000 && opened >= 500, "{sent} cases and {opened} controls");
        let sizes = [plan.requests.len(), plan.each.len(), plan.some.len()];
        assert!(sizes[0] > 60 && sizes[1] > 45 && sizes[2] > 850, "{sizes:?}, {sent}, {opened}");
    }

    fn a_token_that_is_no_header_value_is_refused_by_the_edge(desk: with [("LIMITS__ADDRESS_PER_SECOND", "0")]) {
        let token = desk.admin().token().to_owned();
        let count = desk.audit_count();
        let (start, end) = token.split_at(20);
        for sign in (0..0x20).chain([0x7f]).filter(|sign| *sign != b'\t') {
            let values = [
                [start.as_bytes(), &[sign], end.as_bytes()].concat(), [token.as_bytes(), &[sign]].concat(),
            ];
            for value in values {
                let attempt = Attempt::bearer("a control character", value);
                let get = Request { method: Method::GET, path: "/api/auth/me".to_owned(), media: None, bytes: Vec::new() };
                let answers = Raw::connect(&desk.url()).send(attempt.bytes(&get)).answers();
                let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
                assert!(statuses == [400], "{sign:#x}: {statuses:?}");
            }
        }
        let long = Attempt::bearer("a long one", vec![b'a'; 70_000]);
        let get = Request { method: Method::GET, path: "/api/auth/me".to_owned(), media: None, bytes: Vec::new() };
        let answers = Raw::connect(&desk.url()).send(long.bytes(&get)).answers();
        assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [431]);
        assert_eq!(desk.audit_count(), count);
    }
}
