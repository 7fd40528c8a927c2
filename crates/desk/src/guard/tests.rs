use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use proofdesk_testkit::{SeededRandom, StepClock};
use proptest::prelude::*;

use super::account::{Account, MOST, MOST_OF_STRANGERS, WINDOW};
use super::*;

const SECOND: i64 = 1000;
const HOME: Option<u128> = Some(1);
const ELSEWHERE: Option<u128> = Some(2);

/// An account whose user has signed in from [`HOME`].
fn account() -> Account {
    let mut account = Account::default();
    let Decision::Go(number) = account.decide(HOME, 0) else { panic!("the first try may begin") };
    account.end(number, Outcome::Succeeded(HOME), 0);
    account
}

/// Tries at a time; whether it began, and if not, how long to wait.
fn fail(account: &mut Account, network: Option<u128>, now: i64) -> Result<(), i64> {
    match account.decide(network, now) {
        Decision::Go(number) => {
            account.end(number, Outcome::Failed, now);
            Ok(())
        }
        Decision::Refuse { wait, .. } => Err(wait),
        Decision::Wait => panic!("nothing is under way"),
    }
}

#[test]
fn strangers_have_four_tries_and_two_late_ones() {
    let mut account = account();
    for _ in 0..4 {
        assert_eq!(fail(&mut account, ELSEWHERE, SECOND), Ok(()));
    }
    assert_eq!(fail(&mut account, Some(3), SECOND), Err(30 * SECOND), "another stranger is a stranger");
    assert_eq!(fail(&mut account, None, 31 * SECOND - 1), Err(1));
    assert_eq!(fail(&mut account, ELSEWHERE, 31 * SECOND), Ok(()));
    assert_eq!(fail(&mut account, ELSEWHERE, 31 * SECOND), Err(60 * SECOND));
    assert_eq!(fail(&mut account, ELSEWHERE, 91 * SECOND), Ok(()));
    assert_eq!(fail(&mut account, ELSEWHERE, 91 * SECOND), Err(WINDOW - 90 * SECOND));
    assert_eq!(fail(&mut account, ELSEWHERE, WINDOW + SECOND), Ok(()), "the first four are forgotten");
}

#[test]
fn the_known_find_a_place_while_strangers_guess() {
    let mut account = account();
    let mut strangers = 0;
    for second in 0..(15 * 60) {
        strangers += usize::from(fail(&mut account, ELSEWHERE, second * SECOND).is_ok());
        let Decision::Go(number) = account.decide(HOME, second * SECOND) else {
            panic!("refused at {second} s")
        };
        account.end(number, Outcome::Succeeded(HOME), second * SECOND);
    }
    assert_eq!(strangers, MOST_OF_STRANGERS);
    for _ in 0..4 {
        assert_eq!(fail(&mut account, HOME, 800 * SECOND), Ok(()), "four are kept for the known");
    }
    let wait = fail(&mut account, HOME, 800 * SECOND).expect_err("ten are ten");
    assert!((30 * SECOND..WINDOW).contains(&wait), "{wait}");
}

#[test]
fn the_known_wait_twice_as_long_each_time() {
    let mut account = account();
    let mut now = 0;
    let mut waits = Vec::new();
    while waits.len() < 6 {
        match fail(&mut account, HOME, now) {
            Ok(()) => {}
            Err(wait) => {
                waits.push(wait / SECOND);
                now += wait;
            }
        }
    }
    assert_eq!(waits, [30, 60, 120, 240, 450, 30], "the first four are forgotten after the fourth delay");
    let mut account = self::account();
    for place in 0..4 {
        assert_eq!(fail(&mut account, HOME, place), Ok(()));
    }
    assert_eq!(fail(&mut account, ELSEWHERE, 4), Ok(()), "strangers have their own");
}

#[test]
fn a_network_is_known_for_a_month_and_eight_at_most() {
    const DAY: i64 = 24 * 3600 * SECOND;
    let known = |account: &mut Account, network: u128, now: i64| {
        // Strangers have used theirs up.
        while fail(account, None, now).is_ok() {}
        matches!(account.decide(Some(network), now), Decision::Go(_))
    };
    assert!(known(&mut account(), 1, 30 * DAY - 1));
    assert!(!known(&mut account(), 1, 30 * DAY));
    let mut account = account();
    for network in 2..=9 {
        let Decision::Go(number) = account.decide(Some(network), network as i64) else { panic!("refused") };
        account.end(number, Outcome::Succeeded(Some(network)), network as i64);
    }
    assert!(!known(&mut account, 1, 100) && known(&mut account, 2, 100) && known(&mut account, 9, 100));
}

#[test]
fn right_passwords_never_count() {
    let mut account = Account::default();
    for now in 0..1000 {
        let Decision::Go(number) = account.decide(ELSEWHERE, now) else { panic!("refused at {now}") };
        account.end(number, Outcome::Succeeded(None), now);
    }
    assert!(account.is_quiet(1000));
}

