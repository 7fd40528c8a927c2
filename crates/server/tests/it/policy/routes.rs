//! The table of routes and the document agree, both ways and over the wire.

use std::collections::{BTreeMap, BTreeSet};

use proofdesk_api::routes;
use ureq::http::Method;

use super::document;
use crate::harness::{Desk, Store};

/// What isn't in the table of routes, and is answered all the same.
const SYSTEM: [&str; 4] = ["/healthz", "/metrics", "/openapi.json", "/readyz"];

#[test]
fn the_document_and_the_router_agree() {
    let desk = Desk::start(Store::Sqlite);
    let operations = document::of(&desk);
    let described: BTreeSet<(String, String)> =
        operations.iter().map(|operation| (operation.path.clone(), operation.method.to_string())).collect();
    let table = routes::all().into_iter().map(|route| (route.path, route.method.to_string()));
    let system = SYSTEM.map(|path| (path.to_owned(), "GET".to_owned()));
    assert_eq!(described, table.chain(system).collect());
    let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for operation in &operations {
        let of_path = methods.entry(&operation.path).or_default();
        of_path.insert(operation.method.as_str());
        if operation.method == Method::GET {
            of_path.insert("HEAD");
        }
    }
    for (path, methods) in methods {
        let real = path.replace("{id}", "999999999");
        let answer = desk.admin().send(Method::TRACE, &real, &[], None);
        assert_eq!(answer.status, 405, "{path}");
        if !SYSTEM.contains(&path) {
            answer.message(405);
        }
        let allowed: BTreeSet<&str> = answer.header("allow").split(',').map(str::trim).collect();
        assert_eq!(allowed, methods, "{path}");
    }
}

#[test]
fn a_method_that_is_not_described_is_not_allowed() {
    let desk = Desk::start(Store::Sqlite);
    let operations = document::of(&desk);
    let described: BTreeSet<(&str, &str)> =
        operations.iter().map(|operation| (operation.path.as_str(), operation.method.as_str())).collect();
    let paths: BTreeSet<&str> = operations.iter().map(|operation| operation.path.as_str()).collect();
    let mut refused = 0;
    for path in paths {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS]
        {
            let answer = desk.anonymous().send(method.clone(), &path.replace("{id}", "1"), &[], None);
            let known = described.contains(&(path, method.as_str()));
            assert_eq!(answer.status == 405, !known, "{method} {path}: {answer}");
            refused += usize::from(!known);
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn the_page_that_tries_the_api_loads_nothing_from_elsewhere() {
    let desk = Desk::start(Store::Sqlite);
    let nobody = desk.anonymous();
    let page = nobody.get("/docs");
    assert_eq!(page.status, 200);
    let linked = |text: &str| -> Vec<String> {
        let parts = text.split(['"']).filter(|part| part.starts_with('/') || part.contains("//"));
        parts.map(str::to_owned).collect()
    };
    let links = linked(&page.text());
    assert!(links.len() >= 3, "{links:?}");
    for path in links {
        let file = nobody.get(&path);
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
    }
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("connect-src 'self'"), "{policy}");
    assert!(!page.text().contains("<script>"), "a script in the page would not run");
}
