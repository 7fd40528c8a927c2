//! One operation of the document, from one line of the table of routes.

use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Ref, Required};

use super::input::INTEGER;
use super::shapes::{Shape, integer, one_of, string};
use super::{answers, bodies, filters, fixed, words};
use crate::idempotency::MAX_KEY;
use crate::routes::{Access, Described, Route};

/// The name of the security scheme of bearer tokens.
pub(super) const BEARER: &str = "bearer";
/// The name of the security scheme of e-mail address and password.
pub(super) const BASIC: &str = "basic";

/// The operation of a route.
pub(super) fn of(route: &Route) -> Operation {
    let words = words::of(route);
    let description = format!("{}\n\n{}", words.description, words::role_sentence(route));
    let builder = OperationBuilder::new()
        .operation_id(Some(words.id))
        .summary(Some(words.summary))
        .description(Some(description.trim()))
        .tag(words::tag(route))
        .request_body(bodies::of(route))
        .securities(Some(securities(route.access)))
        .extensions(Some(extensions(route)));
    let builder = parameters(route).into_iter().fold(builder, OperationBuilder::parameter);
    let builder = references(route).into_iter().fold(builder, OperationBuilder::parameter_ref);
    let answers = answers::of(route).into_iter();
    answers.fold(builder, |builder, (status, answer)| builder.response(status, answer)).build()
}

fn extensions(route: &Route) -> utoipa::openapi::extensions::Extensions {
    let audit = words::audit(route).map_or("none", proofdesk_domain::enumeration::AuditType::name);
    let builder = ExtensionsBuilder::new().add("x-role", words::role(route)).add("x-audit", audit);
    let builder = match words::besides(route) {
        besides if besides.is_empty() => builder,
        besides => builder.add("x-role-besides", besides),
    };
    match words::batch_role(route) {
        Some(role) => builder.add("x-role-batch", role).build(),
        None => builder.build(),
    }
}

fn securities(access: Access) -> Vec<SecurityRequirement> {
    const NO_SCOPES: [&str; 0] = [];
    if access == Access::Public {
        return Vec::new();
    }
    [BEARER, BASIC].map(|scheme| SecurityRequirement::new(scheme, NO_SCOPES)).into()
}

/// The parameters that only this operation has.
fn parameters(route: &Route) -> Vec<Parameter> {
    let mut all = Vec::new();
    if route.path.contains("/{id}") {
        let id = integer().minimum(Some(1)).maximum(Some(i64::MAX as isize));
        all.push(parameter("id", ParameterIn::Path, "The id of the record.", id));
    }
    all.extend(preconditions(route));
    if takes_key(route) {
        let key = string().min_length(Some(1)).max_length(Some(MAX_KEY)).pattern(Some(KEY));
        let said = "Sent again with the same request, it is answered as the first time, and nothing is done twice. Kept for 24 hours.";
        all.push(parameter(
            "Idempotency-Key",
            ParameterIn::Header,
            said,
            key.examples([json!("8e03978e-40d5-43dd-bc93-6894a57f9324")]),
        ));
    }
    match route.operation {
        Described::Commands => {
            let id = string().pattern(Some(INTEGER));
            all.push(parameter(
                "id",
                ParameterIn::Query,
                "A record: only what is possible where it stands.",
                id,
            ));
        }
        Described::Enums => {
            let name = one_of(string(), fixed::enumeration_names());
            all.push(required(parameter("name", ParameterIn::Query, "The enumeration, any case.", name)));
        }
        Described::Download(_) => {
            let range = string().examples([json!("bytes=0-1023")]);
            let said =
                "A part of the file (RFC 9110 section 14); one range at a time, anything else is all of it.";
            all.push(parameter("Range", ParameterIn::Header, said, range));
            all.extend(sizes());
        }
        Described::Token => {
            let said = "What the client calls itself; a form field is taken too.";
            all.push(parameter("client_id", ParameterIn::Header, said, string()));
        }
        _ => {}
    }
    all
}

/// How large a file is wanted, and which page of it.
fn sizes() -> [Parameter; 2] {
    let size = one_of(string(), ["original", "view", "thumbnail"]);
    let said = "`original` (without it): the file as it is kept. `view`, `thumbnail`: a JPEG made of it, upright and without \
                metadata, with a long side of at most 2,000 or 512 pixels.";
    let page = integer().minimum(Some(1)).maximum(Some(u16::MAX as isize));
    [
        parameter("size", ParameterIn::Query, said, size),
        parameter("page", ParameterIn::Query, "The page of a PDF, with `size=view`; 1 without it.", page),
    ]
}

/// The form of an idempotency key; white space at either end is no part of a header's value.
const KEY: &str = "^[!-~]([ -~]*[!-~])?$";

/// Whether a request can be sent again with its key.
pub(super) fn takes_key(route: &Route) -> bool {
    matches!(route.operation, Described::Create | Described::RunCommand | Described::Upload(_))
}

/// The form of `If-Match` and `If-None-Match`: exactly what is read.
const TAGS: &str = r#"^(\*|[ \t,]*(W/)?"[!#-~]*"([ \t]*,[ \t,]*(W/)?"[!#-~]*")*[ \t,]*)$"#;

/// What a request may require of the record that it is about.
fn preconditions(route: &Route) -> Vec<Parameter> {
    use Described::{Delete, Get, Merge, Replace, RunCommand, Upload};
    let header = |name, said| {
        let tags = string().pattern(Some(TAGS)).examples([json!("\"nGgJp1AqSRy8cZ0hW5Qy6A\"")]);
        parameter(name, ParameterIn::Header, said, tags)
    };
    match route.operation {
        Get => vec![
            header("If-Match", "Only if the record's tag is one of these, or `*`; else 412."),
            header("If-None-Match", "Only if the record's tag is none of these; else 304, without a body."),
        ],
        Replace | Merge | Delete | Upload(_) => {
            vec![header(
                "If-Match",
                "Only if the record's `ETag` is one of these, or `*`; else 412, and nothing is changed.",
            )]
        }
        RunCommand => {
            vec![header("If-Match", "The same for the record in `Ids`, which must be one then.")]
        }
        _ => Vec::new(),
    }
}

fn references(route: &Route) -> Vec<Ref> {
    match (route.operation, route.entity) {
        (Described::Search, Some(entity)) => filters::references(entity),
        _ => Vec::new(),
    }
}

fn parameter(name: &str, place: ParameterIn, said: &str, shape: impl Into<Shape>) -> Parameter {
    let in_path = place == ParameterIn::Path;
    ParameterBuilder::new()
        .name(name)
        // First, because a builder starts as a parameter of the path, and those are always required.
        .parameter_in(place)
        .required(if in_path { Required::True } else { Required::False })
        .description(Some(said))
        .schema(Some(shape))
        .build()
}

fn required(mut parameter: Parameter) -> Parameter {
    parameter.required = Required::True;
    parameter
}

/// The method as the document names it.
pub(super) fn method(route: &Route) -> HttpMethod {
    match route.method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}
