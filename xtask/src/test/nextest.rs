//! Unit and integration tests, run by cargo-nextest.

use std::process::Command;

use anyhow::Result;

use super::tally::Tally;
use super::{postgres, runner};
use crate::command::works;
use crate::project::Project;
use crate::python::Python;

/// Runs all tests of the workspace against the server at this address.
pub(crate) fn run(project: &Project, server: &str) -> Result<Tally> {
    let mut nextest = program(project)?;
    nextest.args(["run", "--workspace", "--profile", "ci", "--no-tests", "fail"]);
    nextest.env(postgres::ADDRESS, server);
    // Tests that leave something out where they lack something don't where this is set.
    nextest.env("CI", "true");
    runner::run(&mut nextest, &project.root.join("target/nextest/ci/junit.xml"))
}

/// The machine's own nextest, else the one of the Python environment: building it takes longer than all else here.
///
/// # Errors
/// If the environment can't be made.
pub(crate) fn program(project: &Project) -> Result<Command> {
    let mut cargo = project.cargo();
    if works(cargo.args(["nextest", "--version"])) {
        let mut cargo = project.cargo();
        cargo.arg("nextest");
        return Ok(cargo);
    }
    let mut nextest = Python::ready(project)?.command("cargo-nextest");
    nextest.current_dir(&project.root).arg("nextest");
    Ok(nextest)
}
