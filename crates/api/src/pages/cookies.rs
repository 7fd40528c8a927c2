//! The cookies of the pages (RFC 6265bis). The API looks at none.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use secrecy::{ExposeSecret, SecretString};

/// A cookie of the desk, and what it is called where it is kept for TLS, and where everything is plain.
#[derive(Clone, Copy)]
pub(super) struct Cookie {
    secure: &'static str,
    plain: &'static str,
}

/// Stands for the session.
pub(super) const SESSION: Cookie = Cookie { secure: "__Host-proofdesk", plain: "proofdesk-session" };

/// Keeps a sign-in at the issuer that is under way.
pub(super) const FLOW: Cookie = Cookie { secure: "__Host-proofdesk-flow", plain: "proofdesk-flow" };

impl Cookie {
    fn name(self, secure: bool) -> &'static str {
        if secure { self.secure } else { self.plain }
    }

    /// What a browser sent. One that sends it twice was given one by somebody else, and neither is believed.
    pub(super) fn of(self, headers: &HeaderMap, secure: bool) -> Option<SecretString> {
        let name = self.name(secure);
        let fields = headers.get_all(COOKIE).iter().filter_map(|field| field.to_str().ok());
        let pairs = fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut own = pairs.filter(|(own, _)| *own == name).map(|(_, value)| value);
        match (own.next(), own.next()) {
            (Some(value), None) => Some(SecretString::from(value.to_owned())),
            _ => None,
        }
    }

    /// Gives it to the browser: for as long as it is open, or for so many seconds.
    pub(super) fn give(
        self,
        response: &mut Response,
        secure: bool,
        value: &SecretString,
        seconds: Option<i64>,
    ) {
        let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        self.write(response, secure, value.expose_secret(), &age);
    }

    /// Takes it from the browser.
    pub(super) fn take(self, response: &mut Response, secure: bool) {
        self.write(response, secure, "", "; Max-Age=0");
    }

    fn write(self, response: &mut Response, secure: bool, value: &str, age: &str) {
        let only = if secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{only}{age}", self.name(secure));
        if let Ok(mut field) = HeaderValue::try_from(text) {
            field.set_sensitive(true);
            response.headers_mut().append(SET_COOKIE, field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(COOKIE, HeaderValue::from_str(field).expect("a field"));
        }
        SESSION.of(&headers, true).map(|value| value.expose_secret().to_owned())
    }

    #[test]
    fn one_cookie_of_this_name_is_taken() {
        assert_eq!(sent(&["a=b; __Host-proofdesk=x"]).as_deref(), Some("x"));
        assert_eq!(sent(&["a=b", "__Host-proofdesk=x; c=d"]).as_deref(), Some("x"));
        for none in [
            &["proofdesk-session=x"][..],
            &["__host-proofdesk=x"],
            &[],
            &["__Host-proofdesk=x; __Host-proofdesk=y"],
        ] {
            assert_eq!(sent(none), None, "{none:?}");
        }
    }
}
