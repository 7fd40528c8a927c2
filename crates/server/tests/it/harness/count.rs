//! How much a suite does: little enough for every run, unless the environment asks for more (`cargo xtask soak`).

/// The number in a variable, or this one: `count("REPLAYS", 5000)` looks at `PROOFDESK_TEST_REPLAYS`.
pub(crate) fn count(name: &str, usual: usize) -> usize {
    let variable = format!("PROOFDESK_TEST_{name}");
    match std::env::var(&variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, is {text:?}")),
        Err(_) => usual,
    }
}
