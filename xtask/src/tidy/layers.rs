//! Which crate may know which (ARCHITECTURE.md). Cargo allows any acyclic order; only one of them is the design.

use serde_json::Value;

use super::{File, Finding, line_of};

/// Each crate of ours, and those of ours that it may depend on. Tests may depend on any.
const KNOWS: [(&str, &[&str]); 17] = [
    ("proofdesk-domain", &[]),
    ("proofdesk-store", &["proofdesk-domain"]),
    ("proofdesk-store-sql", &["proofdesk-domain", "proofdesk-store"]),
    ("proofdesk-vault", &["proofdesk-domain"]),
    ("proofdesk-store-sqlite", BACKEND),
    ("proofdesk-store-postgres", BACKEND),
    ("proofdesk-egress", &[]),
    ("proofdesk-intake", &[]),
    ("proofdesk-decoder", &["proofdesk-intake"]),
    (
        "proofdesk-desk",
        &[
            "proofdesk-domain",
            "proofdesk-store",
            "proofdesk-vault",
            "proofdesk-egress",
            "proofdesk-intake",
            "proofdesk-decoder",
        ],
    ),
    ("proofdesk-api", FACE),
    ("proofdesk-console", FACE),
    (
        "proofdesk",
        &[
            "proofdesk-domain",
            "proofdesk-store",
            "proofdesk-store-sqlite",
            "proofdesk-store-postgres",
            "proofdesk-vault",
            "proofdesk-egress",
            "proofdesk-intake",
            "proofdesk-decoder",
            "proofdesk-desk",
            "proofdesk-api",
            "proofdesk-framing",
            "proofdesk-console",
        ],
    ),
    ("proofdesk-framing", &[]),
    ("proofdesk-testkit", &["proofdesk-domain"]),
    (
        "proofdesk-fuzz",
        &[
            "proofdesk-domain",
            "proofdesk-vault",
            "proofdesk-egress",
            "proofdesk-intake",
            "proofdesk-api",
            "proofdesk-framing",
        ],
    ),
    ("xtask", &[]),
];

/// A store is also where the vault's keys are kept.
const BACKEND: &[&str] = &["proofdesk-domain", "proofdesk-store", "proofdesk-store-sql", "proofdesk-vault"];

/// What faces the outside calls the desk, and speaks of what is kept only in the store's terms.
const FACE: &[&str] = &["proofdesk-domain", "proofdesk-store", "proofdesk-desk"];

/// Crates of others that only some of ours may use, and why. Tests may use any.
const KEPT: [(&str, &[&str], &str); 21] = [
    ("rusqlite", &["proofdesk-store-sqlite"], SQL),
    ("refinery", &["proofdesk-store-sqlite", "proofdesk-store-postgres"], SQL),
    ("tokio-postgres", &["proofdesk-store-postgres", "proofdesk-testkit"], SQL),
    ("deadpool-postgres", &["proofdesk-store-postgres"], SQL),
    ("tokio-postgres-rustls", &["proofdesk-store-postgres"], SQL),
    ("axum", &["proofdesk-api", "proofdesk-console", "proofdesk"], HTTP),
    ("tower-http", &["proofdesk-api", "proofdesk-console", "proofdesk"], HTTP),
    ("multer", &["proofdesk-api", "proofdesk-console"], HTTP),
    ("hyper", &["proofdesk-egress", "proofdesk"], HTTP),
    ("hyper-util", &["proofdesk-egress", "proofdesk"], HTTP),
    ("tokio-rustls", &["proofdesk-egress", "proofdesk"], OUTSIDE),
    ("reqwest", &["proofdesk-egress"], OUTSIDE),
    ("ureq", &[], OUTSIDE),
    ("object_store", &["proofdesk-vault", "proofdesk"], "only the vault keeps files"),
    ("anyhow", &["proofdesk", "xtask"], "a library's errors are types"),
    ("jpeg-decoder", &["proofdesk-decoder"], DECODE),
    ("png", &["proofdesk-decoder"], DECODE),
    ("image-webp", &["proofdesk-decoder"], DECODE),
    ("heifer", &["proofdesk-decoder"], DECODE),
    ("hayro", &["proofdesk-decoder"], DECODE),
    ("nix", &["proofdesk-decoder"], "rustix does the rest"),
];

const SQL: &str = "only the stores speak SQL";
const HTTP: &str = "only the wire speaks HTTP";
const DECODE: &str = "files are decoded in the child that can reach nothing";
const OUTSIDE: &str = "only the egress gateway connects to the outside";

/// Checks the dependencies in `cargo metadata`.
pub(super) fn check(metadata: &Value, files: &[File]) -> Vec<Finding> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages.flat_map(|package| check_package(package, metadata, files)).collect()
}

