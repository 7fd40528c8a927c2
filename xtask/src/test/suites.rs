//! The clients' suites: each `tests/clients/test_*.py`, run by pytest against the built program.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::tally::Tally;
use super::{postgres, runner};
use crate::node::{Node, OF_TESTS};
use crate::project::Project;
use crate::python::Python;

/// Where the suites are.
const FOLDER: &str = "tests/clients";

/// Seconds that one test may take.
const LIMIT: &str = "300";

/// Runs them. They find the program in `PROOFDESK_BIN` and the server's address where Rust's tests find it, and start
/// what they need themselves.
pub(crate) fn run(project: &Project, desk: &Path, server: &str) -> Result<Tally> {
    if !has_suites(&project.root.join(FOLDER))? {
        println!("{FOLDER} has no suite.");
        return Ok(Tally::default());
    }
    let report = project.target.join("clients-junit.xml");
    let python = Python::ready(project)?;
    let node = Node::ready(project, &python, OF_TESTS)?;
    let mut pytest = python.command("pytest");
    pytest.current_dir(&project.root).args([FOLDER, "-p", "no:cacheprovider", "--durations=5"]);
    pytest.args(["--timeout", LIMIT, "--junitxml"]).arg(&report);
    pytest.env("PROOFDESK_NODE", &node.program);
    pytest.env("PROOFDESK_BIN", desk).env(postgres::ADDRESS, server);
    pytest.env("PYTHONDONTWRITEBYTECODE", "1");
    runner::run(&mut pytest, &report)
}

fn has_suites(folder: &Path) -> Result<bool> {
    if !folder.exists() {
        return Ok(false);
    }
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries.iter().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("test_") && Path::new(&*name).extension().is_some_and(|end| end == "py")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_suites_count() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_suites(&folder.path().join("missing")).unwrap());
        fs::write(folder.path().join("conftest.py"), "").unwrap();
        fs::write(folder.path().join("test_data.json"), "").unwrap();
        assert!(!has_suites(folder.path()).unwrap());
        fs::write(folder.path().join("test_oauth.py"), "").unwrap();
        assert!(has_suites(folder.path()).unwrap());
    }
}
