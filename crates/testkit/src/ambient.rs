//! Time and randomness that a test decides.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use proofdesk_domain::ambient::{Clock, Random};

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A clock that stands still until the test moves it.
#[derive(Debug)]
pub struct StepClock {
    start: Timestamp,
    moved_nanoseconds: AtomicI64,
}

impl StepClock {
    /// A clock that stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { start, moved_nanoseconds: AtomicI64::new(0) }
    }

    /// Moves it, back too; all that share it see it at once. At most 292 years in all.
    ///
    /// # Panics
    /// If the step is longer than that.
    pub fn advance(&self, step: SignedDuration) {
        let Ok(nanoseconds) = i64::try_from(step.as_nanos()) else { panic!("a step of {step} is too long") };
        self.moved_nanoseconds.fetch_add(nanoseconds, Ordering::SeqCst);
    }
}

impl Clock for StepClock {
    fn now(&self) -> Timestamp {
        self.start + SignedDuration::from_nanos(self.moved_nanoseconds.load(Ordering::SeqCst))
    }
}

/// Bytes that look random and are the same in every run with the same seed (`SplitMix64`). Anybody can guess them.
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// A generator whose bytes follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next number; concurrent callers get different ones.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut word = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_moves_when_it_is_told_to() {
        let clock = StepClock::new(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), clock.now());
        clock.advance(SignedDuration::from_secs(90));
        clock.advance(SignedDuration::from_secs(-30));
        assert_eq!(clock.now().as_second(), 60);
        assert_eq!(FixedClock(clock.now()).now(), clock.now());
    }

    #[test]
    fn the_first_bytes_of_splitmix64() {
        let random = SeededRandom::new(0);
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        // The published first two outputs for the seed 0.
        assert_eq!(u64::from_le_bytes(bytes[..8].try_into().unwrap()), 0xe220_a839_7b1d_cdaf);
        assert_eq!(u64::from_le_bytes(bytes[8..].try_into().unwrap()), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn uuids_differ_and_repeat_with_the_seed() {
        let (first, again) = (SeededRandom::new(7), SeededRandom::new(7));
        let uuid = first.uuid();
        assert_eq!(uuid.get_version_num(), 4);
        assert_eq!(uuid, again.uuid());
        assert_ne!(uuid, first.uuid());
        assert_ne!(uuid, SeededRandom::new(8).uuid());
    }
}
