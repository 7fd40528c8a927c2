//! What is taken: the schema of each kind of value in a body, as `coerce` reads it.
//!
//! Numbers and flags are taken as JSON or as text, null and an empty text are nothing (contract section 4). A pattern
//! says which texts; a number's bounds say nothing about a text, and a pattern nothing about a number, so both stand in
//! one schema.

use proofdesk_domain::coerce::MAX_LIST;
use proofdesk_domain::entities;
use proofdesk_domain::entity::{Access, Changes, Entity, Field, Kind};
use proofdesk_domain::enumeration::{ENUMERATIONS, Enumeration};
use proofdesk_domain::roles::Role;
use serde_json::{Value as Json, json};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, SchemaType, Type};

use super::shapes::{Shape, array, described, nothing, of, one_of, schema, string};

/// A number as text, or nothing. Nineteen digits may be too many for 64 bits, so eighteen are promised.
pub(super) const INTEGER: &str = "^([+-]?[0-9]{1,18})?$";
/// The id of a record as text, or nothing.
const ID: &str = "^([0-9]{1,18})?$";
/// The id of a record as text.
const REQUIRED_ID: &str = "^[1-9][0-9]{0,17}$";
/// True or false as text, or nothing.
pub(super) const FLAG: &str = "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[01])?$";
/// A GUID, or nothing.
pub(super) const GUID: &str =
    "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})?$";
/// A text without U+0000, which no store keeps.
pub(super) const TEXT: &str = "^[^\\u0000]*$";
/// The same, with something besides white space (as Unicode defines it).
pub(super) const REQUIRED_TEXT: &str = "^[^\\u0000]*[^\\u0000\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000][^\\u0000]*$";
/// A name and a host, without white space and control characters.
const EMAIL: &str = "^[^\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+@[^@\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+$";
/// The shortest and the longest password.
const PASSWORD: &str = "^([^\\u0000]{8,128})?$";
/// A time of day, with the offset or without, or nothing.
macro_rules! time {
    () => {
        "([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?)?"
    };
}

/// A date and time from the year 1000 to 2999, UTC or with an offset, or nothing. 31 February is no date, so the pattern
/// counts the days of each month; leap years are those that four divides, without the centuries but for 2000.
pub(super) const INSTANT: &str = concat!(
    "^([12][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)",
    "|02-(0[1-9]|1[0-9]|2[0-8]))",
    time!(),
    "|([12][0-9](0[48]|[2468][048]|[13579][26])|2000)-02-29",
    time!(),
    ")?$"
);

/// The schemas of inputs that many properties share.
pub(super) fn components() -> Vec<(String, Shape)> {
    let mut all: Vec<(String, Shape)> = vec![
        ("IntegerInput".to_owned(), integer()),
        ("ReferenceInput".to_owned(), reference()),
        ("RequiredReferenceInput".to_owned(), required_reference()),
        ("IdInput".to_owned(), id()),
        ("FlagInput".to_owned(), flag()),
        ("InstantInput".to_owned(), instant()),
        ("GuidInput".to_owned(), guid()),
        ("IdListInput".to_owned(), ids()),
        ("RoleNamesInput".to_owned(), role_names()),
    ];
    let written = ENUMERATIONS.into_iter().filter(|table| is_written(table));
    all.extend(written.map(|table| (input_name(table), enumerated(table))));
    all
}

/// Whether a body can set a value of an enumeration.
fn is_written(table: &Enumeration) -> bool {
    let mut fields = entities::PUBLIC
        .into_iter()
        .flat_map(|entity| writable(entity, true).filter(|_| entity.changes == Changes::All));
    fields.any(|field| matches!(field.kind, Kind::Enumeration(own) if own == table))
}

/// The name of the input schema of an enumeration.
fn input_name(table: &Enumeration) -> String {
    format!("{}Input", table.name)
}

/// The schema of one property of a body.
pub(super) fn property(field: &'static Field) -> Shape {
    let said = words(field);
    match field.kind {
        Kind::Text(max) => text(field, max, &said),
        Kind::Reference(_) if field.required => described("RequiredReferenceInput", &said, false),
        Kind::Reference(_) => described("ReferenceInput", &said, false),
        Kind::Integer => described("IntegerInput", &said, false),
        Kind::Flag => described("FlagInput", &said, false),
        Kind::Instant => described("InstantInput", &said, false),
        Kind::Guid => described("GuidInput", &said, false),
        Kind::Enumeration(table) => described(&input_name(table), &said, false),
        Kind::List(_) => described("IdListInput", &said, false),
        Kind::RoleNames => described("RoleNamesInput", &said, false),
    }
}

/// What is said of a property besides its schema.
fn words(field: &Field) -> String {
    let what = match field.kind {
        Kind::Reference(to) => format!("The id of a {}.", to.name),
        Kind::List(of) => format!("Ids of {} records; replaces the whole list.", of.name),
        Kind::RoleNames => "Names of roles; replaces the whole list.".to_owned(),
        _ => String::new(),
    };
    let when = match field.access {
        Access::CreateOnly => " At create only.",
        _ => "",
    };
    format!("{what}{when}").trim().to_owned()
}

