//! What the desk itself writes, no caller writes: not at create, not by PUT, not by PATCH, in JSON or in a form, however the
//! name is spelled. It is looked for where it would be, in the columns of the database.

use std::collections::BTreeSet;

use proofdesk_domain::entities;
use proofdesk_domain::entity::{Access, Changes, Entity, Field, Kind, Source};
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::places::Place;
use super::requests::{name_of, next, record};
use crate::harness::{Answer, Client, Desk};

/// What is planted, by kind: no record holds any of these of itself.
const TEXT: &str = "planted";
const NUMBER: i64 = 424_242;
const GUID: &str = "badc0ffe-0000-4000-8000-000000000000";
const INSTANT: (&str, i64) = ("1999-01-01T00:00:00Z", 915_148_800);
/// Successful, as a number of the table of states.
const STATUS: i64 = 3;

/// Names that no entity declares, and other services have been taken by.
const OTHERS: [&str; 14] = [
    "IsNew",
    "ToStringText",
    "LocalizationDetails",
    "CustomFields",
    "TenantId",
    "OwnerId",
    "Password",
    "Salt",
    "Role",
    "Scope",
    "StorageKey",
    "ObjectKey",
    "__proto__",
    "_method",
];

/// The spellings of a name: as declared, and in other cases; the last one is the column's.
const SPELLINGS: [fn(&Field) -> String; 5] = [
    |field| field.name.to_owned(),
    |field| field.name.to_lowercase(),
    |field| field.name.to_uppercase(),
    |field| format!("{}{}", field.name[..1].to_lowercase(), &field.name[1..]),
    |field| field.column().unwrap_or(field.name).to_owned(),
];

fn is_the_desks(field: &Field) -> bool {
    matches!(field.access, Access::ReadOnly | Access::Hidden)
}

/// What would be kept of a field if a caller could write it.
fn planted(field: &Field) -> Value {
    match field.kind {
        Kind::Text(_) => json!(TEXT),
        Kind::Integer | Kind::Reference(_) => json!(NUMBER),
        Kind::Flag => json!(true),
        Kind::Instant => json!(INSTANT.0),
        Kind::Guid => json!(GUID),
        Kind::Enumeration(_) => json!(STATUS),
        Kind::List(_) | Kind::RoleNames => json!([NUMBER]),
    }
}

/// All that the desk writes, in one spelling; of its internal records too, since a client may guess those names.
fn plants(entity: &Entity, spelling: fn(&Field) -> String) -> Map<String, Value> {
    let internal = entities::INTERNAL.iter().flat_map(|entity| entity.fields);
    let own = entity.fields.iter().filter(|field| is_the_desks(field));
    // What a caller may write of this entity is no plant, whatever it means elsewhere.
    let open: BTreeSet<String> = entity
        .fields
        .iter()
        .filter(|field| !is_the_desks(field))
        .map(|field| field.name.to_lowercase())
        .collect();
    let mut plants = Map::new();
    for field in own.chain(internal) {
        let name = spelling(field);
        let taken = plants.keys().any(|other: &String| other.eq_ignore_ascii_case(&name));
        if !taken && !open.contains(&name.to_lowercase()) && !name.eq_ignore_ascii_case("Id") {
            plants.insert(name, planted(field));
        }
    }
    for name in OTHERS {
        if !plants.keys().any(|other| other.eq_ignore_ascii_case(name)) {
            plants.insert(name.to_owned(), json!(TEXT));
        }
    }
    plants
}

/// The ways to write a record.
#[derive(Clone, Copy, Debug)]
enum Way {
    Create,
    Replace,
    ReplaceByPath,
    Merge,
}

