//! What is sent: the schema of a record, as `json` writes it.

use proofdesk_domain::entities;
use proofdesk_domain::entity::{
    Access, CREATED_ON, Entity, Field, FieldIndex, ID, Kind, Source, UNIQUE_ID, UPDATED_ON,
};
use proofdesk_domain::enumeration::{ENUMERATIONS, Enumeration};
use proofdesk_domain::json;
use serde_json::{Value as Json, json as literal};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::shapes::{
    Shape, array, date_time, described, integer, named, null, nullable_string, object, of, schema, string,
    uuid,
};

/// The schemas of records, pages and enumerations.
pub(super) fn components() -> Vec<(String, Shape)> {
    let tables = ENUMERATIONS.into_iter().map(|table| (table.name.to_owned(), enumeration(table)));
    let records = entities::PUBLIC.into_iter().map(|entity| (entity.name.to_owned(), record(entity).into()));
    let pages = entities::PUBLIC.into_iter().map(|entity| (page_name(entity), page(entity)));
    tables.chain(records).chain(pages).collect()
}

/// The name of the schema of a page of records.
pub(super) fn page_name(entity: &Entity) -> String {
    format!("{}Page", entity.name)
}

/// A record: every property is always there.
pub(super) fn record(entity: &'static Entity) -> ObjectBuilder {
    let fields = entity.fields.iter().enumerate().filter(|(_, field)| field.access != Access::Hidden);
    let own = fields.map(|(place, field)| (field.name, property(entity, FieldIndex(place))));
    let common = [
        ("IsNew", of([Type::Boolean]).enum_values(Some([Json::Bool(false)])).read_only(true).into()),
        (
            "ToStringText",
            string().description(Some("What stands for the record where a person reads.")).into(),
        ),
        ("LocalizationDetails", null("Always null.")),
        ("CustomFields", null("Always null.")),
    ];
    own.chain(common).fold(object(), |record, (name, shape)| record.property(name, shape).required(name))
}

fn property(entity: &'static Entity, index: FieldIndex) -> Shape {
    let field = entity.field(index);
    let builder = match field.source {
        _ if field.secret => return null("Write only: it reads back null."),
        Source::Instruction => return null("An instruction in a body: it reads back null."),
        Source::Path(path) => derived(entity, index).description(Some(way(path))),
        Source::Column(_) | Source::Links(_) => match (field.kind, field.access) {
            (Kind::Enumeration(table), access) => {
                return described(table.name, "", access == Access::ReadOnly);
            }
            (Kind::List(of), _) => {
                let said = format!("Ids of {} records, ascending.", of.name);
                return array(integer()).description(Some(said)).into();
            }
            (Kind::RoleNames, _) => return array(schema("RoleName")).into(),
            _ => own(index, field),
        },
    };
    if field.access == Access::ReadOnly { builder.read_only(true).into() } else { builder.into() }
}

fn way(path: &[&str]) -> String {
    format!("Derived at every read, from {}.", path.join(" → "))
}

/// A plain value that the record itself holds.
fn own(index: FieldIndex, field: &'static Field) -> ObjectBuilder {
    let always = field.required || [ID, UNIQUE_ID, CREATED_ON, UPDATED_ON].contains(&index);
    let number = || if always { integer() } else { nullable_integer() };
    let text = || if always { string() } else { nullable_string() };
    match field.kind {
        Kind::Reference(to) => number().description(Some(id_of(to))),
        Kind::Flag => of([Type::Boolean]),
        Kind::Instant => date_time(text()),
        Kind::Guid => uuid(text()),
        Kind::Text(max) => text().max_length(Some(max)),
        Kind::Integer | Kind::Enumeration(_) | Kind::List(_) | Kind::RoleNames => number(),
    }
}

fn id_of(entity: &Entity) -> String {
    format!("The id of a {}.", entity.name)
}

fn nullable_integer() -> ObjectBuilder {
    integer().schema_type(utoipa::openapi::schema::SchemaType::Array(vec![Type::Integer, Type::Null]))
}

/// A value of a record that this one refers to: a text or null, enumerations as their names.
fn derived(entity: &'static Entity, index: FieldIndex) -> ObjectBuilder {
    match json::end(entity, index).kind {
        Kind::Enumeration(table) => {
            let names = table.values.iter().map(|(_, name, _)| literal!(name));
            nullable_string().enum_values(Some(names.chain([Json::Null])))
        }
        Kind::Instant => date_time(nullable_string()),
        _ => nullable_string(),
    }
}

fn enumeration(table: &'static Enumeration) -> Shape {
    let said: Vec<String> = table.values.iter().map(|(number, name, _)| format!("{number} {name}")).collect();
    let builder = of([Type::Integer]).enum_values(Some(table.values.iter().map(|(number, ..)| *number)));
    let builder = builder.description(Some(said.join(", ")));
    named(builder, table.values.iter().map(|(_, name, _)| *name).collect()).into()
}

/// A page of records (contract section 3).
fn page(entity: &'static Entity) -> Shape {
    const COUNTS: [(&str, &str); 8] = [
        ("CurrentPageSize", "The size of a page that was served."),
        ("CurrentPage", "The page that was asked for."),
        ("FirstItem", "The place of the first record in the whole, from 1; 0 on an empty page."),
        ("LastItem", "The place of the last record in the whole; 0 on an empty page."),
        ("PageNumber", "The same as `CurrentPage`."),
        ("PageSize", "The same as `CurrentPageSize`."),
        ("TotalItems", "How many records match."),
        ("TotalPages", "How many pages there are."),
    ];
    let page = object()
        .property("Records", array(schema(entity.name)))
        .required("Records")
        .property("CurrentOrderField", string().description(Some("The property that orders the list.")))
        .required("CurrentOrderField")
        .property("CurrentSortDirection", of([Type::Integer]).enum_values(Some([0, 1])))
        .required("CurrentSortDirection");
    let page = COUNTS.into_iter().fold(page, |page, (name, said)| {
        page.property(name, integer().minimum(Some(0)).description(Some(said))).required(name)
    });
    let page = ["HasNextPage", "HasPreviousPage"]
        .into_iter()
        .fold(page, |page, name| page.property(name, of([Type::Boolean])).required(name));
    page.into()
}
