//! `cargo xtask roles`: writes `docs/roles.md` anew, from the table of operations.

use std::fs;

use anyhow::{Context, Result};

use crate::command::read;
use crate::project::Project;

/// The page, in the project's folder.
const PAGE: &str = "docs/roles.md";

/// Builds the example that prints it, and keeps what it prints.
///
/// # Errors
/// If it can't be built, or the page can't be written.
pub(crate) fn run(project: &Project) -> Result<()> {
    let example = ["run", "--quiet", "--package", "proofdesk-api", "--example", "roles"];
    let page = read(project.cargo().args(example))?;
    fs::write(project.root.join(PAGE), page).with_context(|| format!("cannot write {PAGE}"))
}