/// A text is also taken as a number or a flag, written out.
fn text(field: &Field, max: usize, said: &str) -> Shape {
    let builder = match (field.name, field.required) {
        ("Email", true) => string().pattern(Some(EMAIL)).max_length(Some(max)),
        ("NewPassword", _) => of([Type::String, Type::Null])
            .pattern(Some(PASSWORD))
            .write_only(true)
            .description(Some("Sets the password: 8 to 128 characters, no common one, nor the address, the name or a part of them.")),
        (name, _) if name.starts_with("New") && name.ends_with("Url") => of([Type::String, Type::Null])
            .pattern(Some("^(https?://[^\\u0000]+)?$"))
            .max_length(Some(max))
            .write_only(true)
            .description(Some("A URL that the desk downloads before it answers. Reads back null.")),
        (_, true) => {
            of([Type::String, Type::Number, Type::Boolean]).pattern(Some(REQUIRED_TEXT)).max_length(Some(max))
        }
        (_, false) => of([Type::String, Type::Number, Type::Boolean, Type::Null])
            .pattern(Some(TEXT))
            .max_length(Some(max)),
    };
    if said.is_empty() { builder.into() } else { builder.description(Some(said)).into() }
}

fn number<const N: usize>(types: [Type; N], pattern: &str, description: &str) -> ObjectBuilder {
    let format = utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Int64);
    of(types).format(Some(format)).pattern(Some(pattern)).description(Some(description))
}

fn integer() -> Shape {
    let types = [Type::Integer, Type::String, Type::Null];
    let builder =
        number(types, INTEGER, "A whole number, or one as text. Null and an empty text are nothing.");
    builder.minimum(Some(i64::MIN as isize)).maximum(Some(i64::MAX as isize)).into()
}

fn reference() -> Shape {
    let types = [Type::Integer, Type::String, Type::Null];
    let said = "The id of a record, or one as text. Null, 0 and an empty text are nothing.";
    number(types, ID, said).minimum(Some(0)).maximum(Some(i64::MAX as isize)).into()
}

fn required_reference() -> Shape {
    let builder = number([Type::Integer, Type::String], REQUIRED_ID, "The id of a record, or one as text.");
    builder.minimum(Some(1)).maximum(Some(i64::MAX as isize)).into()
}

fn id() -> Shape {
    let said = "An id, or one as text; a command says which of them it doesn't find.";
    let builder = number([Type::Integer, Type::String], "^[+-]?[0-9]{1,18}$", said);
    builder.minimum(Some(i64::MIN as isize)).maximum(Some(i64::MAX as isize)).into()
}

fn flag() -> Shape {
    let types = [Type::Boolean, Type::Integer, Type::String, Type::Null];
    let said = "True or false, also as text and as 1 or 0. Null and an empty text are false.";
    of(types).minimum(Some(0)).maximum(Some(1)).pattern(Some(FLAG)).description(Some(said)).into()
}

fn instant() -> Shape {
    let said = "A date and time such as 2025-01-15T10:30:00Z; without an offset it is UTC, without a time midnight. \
                Kept in whole seconds. Null and an empty text are nothing.";
    let types = [Type::String, Type::Null];
    of(types).pattern(Some(INSTANT)).description(Some(said)).examples([json!("2030-01-15T00:00:00Z")]).into()
}

fn guid() -> Shape {
    let said = "A GUID. Null and an empty text are nothing.";
    let example = json!("6d9c0c9e-0b7f-4c5e-9a53-7b6d0c1f2e3a");
    of([Type::String, Type::Null]).pattern(Some(GUID)).description(Some(said)).examples([example]).into()
}

fn ids() -> Shape {
    let item = number([Type::Integer, Type::String], REQUIRED_ID, "The id of a record, or one as text.");
    let list = array(item.minimum(Some(1)).maximum(Some(i64::MAX as isize))).max_items(Some(MAX_LIST));
    AnyOfBuilder::new()
        .item(list)
        .item(schema("RequiredReferenceInput"))
        .item(nothing("An empty list."))
        .description(Some("Ids; a single one may stand for a list of one."))
        .into()
}

fn role_names() -> Shape {
    AnyOfBuilder::new()
        .item(array(schema("RoleName")).max_items(Some(MAX_LIST)))
        .item(schema("RoleName"))
        .item(nothing("An empty list."))
        .description(Some("Names of roles; a single one may stand for a list of one. Any case is taken."))
        .into()
}

/// The names of all roles.
pub(super) fn role_name() -> Shape {
    let names: Vec<String> = Role::all().map(Role::name).collect();
    one_of(string(), names.iter().map(String::as_str)).description(Some("The name of a role.")).into()
}

fn enumerated(table: &Enumeration) -> Shape {
    let numbers = table.values.iter().map(|(number, ..)| json!(number));
    let texts = texts_of(table).into_iter().map(Json::from);
    let said =
        format!("A value of {}: its number or its name, any case. Null and an empty text are 0.", table.name);
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::Integer, Type::String, Type::Null]))
        .enum_values(Some(numbers.chain(texts).chain([Json::Null])))
        .description(Some(said))
        .into()
}

/// The texts that stand for an enumeration's values, and the empty one.
pub(super) fn texts_of(table: &Enumeration) -> Vec<String> {
    let names = table.values.iter().map(|(_, name, _)| (*name).to_owned());
    let numbers = table.values.iter().map(|(number, ..)| number.to_string());
    names.chain(numbers).chain([String::new()]).collect()
}

/// Whether a body of this entity has lists that `AddedX` and `RemovedX` change.
pub(super) fn is_list(field: &Field) -> bool {
    matches!(field.kind, Kind::List(_) | Kind::RoleNames)
}

/// The fields that a body may set.
pub(super) fn writable(entity: &'static Entity, creating: bool) -> impl Iterator<Item = &'static Field> {
    entity.fields.iter().filter(move |field| field.is_writable(creating))
}
