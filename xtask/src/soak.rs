//! `cargo xtask soak`: the suites that do little in every run, and here as much as one night has time for.

mod fuzz;

use std::time::Instant;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::command::succeed;
use crate::project::Project;
use crate::python::Python;
use crate::test::{build, nextest};

/// What to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Run only this suite; may be repeated.
    #[arg(long, value_enum, value_name = "SUITE")]
    only: Vec<Suite>,
    /// How many, instead of the suite's own number.
    #[arg(long, value_name = "NUMBER", requires = "only")]
    count: Option<u64>,
}

/// One suite that takes its number from the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Requests of one tenant, sent again by another.
    Replays,
    /// Operations on which each bad token is tried: all of them.
    Tokens,
    /// Rounds of 200 refreshes at one time.
    Refreshes,
    /// Checks that are asked for while their customer comes and goes, and decisions on one check that meet.
    Races,
    /// Steps of checks and documents, one after another, as anybody may take them.
    Steps,
    /// `kill -9` while documents are made.
    Kills,
    /// `kill -9` while keys are replaced.
    Rotations,
    /// Keys of files that are wrapped, each with another nonce.
    Wraps,
    /// `kill -9` at the system calls of erasures.
    Erasures,
    /// Backups while others write, each put back on one kind of database or the other.
    Backups,
    /// Bits that are flipped in each file of a backup.
    Flips,
    /// Cuts of the power while documents are made.
    Cuts,
    /// Rounds in which the disk is filled and freed.
    Fills,
    /// Calls of each kind at which the disk fails.
    Faults,
    /// Cases that schemathesis makes from the OpenAPI document.
    Cases,
    /// Mutations of each fuzz target's seeds, the same in every run.
    Mutations,
    /// Seconds of libFuzzer for each fuzz target.
    Fuzz,
}

impl Suite {
    /// The variable, the number, and the tests: a filter of nextest, or a file of the clients' suites.
    fn parts(self) -> (&'static str, u64, &'static str) {
        match self {
            Self::Replays => ("PROOFDESK_TEST_REPLAYS", 100_000, "policy::replay"),
            Self::Tokens => ("PROOFDESK_TEST_TOKEN_TURNS", 1000, "policy::bad_tokens"),
            Self::Refreshes => ("PROOFDESK_TEST_REFRESH_ROUNDS", 500, "wire::tokens::two_hundred_refreshes"),
            Self::Races => ("PROOFDESK_TEST_RACES", 10_000, "races::"),
            Self::Steps => ("PROOFDESK_TEST_STEPS", 1_000_000, "lifecycle::machine"),
            Self::Rotations => ("PROOFDESK_TEST_ROTATIONS", 50, "keys::kill_rotation"),
            Self::Wraps => ("PROOFDESK_TEST_WRAPS", 1_000_000, "no_key_and_nonce_come_twice"),
            Self::Erasures => ("PROOFDESK_TEST_ERASURES", 200, "erasure::kill"),
            Self::Backups => ("PROOFDESK_TEST_BACKUPS", 50, "backup::running"),
            Self::Flips => ("PROOFDESK_TEST_FLIPS", 100, "backup::damage"),
            Self::Kills => ("PROOFDESK_TEST_KILLS", 200, "crash::kill"),
            Self::Cuts => ("PROOFDESK_TEST_CUTS", 100, "crash::power_cut"),
            Self::Fills => ("PROOFDESK_TEST_FILLS", 200, "crash::full"),
            Self::Faults => ("PROOFDESK_TEST_FAULTS", 1000, "crash::eio"),
            Self::Cases => ("PROOFDESK_TEST_CASES", 20_000, "tests/clients/test_schemathesis.py"),
            Self::Mutations => ("PROOFDESK_TEST_MUTATIONS", 1_000_000, "replay"),
            Self::Fuzz => ("seconds", 60, "fuzz"),
        }
    }
}

/// Runs what is wanted, all of it also after a failure.
///
/// # Errors
/// If a suite failed: which ones.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let mut failed = Vec::new();
    for suite in Suite::value_variants() {
        if !options.only.is_empty() && !options.only.contains(suite) {
            continue;
        }
        let (variable, usual, tests) = suite.parts();
        let count = options.count.unwrap_or(usual);
        println!("\n=== {suite:?}: {variable}={count}");
        let start = Instant::now();
        if let Err(error) = one(project, *suite, variable, count, tests) {
            println!("{error:#}");
            failed.push(format!("{suite:?}"));
        }
        println!("{suite:?} took {} s.", start.elapsed().as_secs());
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn one(project: &Project, suite: Suite, variable: &str, count: u64, tests: &str) -> Result<()> {
    if suite == Suite::Fuzz {
        return fuzz::run(project, count);
    }
    let mut command = if suite == Suite::Cases {
        let desk = build::Programs::build(project)?.desk;
        let mut pytest = Python::ready(project)?.command("pytest");
        pytest.current_dir(&project.root).args([tests, "-p", "no:cacheprovider"]);
        pytest.env("PROOFDESK_BIN", desk).env("PYTHONDONTWRITEBYTECODE", "1");
        pytest
    } else {
        let package = match suite {
            Suite::Mutations => "proofdesk-fuzz",
            Suite::Wraps => "proofdesk-vault",
            _ => "proofdesk",
        };
        let mut nextest = nextest::program(project)?;
        nextest.args(["run", "--package", package, "--profile", "soak", tests]);
        nextest
    };
    succeed(command.env(variable, count.to_string()))
}
