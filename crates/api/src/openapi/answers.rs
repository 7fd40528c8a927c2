//! The answers of each operation: every status that it really gives.

use proofdesk_domain::entity::Entity;
use proofdesk_domain::slots::Slot;
use serde_json::{Value as Json, json};
use utoipa::openapi::schema::OneOfBuilder;
use utoipa::openapi::{
    Content, ContentBuilder, Header, HeaderBuilder, KnownFormat, Ref, RefOr, Response, ResponseBuilder,
    SchemaFormat,
};

use super::fixed::success;
use super::operations::takes_key;
use super::output::page_name;
use super::shapes::{Shape, array, integer, object, schema, string};
use super::{account, oauth, receipts, sample};
use crate::routes::{Access, Described, Route};

/// The media types of the files that are kept.
pub(super) const FILE_TYPES: [&str; 5] =
    ["image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf"];

/// Errors that several operations give, by status: name, description, schema, example.
const ERRORS: [(u16, &str, &str, &str); 17] = [
    (400, "BadRequest", "The input is wrong: every error is listed.", "Invalid"),
    (
        401,
        "Unauthorized",
        "No or bad credentials; also a missing role, unless the operator chose 403.",
        "Message",
    ),
    (
        403,
        "Forbidden",
        "The role is missing, where the operator chose 403 (`api.missing_role_status`).",
        "Message",
    ),
    (404, "NotFound", "No such record, or one outside the caller's businesses.", "NotFound"),
    (405, "MethodNotAllowed", "The path has no such method; `Allow` names those it has.", "Message"),
    (
        408,
        "RequestTimeout",
        "The request took longer than the operator allows (`http.request_seconds`), or its body came too slowly.",
        "Message",
    ),
    (
        409,
        "Conflict",
        "Others keep changing the same record, or a request with the same `Idempotency-Key` is under way: try again. Of a file: it waits for the malware scan.",
        "Message",
    ),
    (
        412,
        "PreconditionFailed",
        "The record is not in the state that `If-Match` requires: get it again. Nothing was changed.",
        "Message",
    ),
    (413, "PayloadTooLarge", "The body is larger than the operator allows (`api.body_bytes`).", "Message"),
    (414, "UriTooLong", "The path has more than 2048 bytes, or the query more than 16384.", "Message"),
    (415, "UnsupportedMediaType", "The media type or the charset of the body is not taken.", "Message"),
    (422, "KeyReused", "The `Idempotency-Key` was used for another request in the last 24 hours.", "Message"),
    (
        429,
        "TooManyRequests",
        "Somebody asks too often (`limits`), or an account had too many wrong passwords; 409 where the operator chose it (`api.too_many_status`).",
        "Message",
    ),
    (431, "HeadTooLarge", "The head has more than 100 fields or 64 KiB.", "Message"),
    (500, "InternalServerError", "The desk failed; the log names the request by the same id.", "Failure"),
    (
        503,
        "Busy",
        "Too many passwords wait for their check, those of HTTP Basic too; a request with a token never gets this. Or, without \
         `Retry-After`: a disk of the desk has failed, and nothing is written until the operator has started it anew.",
        "Message",
    ),
    (
        507,
        "InsufficientStorage",
        "The desk's disk is full, or so nearly full that nothing new is taken (`disk` in the configuration). Nothing was changed.",
        "Message",
    ),
];

/// The shared answers, by name.
pub(super) fn components() -> Vec<(String, Response)> {
    let errors = ERRORS.into_iter().map(|(status, name, said, shape)| {
        let content = ContentBuilder::new().schema(Some(schema(shape))).example(Some(example(status)));
        let answer = answer(said).content("application/json", content);
        let answer = match status {
            401 => answer.header("WWW-Authenticate", header("`Bearer`")),
            409 => answer.header("Retry-After", header("Seconds to wait, where a request is under way")),
            429 | 503 => answer.header("Retry-After", header("Seconds to wait, where waiting helps")),
            405 => answer.header("Allow", header("The methods of the path")),
            _ => answer,
        };
        (name.to_owned(), answer.build())
    });
    errors.collect()
}

