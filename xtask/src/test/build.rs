//! Steps that are Cargo's alone.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::tally::Tally;
use crate::command::{output, read, succeed};
use crate::project::Project;

/// `cargo fmt --check`.
pub(crate) fn format(project: &Project) -> Result<()> {
    succeed(project.cargo().args(["fmt", "--all", "--check"]))
}

/// `cargo clippy`, with every warning an error.
pub(crate) fn lint(project: &Project) -> Result<()> {
    succeed(project.cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// Checks the program as it's shipped. In a build of the whole workspace the features that tests ask of a dependency are
/// there for all, and hide one that the program forgot to ask for.
pub(crate) fn product(project: &Project) -> Result<()> {
    succeed(project.cargo().args(["check", "--package", "proofdesk"]))
}

/// Examples in the documentation, which nextest doesn't run.
pub(crate) fn doc_tests(project: &Project) -> Result<Tally> {
    let ran = output(project.cargo().args(["test", "--doc", "--workspace"]))?;
    let text = String::from_utf8_lossy(&ran.stdout);
    print!("{text}");
    let tally = Tally::of_cargo(&text)?;
    if !ran.status.success() && tally.failed == 0 {
        bail!("`cargo test --doc` failed: {}", ran.status);
    }
    Ok(tally)
}

/// The programs that tests outside Cargo use.
pub(crate) struct Programs {
    /// The product.
    pub(crate) desk: PathBuf,
    /// The example `postgres` of this crate.
    pub(crate) postgres: PathBuf,
}

impl Programs {
    /// Builds all that nextest runs, in the same way, so that nothing is built twice with other features.
    ///
    /// # Errors
    /// If it doesn't compile.
    pub(crate) fn build(project: &Project) -> Result<Self> {
        let mut cargo = project.cargo();
        cargo.args(["build", "--workspace", "--lib", "--bins", "--tests", "--examples"]);
        let messages = read(cargo.arg("--message-format=json-render-diagnostics"))?;
        Self::of(&messages)
    }

    fn of(messages: &str) -> Result<Self> {
        let find = |kind: &str, name: &str| {
            let executable = messages.lines().find_map(|line| executable(line, kind, name));
            executable.with_context(|| format!("Cargo built no {kind} {name}"))
        };
        Ok(Self { desk: find("bin", "proofdesk")?, postgres: find("example", "postgres")? })
    }
}

/// The path in one of Cargo's messages, if that's about this program and not about its tests.
fn executable(message: &str, kind: &str, name: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let target = &message["target"];
    let is_it = target["name"] == name && target["kind"][0] == kind && message["profile"]["test"] == false;
    if is_it { Some(PathBuf::from(message["executable"].as_str()?)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: &str, name: &str, test: bool, path: &str) -> String {
        serde_json::json!({
            "reason": "compiler-artifact",
            "target": { "name": name, "kind": [kind] },
            "profile": { "test": test },
            "executable": path,
        })
        .to_string()
    }

    #[test]
    fn programs_are_found_among_cargos_messages() {
        let messages = [
            "{\"reason\":\"build-script-executed\"}".to_owned(),
            message("bin", "proofdesk", true, "tests-of-it"),
            message("bin", "proofdesk", false, "desk"),
            message("bin", "postgres", false, "another"),
            message("example", "postgres", false, "server"),
        ];
        let programs = Programs::of(&messages.join("\n")).unwrap();
        assert_eq!(programs.desk, PathBuf::from("desk"));
        assert_eq!(programs.postgres, PathBuf::from("server"));
    }

    #[test]
    fn a_program_that_was_not_built_is_named() {
        let told = Programs::of(&message("bin", "proofdesk", false, "desk")).err().unwrap().to_string();
        assert!(told.contains("example postgres"), "{told}");
    }
}
