//! A client of the desk.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::config::AutoHeaderValue;
use ureq::http::{Method, Request};

use super::Answer;

/// Somebody who speaks with the desk.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    authorization: Option<String>,
    recorder: Option<Arc<Mutex<Vec<Sent>>>>,
}

/// A request as it was sent, but for who sent it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) method: Method,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Client {
    /// Nobody, at a desk.
    pub(crate) fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // The desk is on this machine, whatever the environment says.
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(30)))
            // What isn't said here isn't sent.
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .build();
        Self { agent: config.new_agent(), base: base.to_owned(), authorization: None, recorder: None }
    }

    /// The same, with a value of the `Authorization` header.
    pub(crate) fn with_authorization(&self, value: &str) -> Self {
        Self { authorization: Some(value.to_owned()), ..self.clone() }
    }

    /// The same, that keeps what it sends.
    pub(crate) fn recording(&self) -> Self {
        Self { recorder: Some(Arc::default()), ..self.clone() }
    }

    /// What a [`Client::recording`] has sent so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        let recorder = self.recorder.as_ref().expect("one that records");
        recorder.lock().expect("a list").clone()
    }

    /// Sends again what somebody sent.
    #[track_caller]
    pub(crate) fn replay(&self, sent: &Sent) -> Answer {
        let headers: Vec<(&str, &str)> =
            sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.send(sent.method.clone(), &sent.path, &headers, sent.body.as_deref())
    }

    /// The token that it calls with.
    pub(crate) fn token(&self) -> &str {
        self.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer ")).expect("a bearer token")
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None)
    }

    /// GET with further header fields.
    #[track_caller]
    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, None)
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, body)
    }

    #[track_caller]
    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::PUT, path, body)
    }

    #[track_caller]
    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::PATCH, path, body)
    }

    #[track_caller]
    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], None)
    }

    /// POST of an `application/x-www-form-urlencoded` body.
    #[track_caller]
    pub(crate) fn form(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.form_by(Method::POST, path, pairs)
    }

    #[track_caller]
    pub(crate) fn form_by(&self, method: Method, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let media = ("content-type", "application/x-www-form-urlencoded");
        self.send(method, path, &[media], Some(&form(pairs)))
    }

    /// POST of one file as the part `file` of `multipart/form-data`.
    #[track_caller]
    pub(crate) fn upload(&self, path: &str, name: &str, bytes: &[u8]) -> Answer {
        let (media, body) = multipart("file", name, bytes);
        self.send(Method::POST, path, &[("content-type", &media)], Some(&body))
    }

    #[track_caller]
    fn json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        self.send(method, path, &[("content-type", "application/json")], Some(body.as_bytes()))
    }

    /// Any request.
    #[track_caller]
    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        if let Some(recorder) = &self.recorder {
            let headers =
                headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let (path, body) = (path.to_owned(), body.map(<[u8]>::to_vec));
            recorder.lock().expect("a list").push(Sent { method: method.clone(), path, headers, body });
        }
        let what = format!("{method} {path}");
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let sent = match body {
            Some(body) => self.agent.run(request.body(body).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        Answer::of(what, sent)
    }
}

fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs).finish().into_bytes()
}

/// The media type and the body of `multipart/form-data` with one part (RFC 7578).
pub(crate) fn multipart(part: &str, file_name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----proofdesk-test-boundary";
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{file_name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}
