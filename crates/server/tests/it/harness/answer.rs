//! What the desk answered.

use serde_json::{Value, json};
use ureq::Body;
use ureq::http::{HeaderMap, Response};

/// The most that is read of an answer, in bytes.
const MAX: u64 = 64 * 1024 * 1024;

/// An answer, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The request, for messages.
    what: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(super) fn of(what: String, sent: Result<Response<Body>, ureq::Error>) -> Self {
        let (parts, mut body) = match sent {
            Ok(response) => response.into_parts(),
            Err(error) => panic!("{what}: {error}"),
        };
        let bytes = body.with_config().limit(MAX).read_to_vec().expect("the answer comes whole");
        Self { what, status: parts.status.as_u16(), headers: parts.headers, bytes }
    }

    /// A header field; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert!(self.header("content-type").starts_with("application/json"), "{self}");
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error} in {self}"))
    }

    #[track_caller]
    fn expect(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The JSON of a success.
    #[track_caller]
    pub(crate) fn record(&self) -> Value {
        self.expect(200).json()
    }

    /// The records of a list.
    #[track_caller]
    pub(crate) fn records(&self) -> Vec<Value> {
        self.record()["Records"].as_array().unwrap_or_else(|| panic!("a list, not {self}")).clone()
    }

    /// The ids of the records of a list.
    #[track_caller]
    pub(crate) fn ids(&self) -> Vec<i64> {
        self.records().iter().map(|record| record["Id"].as_i64().expect("an id")).collect()
    }

    /// The id of the record that was made or changed.
    #[track_caller]
    pub(crate) fn id(&self) -> i64 {
        let envelope = self.record();
        assert_eq!(envelope["WasSuccessful"], true, "{self}");
        envelope["Value"]["Id"].as_i64().unwrap_or_else(|| panic!("an id, not {self}"))
    }

    /// Success of what leaves no record: a delete, a command.
    #[track_caller]
    pub(crate) fn done(&self) -> Value {
        let envelope = self.record();
        assert_eq!(envelope["WasSuccessful"], true, "{self}");
        assert_eq!(envelope["Value"], Value::Null, "{self}");
        envelope
    }

    /// The validation errors, as `"Property: message"`.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<String> {
        let envelope = self.expect(400).json();
        assert_eq!(envelope["WasSuccessful"], false, "{self}");
        assert_eq!(envelope["Value"], Value::Null, "{self}");
        let errors = envelope["Errors"].as_array().unwrap_or_else(|| panic!("errors, not {self}"));
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let said = |error: &Value| match text(&error["PropertyName"]) {
            property if property.is_empty() => text(&error["Message"]),
            property => format!("{property}: {}", text(&error["Message"])),
        };
        let errors: Vec<String> = errors.iter().map(said).collect();
        assert_eq!(errors.first().map(String::as_str), envelope["Message"].as_str(), "{self}");
        errors
    }

    /// No such record, in exactly the words of the contract.
    #[track_caller]
    pub(crate) fn is_not_found(&self) {
        assert_eq!(self.expect(404).json(), json!("Not found"), "{self}");
    }

    /// No or bad credentials, or a missing role.
    #[track_caller]
    pub(crate) fn is_denied(&self) {
        let body = json!({ "Message": "Authorization has been denied for this request." });
        assert_eq!(self.expect(401).json(), body, "{self}");
        assert_eq!(self.header("www-authenticate"), "Bearer", "{self}");
    }

    /// A command that failed: 200, and in the envelope 500; gives the message.
    #[track_caller]
    pub(crate) fn refusal(&self) -> String {
        let envelope = self.record();
        assert_eq!(envelope["WasSuccessful"], false, "{self}");
        assert_eq!(envelope["Status"], 500, "{self}");
        envelope["Message"].as_str().expect("a message").to_owned()
    }

    /// Another error; gives the message.
    #[track_caller]
    pub(crate) fn message(&self, status: u16) -> String {
        let body = self.expect(status).json();
        body["Message"].as_str().unwrap_or_else(|| panic!("a message, not {self}")).to_owned()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.text();
        let text: String = text.chars().take(2000).collect();
        write!(f, "the answer to {}: {} {text}", self.what, self.status)
    }
}
