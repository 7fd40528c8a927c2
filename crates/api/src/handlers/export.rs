//! `GET /api/spaces/coworkers/{id}/export`: everything that is kept of one customer.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::Response;
use futures::TryStreamExt;
use proofdesk_desk::export;

use crate::call::Call;
use crate::error::Answer;

pub(crate) async fn handle(call: Call) -> Answer {
    let export = export::of(call.desk(), call.grant()?, call.path_id()?).await?;
    let disposition = format!("attachment; filename=\"{}\"", export.name);
    let request_id = call.origin.request_id.clone();
    // The answer has begun by then: all that can be done is to end it, before its end.
    let archive = export.stream().inspect_err(move |error| {
        tracing::error!(request_id, %error, "an export was cut off");
    });
    let mut response = Response::new(Body::from_stream(archive));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    // Letters, a hyphen and digits: a header holds them.
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
