//! What a form can carry of a body: the same properties as text, but no null.

use serde_json::{Map, Value as Json};

/// The name of the schema of a form that is bound like a JSON body.
pub(super) fn name(body: &str) -> String {
    format!("{body}Form")
}

/// Adds the schemas that forms refer to and that there are none of yet: those of the bodies, without null.
pub(super) fn complete(document: &mut Json) {
    while let Some(missing) = missing(document) {
        let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
        let mut schema =
            missing.strip_suffix("Form").and_then(|body| schemas.get(body)).cloned().unwrap_or_default();
        without_null(&mut schema);
        schemas.insert(missing, schema);
    }
}

/// A schema of a form that something refers to, and that isn't there.
fn missing(document: &Json) -> Option<String> {
    let schemas = document["components"]["schemas"].as_object()?;
    let mut found = None;
    references(document, &mut |name| {
        if name.ends_with("Form") && !schemas.contains_key(name) {
            found.get_or_insert(name.to_owned());
        }
    });
    found
}

fn references(json: &Json, visit: &mut dyn FnMut(&str)) {
    match json {
        Json::Object(map) => {
            if let Some(name) =
                map.get("$ref").and_then(Json::as_str).and_then(|name| name.strip_prefix(SCHEMAS))
            {
                visit(name);
            }
            map.values().for_each(|value| references(value, visit));
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, visit)),
        _ => {}
    }
}

const SCHEMAS: &str = "#/components/schemas/";

fn without_null(schema: &mut Json) {
    match schema {
        Json::Object(map) => {
            drop_null(map);
            map.values_mut().for_each(without_null);
        }
        Json::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// Takes null out of the types, the values and the alternatives of one schema, and refers to schemas without it.
fn drop_null(map: &mut Map<String, Json>) {
    let is_null = |json: &Json| *json == "null" || json.is_null() || json["type"] == "null";
    for key in ["type", "enum", "anyOf"] {
        if let Some(Json::Array(items)) = map.get_mut(key) {
            items.retain(|item| !is_null(item));
        }
    }
    if let Some(Json::String(reference)) = map.get_mut("$ref") {
        let shared = reference.ends_with("Input") && !reference.ends_with("/IdInput");
        if shared && !reference.ends_with("RequiredReferenceInput") {
            reference.push_str("Form");
        }
    }
}
