//! The fuzzer's program: the variable `PROOFDESK_FUZZ_TARGET` names the target.

#![no_main]
#![allow(missing_docs, clippy::expect_used, reason = "what the macro makes has no documentation")]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use proofdesk_fuzz::Target;

static TARGET: OnceLock<&'static Target> = OnceLock::new();

fuzz_target!(
    init: {
        let name = std::env::var("PROOFDESK_FUZZ_TARGET").expect("PROOFDESK_FUZZ_TARGET names no target");
        let _ = TARGET.set(proofdesk_fuzz::named(&name).expect("there is no such target"));
    },
    |data: &[u8]| {
        if let Some(target) = TARGET.get() {
            (target.run)(data);
        }
    }
);
