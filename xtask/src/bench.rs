//! `cargo xtask bench`: builds the server with its echo, and the program that measures it, and runs that.

pub(crate) mod options;

use std::process::Command;

use anyhow::Result;

use crate::command::succeed;
use crate::node::Node;
use crate::project::Project;
use crate::python::Python;
use options::Options;

/// Where the decoder's rival and its packages are.
const RIVAL: &str = "xtask/sharp";

/// Builds and measures.
///
/// # Errors
/// If something can't be built, or an answer of the server isn't the expected one.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let node = Node::ready(project, &Python::ready(project)?, RIVAL)?;
    // Two builds: together, Cargo would give the server the features that only the tests' crates ask for.
    let server =
        ["build", "--release", "--package", "proofdesk", "--bin", "proofdesk", "--features", "bench"];
    succeed(project.cargo().args(server))?;
    succeed(project.cargo().args(["build", "--release", "--package", "xtask", "--example", "bench"]))?;
    let built = project.target.join("release");
    let mut bench = Command::new(built.join("examples/bench"));
    bench.arg("--server").arg(built.join("proofdesk")).arg("--target").arg(&project.target);
    bench.arg("--node").arg(node.program).arg("--rival").arg(project.root.join(RIVAL).join("rival.mjs"));
    bench.args(["--rounds", &options.rounds.to_string(), "--seconds", &options.seconds.to_string()]);
    bench.args(["--rows", &options.rows.to_string()]);
    for only in &options.only {
        bench.args(["--only", only]);
    }
    succeed(&mut bench)
}
