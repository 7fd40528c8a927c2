use std::time::Duration;

use tokio::time::Instant;

use super::Pace;
use crate::error::{FetchError, Stage};
use crate::policy::Limits;

const fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Idle 10 s, whole 30 s, 1,024 bytes a second after 5 s.
fn pace(start: Instant) -> Pace {
    Pace::new(&Limits::default(), start + secs(30))
}

#[test]
fn a_silent_server_is_given_up_when_the_grace_ends() {
    let start = Instant::now();
    let mut pace = pace(start);
    assert_eq!(pace.wait_until(start), start + secs(5));
    assert_eq!(pace.fault(start + secs(5) - Duration::from_nanos(1)), None);
    assert_eq!(pace.fault(start + secs(5)), Some(FetchError::TooSlow { min_rate: 1024 }));
}

#[test]
fn bytes_buy_time_up_to_the_idle_limit() {
    let start = Instant::now();
    let mut pace = pace(start);
    pace.received(start, 8 * 1024);
    assert_eq!(pace.wait_until(start), start + secs(8));
    pace.received(start + secs(2), 92 * 1024);
    assert_eq!(pace.wait_until(start + secs(2)), start + secs(12), "idle limit, from the last wait's start");
    assert_eq!(pace.fault(start + secs(12)), Some(FetchError::TimedOut(Stage::Body)));
}

#[test]
fn the_whole_time_ends_any_body() {
    let start = Instant::now();
    let mut pace = pace(start);
    pace.received(start, 1024 * 1024);
    assert_eq!(pace.wait_until(start + secs(25)), start + secs(30));
    assert_eq!(pace.fault_of_whole(start + secs(30)), Some(FetchError::TimedOut(Stage::Total)));
    assert_eq!(pace.fault_of_whole(start + secs(30) - Duration::from_nanos(1)), None);
}

#[test]
fn time_that_the_reader_takes_is_not_the_servers() {
    let start = Instant::now();
    let mut pace = pace(start);
    pace.wait_until(start);
    pace.received(start + secs(3), 1);
    // The reader comes back 20 seconds later: the server still has two of its five.
    assert_eq!(pace.wait_until(start + secs(23)), start + secs(25));
}

#[test]
fn no_least_rate_leaves_the_other_limits() {
    let start = Instant::now();
    let limits = Limits { min_rate: 0, ..Limits::default() };
    let mut pace = Pace::new(&limits, start + secs(30));
    assert_eq!(pace.wait_until(start), start + secs(10));
}
