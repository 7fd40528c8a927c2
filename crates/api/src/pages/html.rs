//! What the pages that are made for each visit look like, and what keeps them to themselves.

use std::fmt::Write as _;

use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::{HTML, file};

/// No script at all, no style but the desk's own, and forms go to this desk only.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// A text as it stands in HTML, in an attribute too.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Nothing turns the direction of what follows, or is no character at all.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() && c != '\n' => {}
            c => safe.push(c),
        }
    }
    safe
}

/// A page of the desk with this title, and this HTML under it.
pub(super) fn page(path: &'static str, status: StatusCode, title: &str, inner: &str) -> Response {
    let title = escaped(title);
    let mut html = String::new();
    // Writing to a text can't fail.
    let _ = writeln!(
        html,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8\">\n  \
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n  \
         <meta name=\"robots\" content=\"noindex\">\n  <title>{title} – Proofdesk</title>\n  \
         <link rel=\"icon\" href=\"data:,\">\n  <link rel=\"stylesheet\" href=\"/account/page.css\">\n</head>\n\
         <body>\n  <main>\n    <h1>{title}</h1>\n{inner}  </main>\n</body>\n</html>"
    );
    let mut response = file(path, HTML, POLICY, html.into());
    *response.status_mut() = status;
    private(response)
}

/// A sentence on a page of its own, with a way on.
pub(super) fn said(path: &'static str, status: StatusCode, text: &str, way: (&str, &str)) -> Response {
    let inner = format!(
        "    <p class=\"error\" role=\"alert\">{}</p>\n    <p><a href=\"{}\">{}</a></p>\n",
        escaped(text),
        escaped(way.0),
        escaped(way.1)
    );
    page(path, status, "Sign in", &inner)
}

/// Sends the browser to another page of the desk, or to the issuer.
pub(super) fn sent(path: &'static str, to: &str) -> Response {
    let mut response = file(path, HTML, POLICY, axum::body::Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(to) = HeaderValue::try_from(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    private(response)
}

/// What is about a person is never stored, and says to nobody else where it was read. To the desk itself it does: without a
/// referrer a browser wouldn't say either where a form comes from.
fn private(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_wrote_becomes_markup() {
        let text = "<b a='1' b=\"2\">&amp;\u{202e}\0</b>";
        assert_eq!(escaped(text), "&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;amp;&lt;/b&gt;");
    }
}