fn send(
    client: &Client,
    entity: &Entity,
    way: Way,
    form: bool,
    id: i64,
    body: &Map<String, Value>,
) -> Answer {
    let method = match way {
        Way::Create => Method::POST,
        Way::Replace | Way::ReplaceByPath => Method::PUT,
        Way::Merge => Method::PATCH,
    };
    let path = match way {
        Way::ReplaceByPath => format!("{}/{id}", entity.path),
        _ => entity.path.to_owned(),
    };
    if !form {
        let json = Value::Object(body.clone()).to_string();
        return client.send(method, &path, &[("content-type", "application/json")], Some(json.as_bytes()));
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs: Vec<(&str, String)> = body
        .iter()
        .flat_map(|(name, value)| match value {
            Value::Array(items) => items.iter().map(|item| (name.as_str(), text(item))).collect(),
            other => vec![(name.as_str(), text(other))],
        })
        .collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.form_by(method, &path, &pairs)
}

/// The body of a good write, with a text of its own in `SystemId`, which callers may write.
fn body(entity: &Entity, way: Way, place: &Place, id: i64, own: &str) -> Map<String, Value> {
    let mut body = match way {
        Way::Merge => json!({ name_of(entity.name): next("Merged") }),
        _ => record(entity.name, place),
    };
    if !matches!(way, Way::Create) {
        body["Id"] = id.into();
    }
    body["SystemId"] = own.into();
    body.as_object().expect("an object").clone()
}

/// A record without what every write changes, and what this one does on purpose.
fn rest(mut record: Value) -> Value {
    let properties = record.as_object_mut().expect("a record");
    properties.retain(|name, _| {
        !["Name", "FullName", "Email", "SystemId", "UpdatedOn", "ToStringText", "Active"]
            .contains(&name.as_str())
    });
    record
}

/// Writes a record with all plants in one spelling, and looks at what a caller can see of it; gives how many were sent.
fn plant(
    desk: &Desk,
    entity: &Entity,
    place: &Place,
    way: Way,
    form: bool,
    spelling: fn(&Field) -> String,
) -> usize {
    let (client, id) = (desk.admin(), place.standing(entity.name));
    let read = |id: i64| client.get(&format!("{}/{id}", entity.path)).record();
    let said = format!("{} {way:?}, as a form: {form}, {}", entity.name, spelling(&entity.fields[1]));
    let (own, plants) = (next("written"), plants(entity, spelling));
    // A good write first: what it makes of the record is what the one with the plants must make of it.
    let plain = send(client, entity, way, form, id, &body(entity, way, place, id, &own)).id();
    let before = read(plain);
    let mut body = body(entity, way, place, id, &own);
    body.extend(plants.clone());
    if matches!(way, Way::Create) {
        body.insert(spelling(&entity.fields[0]), NUMBER.into());
    }
    let answer = send(client, entity, way, form, id, &body);
    assert_eq!(answer.status, 200, "{said}: {answer}");
    let after = read(answer.id());
    assert_eq!(after["SystemId"], own, "{said}: what may be written is");
    if matches!(way, Way::Create) {
        let new = |mut record: Value| {
            let properties = record.as_object_mut().expect("a record");
            properties.retain(|name, _| {
                !["Id", "UniqueId", "CreatedOn", "IdentityCheckGroupGuid"].contains(&name.as_str())
            });
            rest(record)
        };
        assert_eq!(new(after), new(before), "{said}");
    } else {
        assert_eq!(rest(after), rest(before), "{said}");
    }
    plants.len()
}

/// For each column that only the desk writes, how many rows hold what was planted; and for texts, all other columns too.
fn statements() -> Vec<String> {
    let mut all = Vec::new();
    for entity in entities::all() {
        for field in entity.fields {
            let Source::Column(column) = field.source else { continue };
            let condition = match field.kind {
                Kind::Text(_) => format!("{column} LIKE '%{TEXT}%'"),
                Kind::Integer | Kind::Reference(_) => format!("{column} = {NUMBER}"),
                Kind::Guid => format!("{column} = '{GUID}'"),
                Kind::Instant => format!("{column} = {}", INSTANT.1),
                Kind::Enumeration(_) if field.name == "VerificationStatus" => format!("{column} = {STATUS}"),
                Kind::Flag if is_the_desks(field) => format!("{column} = 1"),
                _ => continue,
            };
            all.push(format!("SELECT count(*) FROM {} WHERE {condition}", entity.table));
        }
    }
    all
}

fn writable() -> impl Iterator<Item = &'static Entity> {
    entities::PUBLIC.into_iter().filter(|entity| entity.changes == Changes::All)
}

on_both_stores! {
    fn what_the_desk_writes_no_caller_writes(desk) {
        let place = Place::new(desk, "Harbour");
        let mut sent = 0;
        for entity in writable() {
            for way in [Way::Create, Way::Replace, Way::ReplaceByPath, Way::Merge] {
                for form in [false, true] {
                    for spelling in SPELLINGS {
                        sent += plant(desk, entity, &place, way, form, spelling);
                    }
                }
            }
        }
        assert!(sent > 8000, "{sent} fields were sent");
        let statements = statements();
        let found = desk.numbers(&statements);
        let wrong: Vec<_> = statements.iter().zip(found).filter(|(_, count)| *count > 0).collect();
        assert!(statements.len() > 100 && wrong.is_empty(), "{wrong:?}");
        // The other way round: what callers may write is found in the same way.
        let written = desk.numbers(&["SELECT count(*) FROM checks WHERE system_id LIKE 'written%'".to_owned()]);
        assert!(written[0] > 0);
    }

    fn a_property_that_stands_twice_is_refused(desk) {
        let place = Place::new(desk, "Harbour");
        let before = desk.audit_count();
        let mut refused = 0;
        for entity in writable() {
            let id = place.standing(entity.name);
            let kept = desk.admin().get(&format!("{}/{id}", entity.path)).record();
            for way in [Way::Create, Way::Replace, Way::ReplaceByPath, Way::Merge] {
                for name in ["Id", "UniqueId", "SystemId", name_of(entity.name), "UpdatedBy", "VerificationStatus", "Unknown"] {
                    let mut twice = body(entity, way, &place, id, "twice");
                    twice.remove(name);
                    twice.insert(name.to_uppercase(), json!(1));
                    twice.insert(name.to_lowercase(), json!(2));
                    for form in [false, true] {
                        let answer = send(desk.admin(), entity, way, form, id, &twice);
                        assert_eq!(answer.status, 400, "{name} twice, {way:?}, as a form: {form}: {answer}");
                        refused += 1;
                    }
                }
            }
            assert_eq!(desk.admin().get(&format!("{}/{id}", entity.path)).record(), kept);
        }
        assert_eq!((desk.audit_count(), refused), (before, 336));
    }
}
