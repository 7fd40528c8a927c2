//! The document, held against what it describes.

use std::collections::BTreeSet;

use proofdesk_domain::entities;
use proofdesk_domain::list::ListRequest;
use serde_json::{Map, Value as Json};

use super::rendered;
use crate::routes;

fn document() -> Json {
    serde_json::from_slice(rendered()).expect("JSON")
}

/// Every object in a document, with the place that it stands at.
fn walk<'a>(place: &str, json: &'a Json, visit: &mut dyn FnMut(&str, &'a Map<String, Json>)) {
    match json {
        Json::Object(map) => {
            visit(place, map);
            for (key, value) in map {
                walk(&format!("{place}/{key}"), value, visit);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| walk(&format!("{place}/-"), item, visit)),
        _ => {}
    }
}

/// Every operation: path, method, operation.
fn operations(document: &Json) -> Vec<(String, String, Json)> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("an item");
        item.iter().map(move |(method, operation)| (path.clone(), method.clone(), operation.clone()))
    });
    all.collect()
}

#[test]
fn the_document_stays_as_it_was_reviewed() {
    insta::assert_json_snapshot!("openapi", document());
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut wanted = BTreeSet::new();
    walk("", &document, &mut |_, map| {
        wanted.extend(map.get("$ref").and_then(Json::as_str).map(str::to_owned));
    });
    assert!(wanted.len() > 100, "only {} references", wanted.len());
    for reference in &wanted {
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn every_component_is_used() {
    let document = document();
    let text = document.to_string();
    for kind in ["schemas", "responses", "parameters"] {
        for name in document["components"][kind].as_object().expect("components").keys() {
            let reference = format!("\"#/components/{kind}/{name}\"");
            assert!(text.contains(&reference), "nothing refers to {reference}");
        }
    }
}

#[test]
fn every_operation_is_described_whole() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        let text = |key: &str| operation[key].as_str().unwrap_or_default().to_owned();
        assert!(ids.insert(text("operationId")), "{what}: its operationId is another's");
        assert!(!text("summary").is_empty() && !text("description").is_empty(), "{what} is not described");
        assert!(!text("x-role").is_empty(), "{what} names no role");
        assert!(!text("x-audit").is_empty(), "{what} does not say what it leaves in the audit trail");
        assert!(operation["security"].is_array(), "{what} does not say whom it is open to");
        assert_eq!(text("x-role") == "Public", operation["security"] == Json::Array(Vec::new()), "{what}");
        for (status, answer) in operation["responses"].as_object().expect("responses") {
            let content = match answer.get("$ref").and_then(Json::as_str) {
                Some(reference) => document.pointer(&reference[1..]).expect("an answer")["content"].clone(),
                None => answer["content"].clone(),
            };
            let has_content = content.as_object().is_some_and(|media| !media.is_empty());
            assert_eq!(has_content, status != "304", "{what} {status}: content");
        }
    }
}

#[test]
fn the_table_of_routes_is_described_line_by_line() {
    let described: BTreeSet<(String, String)> =
        operations(&document()).into_iter().map(|(path, method, _)| (path, method)).collect();
    let routes = routes::all();
    let mut there: BTreeSet<(String, String)> =
        routes.iter().map(|route| (route.path.clone(), route.method.as_str().to_lowercase())).collect();
    assert_eq!(there.len(), routes.len(), "two routes are the same");
    let system = ["/openapi.json", "/healthz", "/readyz", "/metrics"];
    there.extend(system.map(|path| (path.to_owned(), "get".to_owned())));
    assert_eq!(described, there);
}

/// A value that a parameter's schema allows and that isn't empty.
fn allowed(name: &str, schema: &Json) -> &'static str {
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    let values: Vec<&str> =
        schema["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    match (values.first(), pattern) {
        (Some(first), _) if *first == "None" => "None",
        (Some(_), _) => "CoworkerIdentityCheck-List",
        (_, pattern) if pattern == super::input::INSTANT => "2025-01-15T10:30:00Z",
        (_, pattern) if pattern == super::input::FLAG => "true",
        (_, pattern) if pattern == super::input::GUID => "6d9c0c9e-0b7f-4c5e-9a53-7b6d0c1f2e3a",
        (_, pattern) if pattern == super::input::TEXT => "text",
        (_, pattern) if pattern.contains("[0-9]{1,18}") => "7",
        _ => panic!("{name}: no value for {schema}"),
    }
}

#[test]
fn every_filter_filters_and_every_range_bounds() {
    let document = document();
    let parameters = document["components"]["parameters"].as_object().expect("parameters");
    let mut filters = 0;
    for entity in entities::PUBLIC {
        let own = |name: &str| {
            let plain = name.trim_start_matches("from_").trim_start_matches("to_");
            plain.starts_with(&format!("{}_", entity.name))
        };
        for (name, parameter) in parameters.iter().filter(|(name, _)| own(name)) {
            let value = allowed(name, &parameter["schema"]);
            let request = ListRequest::parse(entity, [(name.as_str(), value)]);
            let request = request.unwrap_or_else(|errors| panic!("{name}={value}: {errors:?}"));
            assert_eq!(request.filters.len(), 1, "{name} is not a filter");
            filters += 1;
        }
    }
    assert!(filters > 400, "only {filters} filters");
}

#[test]
fn every_order_that_is_named_is_taken() {
    let document = document();
    for entity in entities::PUBLIC {
        let named =
            &document["components"]["parameters"][format!("{}.orderBy", entity.name)]["schema"]["enum"];
        for name in named.as_array().expect("names").iter().filter_map(Json::as_str) {
            assert!(ListRequest::parse(entity, [("orderBy", name)]).is_ok(), "{} by {name}", entity.name);
        }
        for field in entity.fields {
            let taken = ListRequest::parse(entity, [("orderby", field.name)]).is_ok();
            let is_named = named.as_array().expect("names").contains(&Json::from(field.name));
            assert_eq!(taken, is_named, "{} by {}", entity.name, field.name);
        }
    }
}
