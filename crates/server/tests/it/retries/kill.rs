//! `kill -9` while requests with keys are under way: sent again, each has had one effect.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

use crate::harness::{BUSINESSES, Client, Desk, Store};

/// Clients at one time.
const CLIENTS: usize = 12;
/// Requests of a client in a round.
const REQUESTS: usize = 30;
/// After how many answers each round is cut off.
const CUTS: [usize; 5] = [3, 40, 90, 160, 250];

#[test]
fn every_key_has_one_effect() {
    let desk = Desk::start(Store::Sqlite);
    let token = desk.admin().token().to_owned();
    let mut unanswered = 0;
    for (round, cut) in CUTS.into_iter().enumerate() {
        let ids = cut_off(&desk, &token, round, cut);
        desk.run();
        let admin = desk.anonymous().with_authorization(&format!("Bearer {token}"));
        for (number, told) in ids.iter().enumerate() {
            let body = json!({ "Name": name(round, number) }).to_string();
            let key = format!("{round} {number}");
            let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
            let again =
                admin.send(ureq::http::Method::POST, BUSINESSES, &headers, Some(body.as_bytes())).id();
            assert!(told.is_none_or(|told| told == again), "{key}: told {told:?}, and now {again}");
            unanswered += usize::from(told.is_none());
        }
        check(&admin, round);
    }
    assert!(unanswered > 0, "some request was cut off");
}

fn name(round: usize, number: usize) -> String {
    format!("Round{round}-{number}-")
}

/// Sends all requests of a round, kills the desk after so many answers, and gives what each was told.
fn cut_off(desk: &Desk, token: &str, round: usize, cut: usize) -> Vec<Option<i64>> {
    let url = format!("{}{BUSINESSES}", desk.url());
    let answered = AtomicUsize::new(0);
    let mut told: Vec<Option<i64>> = vec![None; CLIENTS * REQUESTS];
    std::thread::scope(|scope| {
        for (client, told) in told.chunks_mut(REQUESTS).enumerate() {
            let (url, answered) = (&url, &answered);
            scope.spawn(move || {
                for (request, told) in told.iter_mut().enumerate() {
                    *told = send(url, token, round, client * REQUESTS + request);
                    if told.is_none() {
                        return;
                    }
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while answered.load(Ordering::SeqCst) < cut {
            std::thread::yield_now();
        }
        desk.kill();
    });
    told
}

/// The id that was told; None where the connection broke.
fn send(url: &str, token: &str, round: usize, number: usize) -> Option<i64> {
    let agent: Agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(20))).build().into();
    let sent = agent
        .post(url)
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", format!("{round} {number}"))
        .header("content-type", "application/json")
        .send(json!({ "Name": name(round, number) }).to_string());
    let envelope: Value = sent.ok()?.body_mut().read_json().ok()?;
    Some(envelope["Value"]["Id"].as_i64().expect("an id"))
}

/// Each key of a round has made exactly one record.
fn check(admin: &Client, round: usize) {
    let listed = admin.get(&format!("{BUSINESSES}?Business_Name=Round{round}-&size=1000")).records();
    let mut names: Vec<&str> = listed.iter().filter_map(|record| record["Name"].as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), listed.len()), (CLIENTS * REQUESTS, CLIENTS * REQUESTS), "round {round}");
}
