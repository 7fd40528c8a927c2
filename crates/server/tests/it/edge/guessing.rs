//! Guessing passwords: bounded for each account, whatever way it comes, and never in the way of who knows the password.

use std::sync::Mutex;

use serde_json::Value;
use ureq::http::Method;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, AUDIT, Answer, BUSINESSES, Client, Desk};

const TOKEN: &str = "/api/token";
const HOME: &str = "198.51.100.7";
const REFUSED: &str = "Sign-ins are refused for a time: too many wrong passwords";

/// A sign-in from an address, which the proxy of the test says.
fn sign_in(client: &Client, forwarded: &str, email: &str, password: &str) -> Answer {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([("grant_type", "password"), ("username", email), ("password", password)]);
    client.send(Method::POST, TOKEN, &[("x-forwarded-for", forwarded)], Some(form.finish().as_bytes()))
}

fn basic(desk: &Desk, email: &str, password: &str) -> Client {
    use base64::Engine as _;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{email}:{password}"));
    desk.anonymous().with_authorization(&format!("Basic {credentials}"))
}

/// Fifty ways to spell an address.
fn spellings(email: &str) -> Vec<String> {
    let wide: String = email.chars().map(|c| if c == 'a' { 'ａ' } else { c }).collect();
    let bold: String = email.chars().map(|c| if c == 'm' { '𝐦' } else { c }).collect();
    let mixed =
        email.char_indices().map(|(place, c)| if place % 2 == 0 { c.to_ascii_uppercase() } else { c });
    let names = [email.to_owned(), email.to_uppercase(), mixed.collect(), wide, bold];
    let blanks =
        ["", " ", "\t", "\u{200b}", "\u{a0}", "\u{ad}", "\u{feff}", "\u{2060}", "\u{3000}", "\u{fe0f}"];
    blanks.iter().flat_map(|blank| names.iter().map(move |name| format!("{blank}{name}{blank}"))).collect()
}

/// A thousand wrong tries at the same time, from two hundred addresses; what came of them, by status.
fn storm(desk: &Desk, email: &str) -> (usize, usize) {
    let (names, client) = (spellings(email), desk.anonymous());
    assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), 50);
    let statuses = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for thread in 0..20 {
            let (names, client, statuses) = (&names, &client, &statuses);
            scope.spawn(move || {
                for number in (thread * 50)..(thread * 50 + 50) {
                    // What a client writes itself stands before what the proxy adds.
                    let forwarded = format!("{HOME}, 203.0.113.{}", number % 200);
                    let answer = sign_in(client, &forwarded, &names[number % 50], "not the password");
                    statuses.lock().expect("statuses").push(answer.status);
                }
            });
        }
    });
    let statuses = statuses.into_inner().expect("statuses");
    let count = |status| statuses.iter().filter(|own| **own == status).count();
    assert_eq!(count(400) + count(429), 1000, "nothing else: {statuses:?}");
    (count(400), count(429))
}

fn refusals_on_record(desk: &Desk) -> Vec<Value> {
    let entries = desk.admin().get(&format!("{AUDIT}?dir=1&size=100")).records();
    entries.into_iter().filter(|entry| entry["Description"] == REFUSED).collect()
}

on_both_stores! {
    fn a_thousand_guesses_are_ten_hashes_and_the_user_gets_in(desk: with [
        ("HTTP__PROXIES", "[\"127.0.0.1/32\"]"), ("LIMITS__ADDRESS_PER_SECOND", "0"),
    ]) {
        assert_eq!(sign_in(&desk.anonymous(), HOME, ADMIN_EMAIL, ADMIN_PASSWORD).status, 200);
        let admin = desk.admin();
        let before = desk.password_hashes();
        let (looked_at, _) = storm(desk, ADMIN_EMAIL);
        let guessed = desk.password_hashes() - before;
        assert!((4..=6).contains(&guessed) && looked_at as u64 == guessed, "{guessed} hashes, {looked_at} answers");

        assert_eq!(sign_in(&desk.anonymous(), HOME, ADMIN_EMAIL, ADMIN_PASSWORD).status, 200, "at once");
        let from_home = [("x-forwarded-for", HOME)];
        basic(desk, ADMIN_EMAIL, ADMIN_PASSWORD).get_with(BUSINESSES, &from_home).record();
        let before = desk.password_hashes();
        for number in 0..100 {
            let status = match number % 2 {
                0 => sign_in(&desk.anonymous(), HOME, ADMIN_EMAIL, "not the password").status,
                _ => basic(desk, "ADMIN@example.com", "not the password").get_with(BUSINESSES, &from_home).status,
            };
            assert!([400, 401, 429].contains(&status), "{status}");
        }
        let from_known = desk.password_hashes() - before;
        assert!(from_known >= 4 && guessed + from_known <= 10, "{guessed} and {from_known}, by both ways");

        let told = refusals_on_record(desk);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["EntityId"], admin.get("/api/auth/me").record()["Id"]);
        let metrics = desk.anonymous().get("/metrics").text();
        assert!(metrics.contains("http_too_many_total{by=\"account\"}"), "{metrics}");
    }

    fn a_name_that_nobody_has_is_counted_the_same(desk: with [
        ("HTTP__PROXIES", "[\"127.0.0.1/32\"]"), ("LIMITS__ADDRESS_PER_SECOND", "0"),
    ]) {
        // From where nobody guesses, so that it is known.
        desk.admin();
        let anyone = desk.anonymous();
        let wrong = |email: &str| -> Vec<String> {
            let answers = (0..6).map(|_| sign_in(&anyone, "203.0.113.1", email, "not the password"));
            let seconds = |text: String| text.replace("29 seconds", "30 seconds").replace("28 seconds", "30 seconds");
            answers.map(|answer| format!("{} {}", answer.status, seconds(answer.text()))).collect()
        };
        let (there, missing) = (wrong(ADMIN_EMAIL), wrong("nobody@example.com"));
        assert_eq!(there, missing);
        assert!(there[3].starts_with("400 ") && there[4].starts_with("429 "), "{there:?}");
        let answer = sign_in(&anyone, "203.0.113.1", "nobody@example.com", "not the password");
        let wait: u64 = answer.header("retry-after").parse().expect("seconds");
        assert!((20..=30).contains(&wait), "{answer}");
        assert_eq!(answer.message(429), format!("Too many requests. Wait {wait} seconds and try again."));
        let told: Vec<Value> =
            refusals_on_record(desk).iter().map(|entry| entry["EntityId"].clone()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.contains(&Value::Null), "nobody is nobody's record: {told:?}");
    }
}
