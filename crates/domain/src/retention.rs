//! When something has been kept for long enough. A day is 86,400 seconds from the instant at which keeping begins to count:
//! neither time zones, nor leap days, nor changes of the clock make it longer or shorter.

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// The longest time that a rule can name, in days: 100 years.
pub const MAX_DAYS: i64 = 36_525;

/// From when on keeping counts, in seconds since 1970 UTC: the check's end, or the end of the business with the customer where
/// that comes later.
pub fn counts_from(check_ended: i64, relationship_ended: Option<i64>) -> i64 {
    relationship_ended.map_or(check_ended, |ended| ended.max(check_ended))
}

/// The first instant at which something isn't to be kept any more; in seconds since 1970 UTC.
pub fn due(counts_from: i64, days: i64) -> i64 {
    counts_from.saturating_add(days.saturating_mul(DAY))
}

/// The latest end from which so many days have passed by now: what ended then or before is due.
pub fn ended_by(now: i64, days: i64) -> i64 {
    now.saturating_sub(days.saturating_mul(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_leap_day_is_a_day_like_others() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
        let ended = at("2028-02-28T12:00:00Z");
        assert_eq!(due(ended, 1), at("2028-02-29T12:00:00Z"));
        assert_eq!(due(ended, 2), at("2028-03-01T12:00:00Z"));
        assert_eq!(due(ended, 366), at("2029-02-28T12:00:00Z"));
        assert_eq!(due(at("2028-02-29T00:00:00Z"), 365), at("2029-02-28T00:00:00Z"));
        assert_eq!(due(at("2027-10-31T00:30:00Z"), 1), at("2027-11-01T00:30:00Z"));
    }

    #[test]
    fn the_later_end_counts() {
        assert_eq!(counts_from(100, None), 100);
        assert_eq!(counts_from(100, Some(50)), 100);
        assert_eq!(counts_from(100, Some(500)), 500);
    }

    proptest! {
        #[test]
        fn due_and_ended_by_agree_to_the_second(end in -4_000_000_000_i64..8_000_000_000, days in 0..=MAX_DAYS, off in -3_i64..=3) {
            let now = due(end, days) + off;
            prop_assert_eq!(end <= ended_by(now, days), now >= due(end, days));
        }
    }
}
