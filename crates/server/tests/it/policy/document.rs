//! The document that the desk serves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use ureq::http::Method;

use crate::harness::{Answer, Desk};

/// One operation, as the document describes it.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) role: String,
    /// The role of the other half of a list, the batch by ids.
    pub(super) batch_role: Option<String>,
    /// The roles that it needs besides.
    pub(super) besides: Vec<String>,
    /// The kind of audit entry, or "none".
    pub(super) audit: String,
    /// Each status, with its media types.
    answers: BTreeMap<u16, BTreeSet<String>>,
}

/// All operations of a running desk.
pub(super) fn of(desk: &Desk) -> Vec<Operation> {
    let document = desk.anonymous().get("/openapi.json").record();
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("an item").iter();
        methods.map(|(method, operation)| Operation::read(&document, path, method, operation))
    });
    operations.collect()
}

impl Operation {
    fn read(document: &Value, path: &str, method: &str, operation: &Value) -> Self {
        let text = |key: &str| {
            let text = operation[key].as_str();
            text.unwrap_or_else(|| panic!("{method} {path} has no {key}")).to_owned()
        };
        let besides = operation["x-role-besides"].as_array().into_iter().flatten();
        let answers = operation["responses"].as_object().expect("responses").iter();
        Self {
            id: text("operationId"),
            method: method.to_uppercase().parse().expect("a method"),
            path: path.to_owned(),
            role: text("x-role"),
            batch_role: operation["x-role-batch"].as_str().map(str::to_owned),
            besides: besides.filter_map(Value::as_str).map(str::to_owned).collect(),
            audit: text("x-audit"),
            answers: answers.map(|(status, answer)| described(document, status, answer)).collect(),
        }
    }

    /// The entity, and what is done with it: `("User", "create")`.
    pub(super) fn parts(&self) -> (&str, &str) {
        self.id.split_once('_').unwrap_or_else(|| panic!("{} names no entity", self.id))
    }

    /// An answer is one that the document describes, by status and media type.
    #[track_caller]
    pub(super) fn documents(&self, answer: &Answer) {
        let Some(media) = self.answers.get(&answer.status) else {
            panic!("{}: the document has no {} for {answer}", self.id, answer.status)
        };
        let sent = answer.header("content-type").split(';').next().unwrap_or_default().trim();
        assert!(media.contains(sent), "{}: the document has no {sent} for {answer}", self.id);
    }
}

fn described(document: &Value, status: &str, answer: &Value) -> (u16, BTreeSet<String>) {
    let answer = match answer["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).expect("an answer"),
        None => answer,
    };
    // An answer without a body has no media type (RFC 9110 section 15.4.5).
    let media = match answer["content"].as_object() {
        Some(content) => content.keys().cloned().collect(),
        None if status == "304" => BTreeSet::from([String::new()]),
        None => panic!("{status} has no content"),
    };
    (status.parse().expect("a status"), media)
}
