//! `GET /api/…/{e}/{id}`: the bare record, with its tag.

use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use proofdesk_desk::{records, tags};
use proofdesk_domain::json::write_record;

use super::json;
use crate::call::Call;
use crate::error::Answer;
use crate::preconditions;

pub(crate) async fn handle(call: Call) -> Answer {
    let known = preconditions::tags(&call.headers, &IF_NONE_MATCH)?;
    let grant = call.grant()?;
    let record = records::get(call.desk(), grant, call.path_id()?).await?;
    let mut body = Vec::with_capacity(1024);
    write_record(&mut body, &record);
    let tag = tags::of_shown(&record, &body);
    let mut response = if known.is_some_and(|known| known.name_weakly(&tag)) {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        json(body)
    };
    // A tag is base64url, which a header holds.
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}
