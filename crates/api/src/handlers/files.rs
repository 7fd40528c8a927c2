//! `GET …/getphoto/{id}` and `POST …/uploadphoto/{id}`, and the same for the other slots.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use multer::{Field, Multipart};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proofdesk_desk::documents::{self, Download, Size};
use proofdesk_desk::files::FileError;
use proofdesk_domain::slots::Slot;

use crate::call::Call;
use crate::envelope;
use crate::error::{Answer, ApiError, plain};
use crate::idempotency::marked;
use crate::query::Query;
use crate::range::{self, Asked};
use crate::routes::Described;

/// The characters that RFC 8187 section 3.2.1 leaves as they are.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The file in a slot, or the part of it that `Range` asks for.
pub(crate) async fn download(call: Call) -> Answer {
    let (slot, wanted) = (slot(&call)?, wanted(&call.query)?);
    let file = documents::download(call.desk(), call.grant()?, call.path_id()?, slot, wanted).await?;
    let size = file.reader.size();
    let asked = range::asked(call.headers.get(RANGE).and_then(|range| range.to_str().ok()), size);
    let (status, part) = match asked {
        Asked::Whole => (StatusCode::OK, 0..size),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Asked::Unsatisfiable => {
            let mut response = plain(StatusCode::RANGE_NOT_SATISFIABLE, "The file has no such range.");
            response.headers_mut().insert(CONTENT_RANGE, header(&format!("bytes */{size}")));
            return Ok(response);
        }
    };
    let mut response = Response::new(Body::from_stream(file.reader.stream(part.clone())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    describe(headers, &file);
    headers.insert(CONTENT_LENGTH, (part.end - part.start).into());
    if status == StatusCode::PARTIAL_CONTENT {
        headers.insert(CONTENT_RANGE, header(&format!("bytes {}-{}/{size}", part.start, part.end - 1)));
    }
    Ok(response)
}

/// The size that `size` and `page` ask for.
fn wanted(query: &Query) -> Result<Size, ApiError> {
    let page = match query.get("page") {
        None => 1,
        Some(text) => match text.parse::<u16>() {
            Ok(page) if page > 0 => page,
            _ => return Err(ApiError::invalid("page", "is a number from 1")),
        },
    };
    match query.get("size").unwrap_or("original") {
        size if size.eq_ignore_ascii_case("view") => Ok(Size::View(page)),
        size if size.eq_ignore_ascii_case("original") && page == 1 => Ok(Size::Original),
        size if size.eq_ignore_ascii_case("thumbnail") && page == 1 => Ok(Size::Thumbnail),
        size if size.eq_ignore_ascii_case("original") || size.eq_ignore_ascii_case("thumbnail") => {
            Err(ApiError::invalid("page", "goes with size=view only"))
        }
        _ => Err(ApiError::invalid("size", "is one of original, view and thumbnail")),
    }
}

fn slot(call: &Call) -> Result<Slot, ApiError> {
    match call.operation {
        Described::Download(slot) | Described::Upload(slot) => Ok(slot),
        _ => Err(ApiError::not_found()),
    }
}

/// A customer's file is saved, never shown in the desk's own origin.
fn describe(headers: &mut HeaderMap, file: &Download) {
    let name = utf8_percent_encode(&file.name, ATTR_CHAR);
    headers.insert(CONTENT_TYPE, header(&file.media_type));
    headers.insert(CONTENT_DISPOSITION, header(&format!("attachment; filename*=UTF-8''{name}")));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// Puts the file of the part `file` into a slot, as it streams in.
pub(crate) async fn upload(mut call: Call) -> Answer {
    let slot = slot(&call)?;
    let id = call.path_id()?;
    let mut parts = multipart(&mut call)?;
    while let Some(field) = parts.next_field().await.map_err(unreadable)? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            let grant = call.grant()?;
            let (saved, replayed) =
                documents::upload(call.desk(), grant, id, slot, &name, bytes_of(field)).await?;
            return Ok(marked(envelope::saved(grant.entity().name, "updated", &saved), replayed));
        }
    }
    Err(ApiError::invalid("file", "is a required field"))
}

fn multipart(call: &mut Call) -> Result<Multipart<'static>, ApiError> {
    let media = call.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(media).map_err(|_| {
        let message = "An upload is multipart/form-data with a boundary, and one part named file.";
        ApiError::Plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message.to_owned())
    })?;
    Ok(Multipart::new(call.take_body().into_data_stream(), boundary))
}

fn bytes_of(field: Field<'static>) -> impl Stream<Item = Result<Bytes, FileError>> + Unpin {
    field.map_err(|_| FileError::Broken("did not come whole".to_owned()))
}

fn unreadable(_: multer::Error) -> ApiError {
    ApiError::malformed("The body is not valid multipart/form-data.")
}
