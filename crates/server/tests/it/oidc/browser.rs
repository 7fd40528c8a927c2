//! A browser without a window: it keeps cookies, and goes where a test sends it.

use std::collections::BTreeMap;

use proofdesk_domain::entities::token::{self, TOKEN, TokenKind};
use proofdesk_domain::record::Record;
use ureq::http::Method;
use url::Url;

use super::issuer::Issuer;
use crate::harness::{Answer, Client, Desk};

pub(super) const SESSION: &str = "proofdesk-session";

/// A browser at a desk.
pub(super) struct Browser {
    client: Client,
    origin: String,
    pub(super) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(super) fn new(desk: &Desk) -> Self {
        Self { client: desk.anonymous(), origin: desk.url(), cookies: BTreeMap::new() }
    }

    pub(super) fn get(&mut self, path: &str) -> Answer {
        let cookie = self.cookie();
        let answer = self.client.get_with(path, &[("cookie", &cookie)]);
        self.keep(&answer);
        answer
    }

    /// Sends a form as a page of the desk does.
    pub(super) fn form(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let origin = self.origin.clone();
        let answer = self.form_from(path, pairs, &[("origin", &origin), ("sec-fetch-site", "same-origin")]);
        self.keep(&answer);
        answer
    }

    /// Sends a form with these fields, and keeps nothing.
    pub(super) fn form_from(&self, path: &str, pairs: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let cookie = self.cookie();
        let media = ("content-type", "application/x-www-form-urlencoded");
        let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let headers: Vec<(&str, &str)> =
            fields.iter().copied().chain([("cookie", cookie.as_str()), media]).collect();
        self.client.send(Method::POST, path, &headers, Some(body.as_bytes()))
    }

    /// What the forms of this session send with them.
    pub(super) fn form_token(&mut self) -> String {
        let page = self.get("/account");
        assert_eq!(page.status, 200, "{page}");
        let text = page.text();
        let (_, rest) = text.split_once("name=\"form\" value=\"").expect("a form");
        rest.split('"').next().expect("a value").to_owned()
    }

    pub(super) fn sign_in(&mut self, email: &str, password: &str, code: &str) -> Answer {
        self.form("/account/sign-in", &[("email", email), ("password", password), ("code", code)])
    }

    /// Goes to the issuer; gives what the browser is to bring back.
    pub(super) fn start(&mut self, issuer: &Issuer) -> Url {
        let answer = self.get("/account/oidc/start");
        assert_eq!(answer.status, 303, "{answer}");
        let url = Url::parse(answer.header("location")).expect("a URL");
        issuer.sent(&parameter(&url, "nonce"), &parameter(&url, "code_challenge"));
        url
    }

    /// Comes back from the issuer with a code.
    pub(super) fn finish(&mut self, sent: &Url) -> Answer {
        self.back(&[("code", "a code"), ("state", &parameter(sent, "state"))])
    }

    pub(super) fn back(&mut self, pairs: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.get(&format!("/account/oidc/callback?{query}"))
    }

    /// There and back.
    pub(super) fn walk(&mut self, issuer: &Issuer) -> Answer {
        let sent = self.start(issuer);
        self.finish(&sent)
    }

    pub(super) fn is_signed_in(&mut self) -> bool {
        let answer = self.get("/account");
        assert!(matches!(answer.status, 200 | 303), "{answer}");
        answer.status == 200
    }

    fn cookie(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep(&mut self, answer: &Answer) {
        for field in answer.headers.get_all("set-cookie") {
            let text = field.to_str().expect("a text");
            let (name, rest) = text.split_once('=').expect("a pair");
            let value = rest.split(';').next().unwrap_or_default();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// One parameter of a URL.
pub(super) fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(own, _)| own == name);
    found.unwrap_or_else(|| panic!("{name} in {url}")).1.into_owned()
}

/// The sessions that a desk keeps.
pub(super) fn sessions(desk: &Desk) -> Vec<Record> {
    let mut tokens = desk.kept(&TOKEN);
    tokens.retain(|token| token.int(token::KIND) == Some(TokenKind::Session as i64));
    tokens
}

/// A desk whose issuer this is, with further settings.
pub(super) fn desk_of(issuer: &Issuer, store: crate::harness::Store, more: &[(&str, &str)]) -> Desk {
    let own = issuer.settings();
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Desk::builder(store).settings(&own).settings(more).start()
}
