//! `cargo xtask deny`: the dependencies' licences, sources, bans and advisories (`deny.toml`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command::succeed;
use crate::project::Project;
use crate::python::Python;

/// The environment variable that names a packed advisory database.
pub(crate) const ADVISORIES: &str = "PROOFDESK_TEST_ADVISORIES";

/// What `deny.toml` takes the databases' folder from.
const FOLDER: &str = "PROOFDESK_TEST_ADVISORY_FOLDER";

/// The folder in which cargo-deny looks for `RustSec`'s database: it is named after the address.
const RUSTSEC: &str = "advisory-db-3157b0e258782691";

const CHECK: [&str; 2] = ["check", "--hide-inclusion-graph"];
const WITHOUT_DATABASE: [&str; 3] = ["bans", "licenses", "sources"];

/// Checks all. Without a packed database cargo-deny fetches `RustSec`'s.
pub(crate) fn run(project: &Project, advisories: Option<&Path>) -> Result<()> {
    let python = Python::ready(project)?;
    succeed(deny(project, &python).args(CHECK).args(WITHOUT_DATABASE))?;
    match advisories {
        Some(packed) => known(project, &python, packed),
        None => succeed(deny(project, &python).args(["check", "advisories"])),
    }
}

/// Checks what needs no advisory database, and tells only what fails, not what is to be looked at now and then.
pub(crate) fn check(project: &Project, python: &Python) -> Result<()> {
    let mut command = deny(project, python);
    succeed(command.args(["--log-level", "error"]).args(CHECK).args(WITHOUT_DATABASE))
}

/// Checks against the advisories in a packed database, without the network.
pub(crate) fn known(project: &Project, python: &Python, packed: &Path) -> Result<()> {
    let folder = unpack(project, packed)?;
    let mut command = deny(project, python);
    succeed(command.env(FOLDER, folder).args(["--offline", "check", "advisories"]))
}

/// The pinned one of the Python environment, which carries it built: building it here takes ten minutes.
fn deny(project: &Project, python: &Python) -> Command {
    let mut command = python.command("cargo-deny");
    command.current_dir(&project.root).args(["--workspace", "--all-features"]);
    command
}

/// cargo-deny reads a git repository only, so the unpacked files become one.
fn unpack(project: &Project, packed: &Path) -> Result<PathBuf> {
    let folder = project.target.join("advisory-dbs");
    let database = folder.join(RUSTSEC);
    if database.exists() {
        fs::remove_dir_all(&database)?;
    }
    fs::create_dir_all(&database)?;
    succeed(Command::new("tar").args(["--no-same-owner", "-xzf"]).arg(packed).arg("-C").arg(&database))?;
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(&database).args(["-c", "user.name=xtask", "-c", "user.email=xtask@localhost"]);
        succeed(command.args(["-c", "gc.auto=0"]).args(arguments))
    };
    if !database.join(".git").exists() {
        git(&["init", "--quiet"])?;
        git(&["add", "--all", "--force"])?;
        git(&["commit", "--quiet", "--message", "The packed database"])?;
    }
    Ok(folder)
}