fn example(status: u16) -> Json {
    let message = |text: &str| json!({ "Message": text });
    match status {
        400 => json!({
            "Message": "Name: is a required field", "Value": null, "WasSuccessful": false,
            "Errors": [{ "AttemptedValue": null, "Message": "is a required field", "PropertyName": "Name" }],
        }),
        401 | 403 => message("Authorization has been denied for this request."),
        404 => json!("Not found"),
        405 => message("The resource does not support the method POST."),
        408 => message("The request took too long."),
        409 => message("The record was changed by others meanwhile. Try again."),
        412 => message("The record is not in the state that the request requires. Get it again."),
        413 => message("The body is too large: at most 1048576 bytes are taken."),
        414 => message("The query has 20000 bytes; at most 16384 are taken."),
        422 => message("The Idempotency-Key was used for another request. Use a new key for a new request."),
        429 => message("Too many requests. Wait 2 seconds and try again."),
        507 => message("There is no room for it: the desk's disk is full. Removing records still works."),
        503 => message("The desk is busy with sign-ins. Wait 2 seconds and try again."),
        431 => message("The head has more than 100 fields."),
        415 => message("The media type text/xml is not supported; send application/json."),
        _ => json!({ "Message": "An error has occurred.", "RequestId": "0f2c6b1e8d7a4f0e9b3c5d6e7f8a9b0c" }),
    }
}

/// An answer with what every answer carries.
pub(super) fn answer(said: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(said).header("X-Request-Id", header("What the log calls the request"))
}

fn header(said: &str) -> Header {
    HeaderBuilder::new().schema(Some(string())).description(Some(said)).build()
}

/// A reference to a shared answer.
fn shared(status: u16) -> Option<(String, RefOr<Response>)> {
    let (_, name, ..) = ERRORS.iter().find(|(own, ..)| *own == status)?;
    Some((status.to_string(), Ref::from_response_name(*name).into()))
}

/// All answers of an operation.
pub(super) fn of(route: &Route) -> Vec<(String, RefOr<Response>)> {
    let mut all = successes(route);
    all.extend(errors(route).into_iter().filter_map(shared));
    if let Described::Download(_) = route.operation {
        all.push(("416".to_owned(), unsatisfiable().into()));
    }
    if let Described::Token | Described::Revoke | Described::Introspect = route.operation {
        let said = "The grant is not good, or the request is not one (RFC 6749 section 5.2).";
        let example = json!({
            "error": "invalid_grant", "error_description": "The user name or password is incorrect.",
        });
        all.push(("400".to_owned(), json_answer(said, schema("TokenError"), example).into()));
    }
    if route.operation == Described::Token {
        let said = "The credentials of a machine client are wrong (RFC 6749 section 5.2).";
        let example =
            json!({ "error": "invalid_client", "error_description": "The client's credentials are wrong." });
        all.push(("401".to_owned(), json_answer(said, schema("TokenError"), example).into()));
    }
    all
}

fn errors(route: &Route) -> Vec<u16> {
    use Described::{
        ChangePassword, Commands, ConfirmTotp, Create, Delete, Download, EndSessions, EnrolTotp, Enums,
        Export, Get, Introspect, Invite, Me, Merge, Metadata, Receipt, Replace, Revoke, RunCommand, Search,
        Sessions, SetPassword, Token, TurnTotpOff, Upload,
    };
    let mut statuses = vec![405, 408, 414, 429, 431, 500, 503];
    match route.access {
        Access::Public => {}
        Access::AnyUser => statuses.push(401),
        Access::Role(_) | Access::ListOrRead => statuses.extend([401, 403]),
    }
    if takes_key(route) {
        statuses.push(422);
    }
    if !matches!(route.operation, Search | Get | Enums | Me | Commands | Introspect | Metadata) {
        statuses.push(507);
    }
    statuses.extend(match route.operation {
        Search | Enums => [400].as_slice(),
        Get => &[400, 404, 412],
        Me | Commands => &[400, 404],
        Create | SetPassword => &[400, 409, 413, 415],
        RunCommand => &[400, 409, 412, 413, 415],
        Replace | Merge => &[400, 404, 409, 412, 413, 415],
        ChangePassword | EndSessions | EnrolTotp | ConfirmTotp | TurnTotpOff => &[400, 404, 409, 413, 415],
        Delete => &[400, 404, 409, 412],
        Invite | Download(_) => &[400, 404, 409],
        Upload(_) => &[400, 404, 409, 412, 415],
        Token | Revoke | Introspect => &[413],
        Receipt => &[404],
        Export => &[404, 409],
        Sessions if route.entity.is_some() => &[404],
        Sessions | Metadata => &[],
    });
    statuses
}

