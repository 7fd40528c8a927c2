//! What answers each route, a file for each.

pub(crate) mod account;
pub(crate) mod batch_or_search;
pub(crate) mod commands;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod get;
pub(crate) mod oauth;
pub(crate) mod token;
pub(crate) mod totp;
pub(crate) mod update;
pub(crate) mod utils;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use proofdesk_domain::json::write_record;
use proofdesk_domain::record::Record;

/// An answer of JSON that is written already.
fn json(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
    response
}

/// Appends records as a JSON array.
fn write_records(out: &mut Vec<u8>, records: &[Record]) {
    out.push(b'[');
    for (place, record) in records.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_record(out, record);
    }
    out.push(b']');
}
