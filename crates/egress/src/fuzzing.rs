//! The parsers of this crate, for fuzzers.

use crate::target::Target;

/// A URL that is taken has a host and a port, no user and no fragment, and is read the same when it is written down again.
///
/// # Panics
/// When that doesn't hold.
pub fn url(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(target) = Target::parse(text) else { return };
    assert!(target.port() != 0, "port 0");
    assert!(target.name().is_some() != target.address().is_some(), "neither a name nor an address");
    let scheme = if target.is_https() { "https" } else { "http" };
    let again = format!("{scheme}://{}{}", target.authority(), target.path_and_query());
    let Ok(again) = Target::parse(&again) else { panic!("what is asked for can't be read") };
    assert!(
        (again.host(), again.port(), again.path_and_query())
            == (target.host(), target.port(), target.path_and_query()),
        "what is asked for is another place"
    );
    // A redirect to anywhere is taken or refused like a URL.
    let _ = target.join(text);
    let _ = target.suggested_name();
}