fn successes(route: &Route) -> Vec<(String, RefOr<Response>)> {
    use Described::{
        ChangePassword, Commands, ConfirmTotp, Create, Delete, Download, EndSessions, EnrolTotp, Enums,
        Export, Get, Introspect, Invite, Me, Merge, Metadata, Receipt, Replace, Revoke, RunCommand, Search,
        Sessions, SetPassword, Token, TurnTotpOff, Upload,
    };
    let name = route.entity.map_or("", |entity| entity.name);
    let wrote = |done: &str| {
        let message = format!("{name} was successfully {done}.");
        json_answer(&message, schema("Envelope"), success(&message, &json!({ "Id": 87_654_321 })))
    };
    let did = |message: &str| json_answer(message, schema("Envelope"), success(message, &Json::Null));
    let ok = match route.operation {
        Search => return list(route.entity),
        Download(slot) => return file(slot),
        Export => export(),
        Get => return record(route),
        Create => wrote("created"),
        Replace | Merge | Upload(_) => wrote("updated"),
        Delete => did(&format!("{name} was successfully deleted.")),
        RunCommand => run(),
        Receipt => json_answer("The receipt.", schema("Receipt"), receipts::example()),
        Commands => json_answer("The commands.", schema("Commands"), commands()),
        Enums => json_answer("The values.", schema("EnumerationValues"), values()),
        Me => json_answer("The user.", schema("Me"), me()),
        EnrolTotp => {
            no_store(json_answer("The secret.", schema("TotpEnrolment"), account::enrolment_example()))
        }
        ConfirmTotp | TurnTotpOff => {
            let turned = if route.operation == ConfirmTotp { "on" } else { "off" };
            let message = format!("The second factor was successfully turned {turned}.");
            did(&message)
        }
        Sessions => json_answer("The sign-ins.", schema("SignIns"), account::sign_ins_example()),
        EndSessions => did("2 sign-ins were ended."),
        SetPassword => did("The password was set. You can sign in with it now."),
        ChangePassword => did("The password was changed."),
        Invite => no_store(json_answer("The link.", schema("Invitation"), account::invitation_example())),
        Token => no_store(json_answer("The tokens.", schema("Tokens"), oauth::tokens_example())),
        Revoke => no_store(json_answer("The token is of no use.", object().into(), json!({}))),
        Introspect => no_store(json_answer(
            "What it stands for.",
            schema("Introspection"),
            oauth::introspection_example(),
        )),
        Metadata => json_answer("The metadata.", schema("AuthorizationServer"), oauth::metadata_example()),
    };
    vec![("200".to_owned(), if takes_key(route) { repeatable(ok) } else { ok }.into())]
}

fn repeatable(mut response: Response) -> Response {
    let said = "`true` where this is the answer that the same request got before";
    response.headers.insert("Idempotency-Replayed".to_owned(), header(said).into());
    response
}

/// A record with its tag, or nothing where the caller has it already.
fn record(route: &Route) -> Vec<(String, RefOr<Response>)> {
    let name = route.entity.map_or("", |entity| entity.name);
    let tag = || {
        header("Stands for exactly this state of the record, as this caller sees it (RFC 9110 section 8.8.3)")
    };
    let mut whole = json_answer("The record.", schema(name), route.entity.map_or(Json::Null, sample::json));
    whole.headers.insert("ETag".to_owned(), tag().into());
    let same = answer("The record is the one that `If-None-Match` names.").header("ETag", tag());
    vec![("200".to_owned(), whole.into()), ("304".to_owned(), same.build().into())]
}

