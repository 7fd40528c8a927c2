//! The project's own tasks; `cargo xtask --help` lists them.
#![allow(clippy::print_stdout, reason = "a task tells the person or the CI that runs it what it does")]
#![allow(clippy::print_stderr, reason = "what fails is told where failures are looked for")]

mod bench;
mod command;
mod deny;
mod node;
mod project;
mod python;
mod roles;
mod soak;
mod test;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use project::Project;

/// The project's own tasks.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what tests need, run every gate and every test, and end with `N passed, M failed`.
    Test(test::Options),
    /// Run for hours what `test` runs for seconds: the suites that take a number.
    Soak(soak::Options),
    /// Check the house rules that the compiler doesn't.
    Tidy,
    /// Check the dependencies' licences, sources, bans and advisories with cargo-deny.
    Deny {
        /// A packed `RustSec` advisory database (.tar.gz), for where the network is closed.
        #[arg(long, env = deny::ADVISORIES)]
        advisories: Option<PathBuf>,
    },
    /// Write docs/roles.md anew: who may do what, from the table of operations.
    Roles,
    /// Measure what requests cost, against a JSON echo and with targets: docs/performance.md.
    Bench(bench::options::Options),
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let done = Project::load().and_then(|project| match task {
        Task::Test(options) => Ok(test::run(&project, &options)),
        Task::Soak(options) => soak::run(&project, &options).map(|()| true),
        Task::Tidy => tidy::run(&project).map(|()| true),
        Task::Deny { advisories } => deny::run(&project, advisories.as_deref()).map(|()| true),
        Task::Roles => roles::run(&project).map(|()| true),
        Task::Bench(options) => bench::run(&project, &options).map(|()| true),
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
