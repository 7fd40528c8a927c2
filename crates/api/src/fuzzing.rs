//! The parsers of this crate, for fuzzers.

use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, HeaderValue};
use serde_json::Value;

use crate::query::{MAX_PARAMETERS, Query};
use crate::range::{Asked, asked};
use crate::{dispatch, form, json as bodies, preconditions};

/// JSON that is taken is what the JSON library reads, within the limits.
///
/// # Panics
/// When that doesn't hold.
pub fn json(bytes: &[u8]) {
    if let Ok(read) = bodies::read(bytes) {
        assert!(depth(&read) <= bodies::MAX_DEPTH, "too deep");
        let library: Value = serde_json::from_slice(bytes).unwrap_or_default();
        assert_eq!(read, library, "two readers see two bodies");
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(pairs) => 1 + pairs.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// A query that is taken has few parameters, and is the same when it is written down again.
///
/// # Panics
/// When that doesn't hold.
pub fn query(bytes: &[u8]) {
    let pairs: Result<Vec<_>, _> = form::pairs(bytes).collect();
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(query) = Query::of(text) else { return };
    let read: Vec<(String, String)> = query.pairs().map(|(key, value)| (key.into(), value.into())).collect();
    assert!(read.len() <= MAX_PARAMETERS, "too many parameters");
    assert_eq!(pairs.ok().as_ref(), Some(&read), "two readers see two queries");
    let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(&read).finish();
    let again: Vec<_> = form::pairs(written.as_bytes()).filter_map(Result::ok).collect();
    assert_eq!(again, read, "what is written down is another query");
}

/// Whatever stands in a header field, a part lies within its file.
///
/// # Panics
/// When that doesn't hold.
pub fn header(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        for size in [0, 1, 10, u64::MAX] {
            if let Asked::Part(range) = asked(Some(text), size) {
                assert!(range.start < range.end && range.end <= size, "{range:?} of {size}");
            }
        }
        let _ = dispatch::basic(text);
    }
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        let headers = HeaderMap::from_iter([(IF_MATCH, value)]);
        let _ = preconditions::tags(&headers, &IF_MATCH);
    }
}
