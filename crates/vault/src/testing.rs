//! For tests only: a key store in memory, one that a test can stop or fail, and randomness that repeats.

mod hooked;
mod memory;

pub use hooked::{Hook, Hooked};
pub use memory::MemoryKeyStore;

use std::sync::atomic::{AtomicU64, Ordering};

use proofdesk_domain::ambient::Random;

/// Bytes that look random and are the same in every run (`SplitMix64`). Of no use outside of tests.
#[derive(Debug)]
pub struct RepeatableRandom(AtomicU64);

impl RepeatableRandom {
    /// A generator whose bytes follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for RepeatableRandom {
    fn fill(&self, bytes: &mut [u8]) {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        for chunk in bytes.chunks_mut(8) {
            let mut word = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}