/// An answer of JSON.
pub(super) fn json_answer(said: &str, shape: Shape, example: Json) -> Response {
    let content = ContentBuilder::new().schema(Some(shape)).example(Some(example));
    answer(said).content("application/json", content).build()
}

fn list(entity: Option<&'static Entity>) -> Vec<(String, RefOr<Response>)> {
    let Some(entity) = entity else { return Vec::new() };
    let both = OneOfBuilder::new().item(schema(&page_name(entity))).item(array(schema(entity.name)));
    let said = "A page of records; with `id=[…]`, a bare array of records.";
    vec![("200".to_owned(), json_answer(said, both.into(), sample::page(entity)).into())]
}

fn run() -> Response {
    let said = "The command was run; or it was not possible, and nothing was changed: `WasSuccessful` is false then, \
                and `Status` 500.";
    json_answer(said, schema("Envelope"), success("MarkAsVerified was successfully run.", &Json::Null))
}

fn commands() -> Json {
    json!([
        { "Key": "MarkAsVerified", "Name": "Mark as verified", "Parameters": [] },
        {
            "Key": "MarkAsRejected", "Name": "Mark as rejected",
            "Parameters": [{ "Name": "Notes", "Type": "String", "Required": true }],
        },
    ])
}

fn values() -> Json {
    json!([{ "Id": 0, "Name": "None", "Label": "None" }, { "Id": 1, "Name": "Pending", "Label": "Pending" }])
}

fn me() -> Json {
    let mut me = sample::json(&proofdesk_domain::entities::user::USER);
    me["Roles"] = json!(["CoworkerIdentityCheck-List", "CoworkerIdentityCheck-Read"]);
    me
}

fn no_store(mut response: Response) -> Response {
    response.headers.insert("Cache-Control".to_owned(), header("`no-store`").into());
    response
}

fn binary() -> Content {
    let shape = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    ContentBuilder::new().schema(Some(shape)).build()
}

/// An archive.
fn export() -> Response {
    let answer = answer("The archive.")
        .header("Content-Disposition", header("`attachment`, with a name of the desk's own"))
        .content("application/zip", binary());
    no_store(answer.build())
}

/// A file, whole or in part.
fn file(slot: Slot) -> Vec<(String, RefOr<Response>)> {
    let described = |said: String, part: bool| {
        let length =
            HeaderBuilder::new().schema(Some(integer())).description(Some("Its size in bytes")).build();
        let answer = answer(&said)
            .header(
                "Content-Disposition",
                header("`attachment`, with the customer's name of the file, cleaned"),
            )
            .header("Accept-Ranges", header("`bytes`"))
            .header("Content-Length", length);
        let answer = if part { answer.header("Content-Range", header("Which part of it")) } else { answer };
        FILE_TYPES.into_iter().fold(answer, |answer, media| answer.content(media, binary())).build()
    };
    let name = slot.prefix();
    vec![
        ("200".to_owned(), described(format!("The file in the slot {name}."), false).into()),
        (
            "206".to_owned(),
            described(format!("The part of the file in the slot {name} that `Range` asks for."), true).into(),
        ),
    ]
}

fn unsatisfiable() -> Response {
    let content = ContentBuilder::new()
        .schema(Some(schema("Message")))
        .example(Some(json!({ "Message": "The file has no such range." })));
    answer("The file has no such range.")
        .header("Content-Range", header("The size of the file, as `bytes */1234`"))
        .content("application/json", content)
        .build()
}

/// The user who is signed in, with the names of its roles.
pub(super) fn me_schema() -> Shape {
    let user = super::output::record(&proofdesk_domain::entities::user::USER);
    let roles = array(schema("RoleName")).description(Some("The roles that it has anywhere."));
    user.property("Roles", roles).required("Roles").into()
}

/// An object of any form: the document itself.
pub(super) fn any_object() -> Shape {
    object().into()
}
