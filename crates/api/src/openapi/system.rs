//! The operations that aren't of the API: the document itself, and what operators and their machines ask.

use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, OperationBuilder};
use utoipa::openapi::{ContentBuilder, RefOr, Response};

use super::answers::{answer, any_object, json_answer};
use super::shapes::{schema, string};

/// Path and operation of each.
pub(super) fn all() -> Vec<(&'static str, Operation)> {
    let ok = || json_answer("It does.", schema("Health"), json!({ "Status": "ok" }));
    let down = json_answer("It can't.", schema("Health"), json!({ "Status": "unavailable" }));
    let metrics = answer("The metrics, in Prometheus' text format.")
        .content("text/plain", ContentBuilder::new().schema(Some(string())).build());
    let hidden = json_answer(
        "The client's address may not read them (`http.metrics_allow`).",
        schema("Message"),
        json!({ "Message": "There is no such resource." }),
    );
    let document = answer("The document.")
        .content("application/json", ContentBuilder::new().schema(Some(any_object())).build());
    vec![
        ("/openapi.json", operation("Operations_openapi", "This document", vec![("200", document.build())])),
        ("/healthz", operation("Operations_health", "Whether the process answers", vec![("200", ok())])),
        (
            "/readyz",
            operation(
                "Operations_ready",
                "Whether the database can be read and written",
                vec![("200", ok()), ("503", down)],
            ),
        ),
        (
            "/metrics",
            operation("Operations_metrics", "The metrics", vec![("200", metrics.build()), ("404", hidden)]),
        ),
    ]
}

fn operation(id: &str, summary: &str, answers: Vec<(&str, Response)>) -> Operation {
    let builder = OperationBuilder::new()
        .operation_id(Some(id))
        .summary(Some(summary))
        .description(Some("Open to anybody."))
        .tag("Operations")
        .securities(Some([]))
        .extensions(Some(ExtensionsBuilder::new().add("x-role", "Public").add("x-audit", "none").build()));
    let shared = [("408", "RequestTimeout"), ("500", "InternalServerError")];
    let shared = shared.map(|(status, name)| {
        (status, RefOr::<Response>::from(utoipa::openapi::Ref::from_response_name(name)))
    });
    let own = answers.into_iter().map(|(status, answer)| (status, answer.into()));
    own.chain(shared).fold(builder, |builder, (status, answer)| builder.response(status, answer)).build()
}
