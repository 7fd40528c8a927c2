//! Bodies of requests: JSON or a form, bound the same way (contract section 4).

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use proofdesk_desk::records::Body as Properties;
use serde_json::Value as Json;

use crate::error::ApiError;
use crate::{form, json};

/// What a charset may be called that is UTF-8, or a part of it.
const UTF_8: [&str; 3] = ["utf-8", "utf8", "us-ascii"];

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

/// Reads a body as properties; gives them, and the body as it came.
pub(crate) async fn properties(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<(Properties, Bytes), ApiError> {
    let media = media_type(headers)?;
    let read: fn(&[u8]) -> Result<Properties, ApiError> = match media.as_deref() {
        None | Some("application/json" | "text/json" | "application/problem+json") => from_json,
        Some("application/x-www-form-urlencoded") => from_form,
        Some(other) => {
            let message = format!("The media type {other} is not supported; send application/json.");
            return Err(ApiError::Plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
    };
    let bytes = bytes(body, limit).await?;
    Ok((read(&bytes)?, bytes))
}

/// The media type of a body, lower case, without parameters. Whatever else it says, the text is UTF-8 (RFC 8259 section 8.1).
fn media_type(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut given = headers.get_all(CONTENT_TYPE).iter();
    let Some(value) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(ApiError::malformed("Content-Type is given more than once."));
    }
    let mut parts = value.to_str().unwrap_or("unreadable").split(';');
    let plain = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        let charset = value.trim().trim_matches('"').to_ascii_lowercase();
        if name.trim().eq_ignore_ascii_case("charset") && !UTF_8.contains(&charset.as_str()) {
            let message = "The charset of the body is not supported; send UTF-8.".to_owned();
            return Err(ApiError::Plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
    }
    Ok((!plain.is_empty()).then_some(plain))
}

fn from_json(bytes: &[u8]) -> Result<Properties, ApiError> {
    match json::read(bytes)? {
        Json::Object(properties) => Ok(properties),
        _ => Err(ApiError::malformed("The body must be a JSON object.")),
    }
}

/// A form: a key that stands more than once is a list.
fn from_form(bytes: &[u8]) -> Result<Properties, ApiError> {
    let mut properties = Properties::new();
    for (place, pair) in form::pairs(bytes).enumerate() {
        if place == json::MAX_VALUES {
            return Err(json::too_many());
        }
        let (key, value) = pair.map_err(|form::NotUtf8| ApiError::malformed("The body is not UTF-8."))?;
        let value = Json::String(value);
        match properties.get_mut(&key) {
            None => drop(properties.insert(key, value)),
            Some(Json::Array(values)) => values.push(value),
            Some(first) => *first = Json::Array(vec![first.take(), value]),
        }
    }
    json::distinct(properties.keys())?;
    Ok(properties)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_and_json_give_the_same_properties() {
        let form = from_form(b"Name=A+B%21&Businesses=1&Businesses=2").expect("a form");
        assert_eq!(Json::Object(form), json!({ "Name": "A B!", "Businesses": ["1", "2"] }));
        assert!(from_json(b"[1]").is_err());
        assert!(from_json(b"{\"a\":").is_err());
        assert!(from_json(b"").is_err());
    }

    #[test]
    fn forms_have_limits_too() {
        let many = |count: usize| "a=1&".repeat(count);
        assert!(from_form(many(json::MAX_VALUES - 1).as_bytes()).is_ok());
        assert!(from_form(many(json::MAX_VALUES).as_bytes()).is_ok());
        assert!(from_form(many(json::MAX_VALUES + 1).as_bytes()).is_err());
        assert!(from_form(b"Name=1&name=2").is_err(), "two keys for one property");
        assert!(from_form(b"Name=%ff").is_err() && from_form(b"\xff=1").is_err(), "no UTF-8");
    }

    #[test]
    fn charsets() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, axum::http::HeaderValue::from_static(value));
            media_type(&headers).ok().flatten()
        };
        for good in
            ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\"; x=y"]
        {
            assert_eq!(read(good).as_deref(), Some("application/json"), "{good}");
        }
        for bad in ["application/json; charset=utf-16", "application/json; Charset=\"iso-8859-1\""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
