//! Bodies of requests: JSON or a form, bound the same way (contract section 4).

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use proofdesk_desk::records::Body as Properties;
use serde_json::Value as Json;

use crate::error::ApiError;

/// Reads a body up to a limit in bytes.
pub(crate) async fn bytes(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let collected = Limited::new(body, limit).collect().await.map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            let message = format!("The body is too large: at most {limit} bytes are taken.");
            ApiError::Plain(StatusCode::PAYLOAD_TOO_LARGE, message)
        } else {
            ApiError::malformed("The body ended early.")
        }
    })?;
    Ok(collected.to_bytes())
}

/// Reads a body as properties.
pub(crate) async fn properties(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Properties, ApiError> {
    let read: fn(&[u8]) -> Result<Properties, ApiError> = match media_type(headers).as_deref() {
        None | Some("application/json" | "text/json" | "application/problem+json") => from_json,
        Some("application/x-www-form-urlencoded") => |bytes| Ok(from_form(bytes)),
        Some(other) => {
            let message = format!("The media type {other} is not supported; send application/json.");
            return Err(ApiError::Plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
    };
    read(&bytes(body, limit).await?)
}

/// The media type of a body, lower case, without parameters.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().unwrap_or("unreadable");
    let plain = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    (!plain.is_empty()).then_some(plain)
}

fn from_json(bytes: &[u8]) -> Result<Properties, ApiError> {
    match serde_json::from_slice(bytes) {
        Ok(Json::Object(properties)) => Ok(properties),
        Ok(_) => Err(ApiError::malformed("The body must be a JSON object.")),
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            Err(ApiError::malformed(format!("The body is not valid JSON, at {place}.")))
        }
    }
}

/// A form: a key that stands more than once is a list.
fn from_form(bytes: &[u8]) -> Properties {
    let mut properties = Properties::new();
    for (key, value) in form_urlencoded::parse(bytes) {
        let value = Json::String(value.into_owned());
        match properties.get_mut(key.as_ref()) {
            None => drop(properties.insert(key.into_owned(), value)),
            Some(Json::Array(values)) => values.push(value),
            Some(first) => *first = Json::Array(vec![first.take(), value]),
        }
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_and_json_give_the_same_properties() {
        let form = from_form(b"Name=A+B%21&Businesses=1&Businesses=2");
        assert_eq!(Json::Object(form), json!({ "Name": "A B!", "Businesses": ["1", "2"] }));
        assert!(from_json(b"[1]").is_err());
        assert!(from_json(b"{\"a\":").is_err());
        assert!(from_json(b"").is_err());
    }
}
