//! What lies on disk, and may have been changed there.

use super::owned;

pub(super) use proofdesk_vault::fuzzing::{master_key, open, seeds as open_seeds};

pub(super) fn master_key_seeds() -> Vec<Vec<u8>> {
    let digits = "0123456789abcdef".repeat(4);
    owned(&[
        &format!("proofdesk-master-key-1:{digits}\n"),
        &format!("proofdesk-master-key-1:{digits}"),
        &digits,
    ])
}