#[test]
fn those_under_way_decide() {
    let mut account = Account::default();
    let begun: Vec<u32> = (0..4)
        .map(|_| match account.decide(ELSEWHERE, 0) {
            Decision::Go(number) => number,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(account.decide(ELSEWHERE, 0), Decision::Wait);
    account.end(begun[0], Outcome::Succeeded(None), 1);
    assert!(matches!(account.decide(ELSEWHERE, 1), Decision::Go(_)));
    for number in &begun[1..] {
        account.end(*number, Outcome::Failed, 1);
    }
    assert_eq!(account.decide(ELSEWHERE, 1), Decision::Wait);
    account.end(4, Outcome::Failed, 2);
    assert_eq!(account.decide(ELSEWHERE, 2), Decision::Refuse { wait: 30 * SECOND, first: true });
}

#[test]
fn one_refusal_in_a_window_is_the_first() {
    let mut account = Account::default();
    let mut firsts = Vec::new();
    for second in 0..(40 * 60) {
        match account.decide(ELSEWHERE, second * SECOND) {
            Decision::Go(number) => account.end(number, Outcome::Failed, second * SECOND),
            Decision::Refuse { first, .. } => firsts.extend(first.then_some(second)),
            Decision::Wait => panic!("nothing is under way"),
        }
    }
    assert_eq!(firsts.len(), 3, "{firsts:?}");
}

#[test]
fn a_clock_set_back_shuts_nobody_out() {
    let mut account = account();
    let day = 24 * 3600 * SECOND;
    while fail(&mut account, ELSEWHERE, day).is_ok() {}
    while fail(&mut account, HOME, day).is_ok() {}
    let wait = fail(&mut account, HOME, 0).expect_err("still counted");
    assert!(wait <= WINDOW, "{wait}");
    assert_eq!(fail(&mut account, HOME, WINDOW), Ok(()));
}

#[test]
fn memory_is_bounded_and_what_counts_is_kept() {
    let mut table = Table::default();
    let key = |number: u64| {
        let mut key = Key::default();
        key[..8].copy_from_slice(&number.to_be_bytes());
        key
    };
    let mut fail = |number: u64, now: i64| match table.decide(key(number), ELSEWHERE, now) {
        Decision::Go(own) => {
            table.end(key(number), own, Outcome::Failed, now);
            true
        }
        _ => false,
    };
    for _ in 0..4 {
        assert!(fail(0, 0));
    }
    let most = table::MOST as u64;
    let taken = (1..=most + 100).filter(|number| fail(*number, SECOND)).count() as u64;
    assert_eq!(taken, most - 1, "a new name waits rather than making the desk forget");
    assert!(!fail(0, SECOND), "the first one is still counted");
    assert!(fail(most + 1, WINDOW + SECOND), "and all goes on when they are through");
    assert!(table.len() < 10);
}

#[test]
fn those_that_are_known_longest_ago_make_room() {
    let mut table = Table::default();
    let key = |number: usize| {
        let mut key = Key::default();
        key[..8].copy_from_slice(&(number as u64).to_be_bytes());
        key
    };
    for number in 0..=table::MOST {
        let now = number as i64;
        let Decision::Go(own) = table.decide(key(number), HOME, now) else { panic!("refused") };
        table.end(key(number), own, Outcome::Succeeded(HOME), now);
    }
    assert_eq!(table.len(), table::MOST - table::MOST / 10 + 1);
}

/// What a schedule does next: after so many milliseconds, from a network, a try that takes so long and ends so.
#[derive(Clone, Copy, Debug)]
struct Step {
    after: i64,
    network: u128,
    takes: i64,
    right: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let after = prop_oneof![4 => 0..50_i64, 3 => 0..40 * SECOND, 1 => 0..WINDOW];
    let step = (after, 0..4_u128, 0..3 * SECOND, proptest::bool::weighted(0.1));
    let step = step.prop_map(|(after, network, takes, right)| Step { after, network, takes, right });
    proptest::collection::vec(step, 1..400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn never_more_than_ten_wrong_ones_in_a_window(steps in steps()) {
        let mut account = Account::default();
        let mut now = 0;
        let mut running: Vec<(i64, u32, Step)> = Vec::new();
        let mut wrong: Vec<(i64, i64, bool)> = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for step in steps {
            now += step.after;
            running.sort_by_key(|(ends, ..)| *ends);
            while running.first().is_some_and(|(ends, ..)| *ends <= now) {
                let (ends, number, step) = running.remove(0);
                let outcome = if step.right { Outcome::Succeeded(Some(step.network)) } else { Outcome::Failed };
                if step.right {
                    known.insert(step.network);
                }
                account.end(number, outcome, ends);
            }
            let is_known = known.contains(&step.network);
            if let Decision::Go(number) = account.decide(Some(step.network), now) {
                running.push((now + step.takes, number, step));
                if !step.right {
                    wrong.push((now, now + step.takes, is_known));
                }
            }
        }
        // The password is looked at somewhere between begin and end: at any of both it must hold.
        let most = |times: Vec<i64>| {
            times.iter().map(|start| times.iter().filter(|time| (0..WINDOW).contains(&(**time - start))).count()).max()
        };
        for which in [|(begun, _, _): &(i64, i64, bool)| *begun, |(_, ended, _): &(i64, i64, bool)| *ended] {
            prop_assert!(most(wrong.iter().map(which).collect()).unwrap_or(0) <= MOST);
            let strangers = wrong.iter().filter(|(_, _, known)| !known).map(which).collect();
            prop_assert!(most(strangers).unwrap_or(0) <= MOST_OF_STRANGERS);
        }
    }
}

fn origin(address: &str) -> Origin {
    let remote: IpAddr = address.parse().expect("an address");
    Origin { remote: Some(remote), ..Origin::default() }
}

fn guard() -> (Arc<Guard>, Arc<StepClock>) {
    let clock = Arc::new(StepClock::new(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24)));
    (Guard::new(clock.clone(), &SeededRandom::new(1)), clock)
}

#[tokio::test]
async fn fifty_spellings_are_one_name_even_at_the_same_time() {
    let (guard, clock) = guard();
    let blanks = ["", " ", "\u{200b}", "\u{a0}", "\u{ad}"];
    let names = [
        "admin@example.com",
        "ADMIN@example.com",
        "Admin@Example.Com",
        "ａｄｍｉｎ@example.com",
        "aDMIN@EXAMPLE.COM",
    ];
    let shapes: Vec<String> = blanks
        .iter()
        .flat_map(|blank| {
            names.iter().flat_map(move |name| [format!("{blank}{name}"), format!("{name}{blank}\u{feff}")])
        })
        .collect();
    assert_eq!(shapes.len(), 50);
    let tries = (0..1000).map(|number| {
        let (guard, name) = (guard.clone(), shapes[number % 50].clone());
        tokio::spawn(async move {
            let stranger = origin(&format!("192.0.2.{}", number % 200));
            let Ok(slot) = guard.reserve(&name, &stranger).await else { return 0 };
            tokio::task::yield_now().await;
            drop(slot);
            1
        })
    });
    let tries: Vec<_> = tries.collect();
    let mut begun = 0;
    for one in tries {
        begun += one.await.expect("it ends");
    }
    assert_eq!(begun, 4);
    clock.advance(SignedDuration::from_secs(30));
    let fifth = guard.reserve("admin@example.com", &origin("192.0.2.1")).await;
    assert!(fifth.is_ok());
    assert!(guard.reserve("admin2@example.com", &origin("192.0.2.1")).await.is_ok(), "another name");
}

#[tokio::test]
async fn who_waits_for_right_passwords_gets_in() {
    let (guard, _) = guard();
    let tries = (0..200).map(|_| {
        let guard = guard.clone();
        tokio::spawn(async move {
            let slot = guard.reserve("admin@example.com", &origin("192.0.2.1")).await.expect("a slot");
            tokio::task::yield_now().await;
            slot.succeeded();
        })
    });
    let tries: Vec<_> = tries.collect();
    for one in tries {
        one.await.expect("it succeeds");
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_in_vain_is_told_to_come_back() {
    let (guard, _) = guard();
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(guard.reserve("a@x", &origin("192.0.2.1")).await.expect("a slot"));
    }
    assert_eq!(guard.reserve("a@x", &origin("192.0.2.1")).await.err(), Some(Refusal::Busy));
    for slot in held {
        slot.unused();
    }
    assert!(guard.reserve("a@x", &origin("192.0.2.1")).await.is_ok(), "what wasn't looked at doesn't count");
}

#[tokio::test]
async fn an_unclear_address_is_never_known() {
    let (guard, _) = guard();
    let unclear = Origin { unclear: true, ..origin("192.0.2.1") };
    guard.reserve("a@x", &unclear).await.expect("a slot").succeeded();
    let mut tries = 0;
    while guard.reserve("a@x", &origin("198.51.100.1")).await.is_ok() {
        tries += 1;
    }
    assert_eq!(tries, 4);
    assert!(guard.reserve("a@x", &unclear).await.is_err());
    assert!(guard.reserve("a@x", &origin("192.0.2.1")).await.is_err());
    let (guard, _) = self::guard();
    guard.reserve("a@x", &origin("2001:db8:1:2::1")).await.expect("a slot").succeeded();
    while guard.reserve("a@x", &origin("198.51.100.1")).await.is_ok() {}
    assert!(guard.reserve("a@x", &origin("2001:db8:1:2:9::9")).await.is_ok(), "one customer's network");
    assert!(guard.reserve("a@x", &origin("2001:db8:1:3::1")).await.is_err());
}
