//! How often somebody may ask. The rate is one in a second, which the tests don't wait for: an answer may be let through
//! late on a slow machine, so they count what is refused at the least.

use ureq::http::Method;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, BUSINESSES, Client, Desk};

/// The first refusal of many tries, if there is one.
fn refused(tries: u32, status: u16, mut ask: impl FnMut() -> Answer) -> Option<Answer> {
    (0..tries).map(|_| ask()).find(|answer| answer.status == status)
}

fn sign_in(client: &Client) -> Answer {
    let form = [("grant_type", "password"), ("username", "nobody@example.com"), ("password", "wrong")];
    client.form("/api/token", &form)
}

#[track_caller]
fn says_how_long(answer: &Answer, status: u16) {
    let wait: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{answer}");
    assert_eq!(answer.message(status), format!("Too many requests. Wait {wait} seconds and try again."));
}

fn basic(desk: &Desk) -> Client {
    use base64::Engine as _;
    let credentials =
        base64::engine::general_purpose::STANDARD.encode(format!("{ADMIN_EMAIL}:{ADMIN_PASSWORD}"));
    desk.anonymous().with_authorization(&format!("Basic {credentials}"))
}

on_both_stores! {
    fn an_address_may_knock_so_often(desk: with [
        ("LIMITS__ADDRESS_PER_SECOND", "1"), ("LIMITS__ADDRESS_BURST", "6"), ("HTTP__PROXIES", "[\"127.0.0.1/32\"]"),
    ]) {
        let admin = desk.admin().clone();
        let nobody = desk.anonymous();
        let answer = refused(40, 429, || nobody.get(BUSINESSES)).expect("no end of requests without a token");
        says_how_long(&answer, 429);
        let answer = refused(40, 429, || sign_in(&nobody)).expect("no end of sign-ins");
        says_how_long(&answer, 429);
        says_how_long(&refused(40, 429, || basic(desk).get(BUSINESSES)).expect("no end of passwords"), 429);
        for _ in 0..50 {
            admin.get(BUSINESSES).record();
        }
        let elsewhere = [("x-forwarded-for", "192.0.2.7"), ("content-type", "application/x-www-form-urlencoded")];
        let other = nobody.send(Method::POST, "/api/token", &elsewhere, Some(b"grant_type=password"));
        assert_eq!(other.status, 400, "another address: {other}");
        let metrics = nobody.get("/metrics").text();
        assert!(metrics.contains("http_too_many_total{by=\"address\"}"), "{metrics}");
    }

    fn the_publishers_own_status(desk: with [
        ("LIMITS__ADDRESS_PER_SECOND", "1"), ("LIMITS__ADDRESS_BURST", "2"), ("API__TOO_MANY_STATUS", "409"),
    ]) {
        let nobody = desk.anonymous();
        says_how_long(&refused(40, 409, || nobody.get(BUSINESSES)).expect("no end"), 409);
    }

    fn a_user_may_ask_so_often(desk: with [("LIMITS__PRINCIPAL_PER_SECOND", "1"), ("LIMITS__PRINCIPAL_BURST", "20")]) {
        let world = desk.world();
        let other = desk.user_with_roles(&["Business-List"], &[world.business]);
        let admin = desk.admin();
        says_how_long(&refused(200, 429, || admin.get(BUSINESSES)).expect("no end of requests"), 429);
        other.get(BUSINESSES).record();
        desk.anonymous().get(BUSINESSES).is_denied();
    }

    fn a_business_may_ask_so_often(desk: with [("LIMITS__BUSINESS_PER_SECOND", "1"), ("LIMITS__BUSINESS_BURST", "20")]) {
        let (business, elsewhere) = (desk.business("Here"), desk.business("Elsewhere"));
        let clerk = |business| desk.user_with_roles(&["Business-List"], &[business]);
        let (one, colleague, other) = (clerk(business), clerk(business), clerk(elsewhere));
        says_how_long(&refused(200, 429, || one.get(BUSINESSES)).expect("no end of requests"), 429);
        says_how_long(&refused(20, 429, || colleague.get(BUSINESSES)).expect("a colleague has no end"), 429);
        other.get(BUSINESSES).record();
        for _ in 0..50 {
            desk.admin().get(BUSINESSES).record();
        }
    }

    fn by_default_nobody_is_stopped(desk) {
        let admin = desk.admin();
        let (nobody, basic) = (desk.anonymous(), basic(desk));
        for _ in 0..100 {
            admin.get(BUSINESSES).record();
            nobody.get(BUSINESSES).is_denied();
            basic.get(BUSINESSES).record();
        }
    }
}