fn check_package(package: &Value, metadata: &Value, files: &[File]) -> Vec<Finding> {
    let name = text(&package["name"]);
    let path = manifest(package, metadata);
    let Some((_, known)) = KNOWS.iter().find(|(listed, _)| *listed == name) else {
        let message = format!("say in xtask/src/tidy/layers.rs which of our crates {name} may depend on");
        return vec![Finding::new(path, 0, message)];
    };
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let names =
        dependencies.filter(|it| it["kind"] != "dev").map(|it| (text(&it["name"]), it["path"].is_string()));
    let wrong = names.filter_map(|(dependency, is_ours)| {
        let why = if is_ours { stranger(name, known, dependency) } else { kept(name, dependency) }?;
        let manifest = files.iter().find(|file| file.path == path);
        let line = manifest.map_or(0, |file| line_of(&file.text, dependency));
        Some(Finding::new(path, line, why))
    });
    wrong.collect()
}

fn stranger(name: &str, known: &[&str], dependency: &str) -> Option<String> {
    (!known.contains(&dependency)).then(|| format!("{name} must not know {dependency}: see ARCHITECTURE.md"))
}

fn kept(name: &str, dependency: &str) -> Option<String> {
    let (_, users, why) = KEPT.iter().find(|(listed, ..)| *listed == dependency)?;
    (!users.contains(&name)).then(|| format!("{name} must not use {dependency}: {why}"))
}

fn manifest<'a>(package: &'a Value, metadata: &Value) -> &'a str {
    let (path, root) = (text(&package["manifest_path"]), text(&metadata["workspace_root"]));
    path.strip_prefix(root).unwrap_or(path).trim_start_matches('/')
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(name: &str, dependency: &str, kind: Option<&str>) -> Vec<String> {
        let path = dependency.starts_with("proofdesk").then_some("/x/crates/other");
        let metadata = json!({ "workspace_root": "/x", "packages": [{
            "name": name,
            "manifest_path": "/x/crates/it/Cargo.toml",
            "dependencies": [{ "name": dependency, "kind": kind, "path": path }],
        }] });
        let text = format!("[dependencies]\n{dependency}.workspace = true\n");
        let files = [File { path: "crates/it/Cargo.toml".to_owned(), text }];
        check(&metadata, &files).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn the_design_is_allowed() {
        for (name, dependency) in [
            ("proofdesk-store", "proofdesk-domain"),
            ("proofdesk-api", "proofdesk-desk"),
            ("proofdesk", "proofdesk-store-postgres"),
            ("proofdesk-store-sqlite", "rusqlite"),
            ("proofdesk-domain", "jiff"),
        ] {
            assert_eq!(found(name, dependency, None), [] as [&str; 0], "{name} {dependency}");
        }
    }

    #[test]
    fn what_points_up_or_sideways_is_found() {
        for (name, dependency) in [
            ("proofdesk-domain", "proofdesk-store"),
            ("proofdesk-desk", "proofdesk-api"),
            ("proofdesk-desk", "proofdesk-store-sqlite"),
            ("proofdesk-api", "proofdesk-store-sqlite"),
            ("proofdesk-api", "proofdesk-vault"),
            ("proofdesk-store-sqlite", "proofdesk-store-postgres"),
            ("proofdesk-egress", "proofdesk-domain"),
            ("proofdesk", "proofdesk-testkit"),
        ] {
            let told = found(name, dependency, None);
            assert_eq!(told.len(), 1, "{name} {dependency}");
            assert!(told[0].starts_with("crates/it/Cargo.toml:2: "), "{}", told[0]);
            assert_eq!(found(name, dependency, Some("dev")), [] as [&str; 0]);
            assert_eq!(found(name, dependency, Some("build")).len(), 1);
        }
    }

    #[test]
    fn crates_of_others_have_their_place() {
        for (name, dependency) in [
            ("proofdesk-api", "rusqlite"),
            ("proofdesk-desk", "axum"),
            ("proofdesk-intake", "reqwest"),
            ("proofdesk-domain", "anyhow"),
            ("proofdesk", "ureq"),
        ] {
            assert_eq!(found(name, dependency, None).len(), 1, "{name} {dependency}");
            assert_eq!(found(name, dependency, Some("dev")), [] as [&str; 0]);
        }
    }

    #[test]
    fn a_new_crate_must_be_listed() {
        let told = found("proofdesk-new", "jiff", None);
        assert!(told[0].contains("layers.rs"), "{told:?}");
    }

    /// What one may know, it may know through another too: else the table would contradict itself.
    #[test]
    fn the_table_is_closed() {
        let of = |name: &str| KNOWS.iter().find(|(listed, _)| *listed == name).map(|(_, known)| *known);
        for (name, known) in KNOWS {
            for other in known {
                let beyond = of(other).unwrap_or_else(|| panic!("{other} is not listed"));
                assert!(!beyond.contains(&name), "{name} and {other} know each other");
            }
        }
    }
}
