//! Examples of records, written by the writer of real ones.

use proofdesk_domain::entity::{Entity, FieldIndex, Kind, Source};
use proofdesk_domain::json;
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use serde_json::{Value as Json, json as literal};

/// 2025-01-15T10:30:00Z.
const INSTANT: i64 = 1_736_937_000;
const GUID: &str = "6d9c0c9e-0b7f-4c5e-9a53-7b6d0c1f2e3a";

/// A record as it is sent.
pub(super) fn json(entity: &'static Entity) -> Json {
    let fields = 0..entity.fields.len();
    let record = fields.map(FieldIndex).fold(Record::empty(entity), |record, index| {
        let field = entity.field(index);
        let value = match field.source {
            Source::Instruction => Value::Null,
            _ => value(json::end(entity, index).kind, field.name),
        };
        record.with(index, value)
    });
    let mut written = Vec::new();
    json::write_record(&mut written, &record);
    serde_json::from_slice(&written).unwrap_or_default()
}

fn value(kind: Kind, name: &str) -> Value {
    match kind {
        Kind::Integer | Kind::Reference(_) | Kind::Flag | Kind::Enumeration(_) => Value::Int(1),
        Kind::Instant => Value::Int(INSTANT),
        Kind::Guid => Value::Text(GUID.to_owned()),
        Kind::Text(_) => Value::Text(text(name).to_owned()),
        Kind::List(_) => Value::List(vec![1]),
        Kind::RoleNames => Value::List(vec![1, 2]),
    }
}

fn text(name: &str) -> &'static str {
    match name {
        "PhotoFileName" => "face.jpg",
        "DocumentFileName" => "front.jpg",
        "AdditionalDocumentFileName" => "back.jpg",
        "PropertyName" => "Name, Notes",
        "OldValue" | "NewValue" => "{\"Name\":\"Passport\"}",
        "EntityShortName" => "CoworkerIdentityCheckDocument",
        "Language" => "en-GB",
        "LastError" => "",
        _ if name.ends_with("FullName") => "Ada Example",
        _ if name.ends_with("BusinessName") => "Example House",
        _ if name.contains("Email") || ["UpdatedBy", "ActionBy"].contains(&name) => "ada@example.com",
        _ if name.ends_with("Name") => "Passport",
        _ => "…",
    }
}

/// A page with one record.
pub(super) fn page(entity: &'static Entity) -> Json {
    literal!({
        "Records": [json(entity)], "CurrentPageSize": 25, "CurrentPage": 1, "CurrentOrderField": "Id",
        "CurrentSortDirection": 0, "FirstItem": 1, "LastItem": 1, "HasNextPage": false, "HasPreviousPage": false,
        "PageNumber": 1, "PageSize": 25, "TotalItems": 1, "TotalPages": 1,
    })
}

/// A body that makes a record.
pub(super) fn body(entity: &'static Entity) -> Json {
    match entity.name {
        "CoworkerIdentityCheck" => literal!({
            "BusinessId": 1, "CoworkerId": 1, "Name": "Passport of Ada Example", "IdentityDocumentType": 1,
            "Description": "A passport that is valid for three more months.",
        }),
        "CoworkerIdentityCheckDocument" => literal!({
            "CoworkerId": 1, "CoworkerIdentityCheckId": 1, "Name": "Passport",
            "NewPhotoUrl": "https://files.example.com/face.jpg",
            "NewDocumentUrl": "https://files.example.com/front.jpg",
        }),
        "Business" => literal!({ "Name": "Example House", "EmailContact": "desk@example.com" }),
        "Coworker" => literal!({
            "FullName": "Ada Example", "Email": "ada@example.com", "CoworkerType": 1, "InvoicingBusinessId": 1,
        }),
        "User" => literal!({
            "FullName": "Grace Example", "Email": "grace@example.com", "APIAccess": true, "Businesses": [1],
            "UserRoles": [1], "NewPassword": "correct horse battery staple",
        }),
        "UserRole" => literal!({
            "BusinessId": 1, "Name": "Reviewers",
            "Roles": ["CoworkerIdentityCheck-List", "CoworkerIdentityCheck-Read"],
        }),
        _ => literal!({}),
    }
}

/// A body that changes a record, with its id or without.
pub(super) fn change(entity: &'static Entity, with_id: bool) -> Json {
    let mut body = body(entity);
    if let Some(body) = body.as_object_mut() {
        body.retain(|name, _| !name.starts_with("New"));
        if with_id {
            body.insert("Id".to_owned(), literal!(1));
        }
    }
    body
}
