//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) on what is posted.

use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use proofdesk_desk::Desk;
use proofdesk_desk::caller::Grant;

use crate::error::ApiError;
use crate::routes::Described;

/// The header of a request.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key, in bytes.
pub(crate) const MAX_KEY: usize = 255;

/// Gives a grant the key of its request, where the operation takes one. `route`: the path of the route.
///
/// # Errors
/// If the key can't be one.
pub(crate) fn keyed(
    desk: &Desk,
    grant: Grant,
    operation: Described,
    route: &str,
    request: &Parts,
) -> Result<Grant, ApiError> {
    let takes = matches!(operation, Described::Create | Described::RunCommand | Described::Upload(_));
    let Some(key) = takes.then(|| key(&request.headers)).transpose()?.flatten() else { return Ok(grant) };
    let media = request.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    // Without parameters: the boundary of a multipart body is another in each try.
    let media = String::from_utf8_lossy(media).split(';').next().unwrap_or_default().trim().to_lowercase();
    let query = request.uri.query().unwrap_or_default();
    let parts = [request.method.as_str(), request.uri.path(), query, &media];
    Ok(grant.with_key(desk, route, key, &parts)?)
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let mut given = headers.get_all(KEY).iter();
    let Some(value) = given.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)));
    match text {
        Some(text) if (1..=MAX_KEY).contains(&text.len()) && given.next().is_none() => Ok(Some(text)),
        _ => Err(ApiError::invalid(
            "Idempotency-Key",
            "must be one key of 1 to 255 printable ASCII characters",
        )),
    }
}

/// Marks an answer that was given before.
pub(crate) fn marked(mut response: Response, replayed: bool) -> Response {
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let read = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(KEY, HeaderValue::from_bytes(value).expect("a value"));
            }
            key(&headers).map(|key| key.map(str::to_owned)).map_err(drop)
        };
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[b"a key"]), Ok(Some("a key".to_owned())));
        assert_eq!(read(&[&[b'k'; 255]]).map(|key| key.map(|key| key.len())), Ok(Some(255)));
        for bad in [&[b"".as_slice()][..], &[&[b'k'; 256]], &[b"a\tb"], &[b"\xc3\xa9"], &[b"a", b"a"]] {
            assert_eq!(read(bad), Err(()), "{bad:?}");
        }
    }
}
