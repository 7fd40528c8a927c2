//! The page about roles, `docs/roles.md`, made from the document: what opens which operation.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proofdesk_domain::roles::{Operation, Role};
use serde_json::Value as Json;

use super::rendered;

/// What is said before the tables.
const WORDS: &str = include_str!("roles.md");

/// Methods in the order in which they are listed.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One operation, as the document has it.
struct Line {
    /// What is done: the last part of the operation's id.
    verb: String,
    request: String,
    role: String,
    batch: Option<String>,
    /// What is needed besides.
    besides: Vec<String>,
    audit: String,
    tag: String,
}

/// The page, as Markdown. It is the same in every process.
pub fn roles_page() -> String {
    let document: Json = serde_json::from_slice(rendered()).unwrap_or_default();
    let lines = lines(&document);
    let mut page = WORDS.to_owned();
    page.push_str("\n## What each role opens\n\n");
    write_roles(&mut page, &lines);
    page.push_str("\n## Every operation\n\n`x-role` and `x-audit` in `/openapi.json` say the same to machines. The audit entry is \
                   the kind that is left for each record\nthat is changed or opened.\n");
    for tag in document["tags"].as_array().into_iter().flatten() {
        write_operations(&mut page, tag, &lines);
    }
    page
}

fn lines(document: &Json) -> Vec<Line> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let each = |(path, item): (&String, &Json)| {
        let of = |method: &&str| Line::of(path, method, item.get(method)?);
        METHODS.iter().filter_map(of).collect::<Vec<_>>()
    };
    paths.flat_map(each).collect()
}

impl Line {
    fn of(path: &str, method: &str, operation: &Json) -> Option<Self> {
        let text = |key: &str| operation[key].as_str().map(str::to_owned);
        let id = text("operationId")?;
        let (_, verb) = id.split_once('_')?;
        Some(Self {
            verb: verb.to_owned(),
            request: format!("{} {path}", method.to_uppercase()),
            role: text("x-role")?,
            batch: text("x-role-batch"),
            besides: names(&operation["x-role-besides"]),
            audit: text("x-audit")?,
            tag: operation["tags"][0].as_str()?.to_owned(),
        })
    }
}

fn names(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// Entity × operation: the verbs that each role opens.
fn write_roles(page: &mut String, lines: &[Line]) {
    let mut opened: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in lines {
        for role in [Some(&line.role), line.batch.as_ref()].into_iter().flatten() {
            let of_batch = line.batch.as_ref() == Some(role);
            let verb = match (line.verb.as_str(), of_batch) {
                ("search" | "batch", true) => "batch",
                ("search" | "batch", false) => "search",
                (verb, _) => verb,
            };
            let verbs = opened.entry(role).or_default();
            if !verbs.contains(&verb) {
                verbs.push(verb);
            }
        }
    }
    page.push_str("| | `-List` | `-Read` | `-Create` | `-Edit` | `-Delete` |\n|---|---|---|---|---|---|\n");
    let roles: Vec<Role> = Role::all().collect();
    for of_entity in roles.chunks(Operation::ALL.len()) {
        let name = of_entity.first().map_or("", |role| role.entity.name);
        let cells = of_entity.iter().map(|role| {
            opened.get(role.name().as_str()).map_or_else(|| "nothing".to_owned(), |verbs| verbs.join(", "))
        });
        let cells: Vec<String> = cells.collect();
        let _ = writeln!(page, "| `{name}` | {} |", cells.join(" | "));
    }
}

/// The operations under one heading.
fn write_operations(page: &mut String, tag: &Json, lines: &[Line]) {
    let (name, said) = (tag["name"].as_str().unwrap_or(""), tag["description"].as_str().unwrap_or(""));
    let mut own = lines.iter().filter(|line| line.tag == name).peekable();
    if own.peek().is_none() {
        return;
    }
    let _ = write!(
        page,
        "\n### {name}\n\n{said}\n\n| operation | request | role | audit entry |\n|---|---|---|---|\n"
    );
    for line in own {
        let all = [&line.role].into_iter().chain(&line.besides);
        let all: Vec<String> = all.map(|role| format!("`{role}`")).collect();
        let batch = line.batch.as_ref().map(|batch| format!("; with `id=[…]` `{batch}`"));
        let role = format!("{}{}", all.join(" and "), batch.unwrap_or_default());
        let Line { verb, request, audit, .. } = line;
        let _ = writeln!(page, "| {verb} | `{request}` | {role} | {audit} |");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes;

    #[test]
    fn the_page_in_docs_is_what_the_table_gives() {
        let kept = include_str!("../../../../docs/roles.md");
        assert!(
            kept == roles_page(),
            "docs/roles.md isn't what the table of operations says: run `cargo xtask roles`"
        );
    }

    #[test]
    fn every_route_and_every_role_is_on_it() {
        let page = roles_page();
        for route in routes::all() {
            let request = format!("| `{} {}` |", route.method, route.path);
            assert!(page.contains(&request), "{request}");
        }
        let table = page.split("## Every operation").next().unwrap();
        assert_eq!(table.matches("\n| `").count() - WORDS.matches("\n| `").count(), Role::all().count() / 5);
        // Nothing writes the audit trail, and the other six have all five.
        assert_eq!(table.matches("nothing").count(), 3 + WORDS.matches("nothing").count(), "{table}");
    }
}
