//! `cargo xtask test`: every gate and every test, on a machine with just Rust.

pub(crate) mod build;
mod gate;
pub(crate) mod nextest;
mod packages;
mod postgres;
mod report;
mod runner;
mod suites;
mod tally;

use std::time::Instant;

use anyhow::Result;
use clap::Args;

use crate::project::Project;
use crate::python::Python;
use crate::{deny, tidy};
use build::Programs;
use gate::Gate;
use postgres::Postgres;
use report::Report;
use tally::Tally;

/// What to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Leave out what installs something, and the Python suites.
    #[arg(long)]
    fast: bool,
    /// Run only this gate; may be repeated.
    #[arg(long, value_enum, value_name = "GATE")]
    only: Vec<Gate>,
}

impl Options {
    fn wants(&self, gate: Gate) -> bool {
        (!self.fast || gate.is_fast()) && (self.only.is_empty() || self.only.contains(&gate))
    }
}

/// Runs what is wanted, all of it also after a failure, and says whether all passed.
pub(crate) fn run(project: &Project, options: &Options) -> bool {
    let mut report = Report::default();
    let mut bench = Bench { project, programs: None, postgres: None };
    for gate in Gate::ORDER.into_iter().filter(|gate| options.wants(*gate)) {
        println!("\n=== {}: {}", gate.name(), gate.about());
        let start = Instant::now();
        let outcome = bench.run(gate);
        report.add(gate, outcome, start.elapsed());
    }
    // Stops the server before the last word.
    drop(bench);
    print!("\n{report}");
    report.is_good()
}

/// What gates share: the built programs and the server, made when the first one asks.
struct Bench<'a> {
    project: &'a Project,
    /// None until they're built; `Err` is not kept: a gate that needs them tries, and tells, again.
    programs: Option<Programs>,
    postgres: Option<Postgres>,
}

impl Bench<'_> {
    fn run(&mut self, gate: Gate) -> Result<Tally> {
        let project = self.project;
        match gate {
            Gate::Packages => packages::install()?,
            Gate::Python => drop(Python::ready(project)?),
            Gate::Fmt => build::format(project)?,
            Gate::Tidy => tidy::run(project)?,
            Gate::Deny => dependencies(project)?,
            Gate::Clippy => build::lint(project)?,
            Gate::Product => build::product(project)?,
            Gate::Build => drop(self.programs()?),
            Gate::Tests => {
                let server = self.server()?;
                return nextest::run(project, &server);
            }
            Gate::Doc => return build::doc_tests(project),
            Gate::Clients => {
                let server = self.server()?;
                return suites::run(project, &self.programs()?.desk, &server);
            }
        }
        Ok(Tally::default())
    }

    fn programs(&mut self) -> Result<&Programs> {
        let programs = match self.programs.take() {
            Some(built) => built,
            None => Programs::build(self.project)?,
        };
        Ok(self.programs.insert(programs))
    }

    /// The address of the run's PostgreSQL.
    fn server(&mut self) -> Result<String> {
        if let Ok(given) = std::env::var(postgres::ADDRESS) {
            return Ok(given);
        }
        let postgres = match self.postgres.take() {
            Some(running) => running,
            None => Postgres::start(&self.programs()?.postgres)?,
        };
        Ok(self.postgres.insert(postgres).url().to_owned())
    }
}

fn dependencies(project: &Project) -> Result<()> {
    let python = Python::ready(project)?;
    deny::check(project, &python)?;
    if let Some(packed) = std::env::var_os(deny::ADVISORIES) {
        return deny::known(project, &python, packed.as_ref());
    }
    println!("Advisories are not checked: {} names no database.", deny::ADVISORIES);
    Ok(())
}
