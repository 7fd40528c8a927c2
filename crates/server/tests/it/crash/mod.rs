//! What survives when the process ends without warning, and what reaches the disk while it runs.

mod eio;
mod full;
mod kill;
mod plaintext;
mod power_cut;

use std::time::Duration;

/// Asks again and again, for at most half a minute.
#[expect(clippy::disallowed_methods, reason = "another process is waited for, which has no clock of ours")]
pub(crate) fn wait_until(ready: impl Fn() -> bool) {
    for _ in 0..600 {
        if ready() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited in vain");
}
