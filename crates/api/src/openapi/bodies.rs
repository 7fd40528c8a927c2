//! Bodies of requests: a schema for each way of writing each entity, made from its fields.

use proofdesk_domain::entities::{self, coworker::COWORKER};
use proofdesk_domain::entity::{Changes, Entity};
use serde_json::{Value as Json, json};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::{ContentBuilder, KnownFormat, Required, SchemaFormat};

use super::forms;
use super::input::{is_list, property, writable};
use super::shapes::{Shape, described, object, schema, string};
use super::{oauth, sample};
use crate::routes::{Described, Route};

/// The ways of writing a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Create,
    Update,
    UpdateById,
    Patch,
}

const WAYS: [Way; 4] = [Way::Create, Way::Update, Way::UpdateById, Way::Patch];

impl Way {
    fn schema_of(self, entity: &Entity) -> String {
        let way = match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::UpdateById => "UpdateById",
            Self::Patch => "Patch",
        };
        format!("{}{way}", entity.name)
    }

    /// Whether the body says which record is meant.
    fn has_id(self) -> bool {
        matches!(self, Self::Update | Self::Patch)
    }
}

/// The schemas of all bodies.
pub(super) fn components() -> Vec<(String, Shape)> {
    let changed = entities::PUBLIC.into_iter().filter(|entity| entity.changes == Changes::All);
    changed
        .flat_map(|entity| WAYS.into_iter().map(move |way| (way.schema_of(entity), written(entity, way))))
        .collect()
}

fn written(entity: &'static Entity, way: Way) -> Shape {
    let said = match way {
        Way::Create => "Read-only and unknown properties are ignored, and so is the case of names.",
        Way::Patch => "Only what is sent changes. Read-only and unknown properties are ignored.",
        Way::Update | Way::UpdateById => {
            "What is absent becomes null, false or 0; files stay. Read-only and unknown properties are ignored."
        }
    };
    let mut body = object().description(Some(said));
    for field in writable(entity, way == Way::Create) {
        body = body.property(field.name, property(field));
        if field.required && way != Way::Patch {
            body = body.required(field.name);
        }
        if is_list(field) {
            for (prefix, said) in [("Added", "Puts into the list."), ("Removed", "Takes from the list.")] {
                let list = match field.kind {
                    proofdesk_domain::entity::Kind::RoleNames => "RoleNamesInput",
                    _ => "IdListInput",
                };
                body = body.property(format!("{prefix}{}", field.name), described(list, said, false));
            }
        }
    }
    if way.has_id() {
        body = body.property("Id", described("RequiredReferenceInput", "The record.", false)).required("Id");
    }
    body.into()
}

/// The body of an operation, if it takes one.
pub(super) fn of(route: &Route) -> Option<RequestBody> {
    let by_id = route.path.ends_with("/{id}");
    let way = match route.operation {
        Described::Create => Way::Create,
        Described::Replace if by_id => Way::UpdateById,
        Described::Replace => Way::Update,
        Described::Merge => Way::Patch,
        Described::RunCommand if route.entity == Some(&COWORKER) => {
            return Some(either("RunErase", json!({ "Key": "Erase", "Ids": [1] })));
        }
        Described::RunCommand => return Some(either("RunCommand", run_example())),
        Described::Upload(_) => return Some(upload()),
        Described::Token => return Some(oauth::token_body()),
        Described::EndSessions => return Some(either("EndSignIns", json!({}))),
        Described::SetPassword => return Some(either("SetPassword", password_example("Token"))),
        Described::ChangePassword => return Some(either("ChangePassword", password_example("Password"))),
        Described::Revoke | Described::Introspect => return Some(oauth::one_token_body()),
        Described::EnrolTotp => {
            return Some(either("TotpEnrol", json!({ "Password": "correct horse battery staple" })));
        }
        Described::ConfirmTotp => return Some(either("TotpConfirm", json!({ "Code": "081804" }))),
        Described::TurnTotpOff => {
            let example = json!({ "Password": "correct horse battery staple", "Code": "081804" });
            return Some(either("TotpTurnOff", example));
        }
        _ => return None,
    };
    let entity = route.entity?;
    let example = match way {
        Way::Create => sample::body(entity),
        _ => sample::change(entity, way.has_id()),
    };
    Some(either(&way.schema_of(entity), example))
}

fn run_example() -> Json {
    json!({
        "Key": "MarkAsRejected", "Ids": [1],
        "Parameters": [{ "Name": "Notes", "Value": "The photo is blurred." }],
    })
}

/// JSON, or a form that is bound the same way.
fn either(name: &str, example: Json) -> RequestBody {
    let json = ContentBuilder::new().schema(Some(schema(name))).example(Some(example)).build();
    let form = ContentBuilder::new().schema(Some(schema(&forms::name(name)))).build();
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("application/json", json)
        .content("application/x-www-form-urlencoded", form)
        .build()
}

fn password_example(proof: &str) -> Json {
    json!({ (proof): "…", "NewPassword": "a sentence nobody knows" })
}

fn upload() -> RequestBody {
    let said =
        "The file: JPEG, PNG, WebP, HEIC or PDF. Its content decides, never its name or its media type.";
    let file = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).description(Some(said));
    let form = object().property("file", file).required("file");
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("multipart/form-data", ContentBuilder::new().schema(Some(form)).build())
        .build()
}
