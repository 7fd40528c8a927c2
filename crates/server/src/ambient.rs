//! The real clock and the real randomness: the only ones in the product.

use aws_lc_rs::rand;
use jiff::Timestamp;
use proofdesk_domain::ambient::{Clock, Random};

/// The system's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The cryptographic library's generator, seeded by the operating system.
pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness there are no keys: nothing may go on.
        if rand::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}
