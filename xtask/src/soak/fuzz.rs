//! Fuzzing of every parser by libFuzzer with the address sanitizer (`fuzz/`).

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{read, succeed, works};
use crate::project::Project;

/// The pinned cargo-fuzz.
const VERSION: &str = "0.13.2";
/// The slowest input that is no finding, in seconds.
const TIMEOUT: u32 = 2;
/// The most memory of the fuzzer in MiB, sanitizer included.
const MEMORY: u32 = 2048;

/// Fuzzes each target for so many seconds, from its seeds and what earlier runs found worth keeping.
///
/// # Errors
/// The targets of which an input was found that crashes, hangs or breaks a promise; where it lies is printed.
pub(super) fn run(project: &Project, seconds: u64) -> Result<()> {
    let fuzzer = build(project)?;
    let targets = read(&mut seeds(project))?;
    let mut found = Vec::new();
    for target in targets.lines() {
        println!("--- {target}");
        if let Err(error) = fuzz(project, &fuzzer, target, seconds) {
            println!("{error:#}");
            found.push(target.to_owned());
        }
    }
    if !found.is_empty() {
        bail!("inputs were found for: {}", found.join(", "));
    }
    Ok(())
}

/// Builds the fuzzer's program, and gives where it lies.
fn build(project: &Project) -> Result<PathBuf> {
    let mut command = cargo_fuzz(project)?;
    // The sanitizer is not stable, and the project is built by the stable compiler.
    command.env("RUSTC_BOOTSTRAP", "1").args(["build", "--features", "libfuzzer", "any"]);
    // One program of all crates is what is shipped; here it would only take minutes more to build.
    command.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    succeed(&mut command)?;
    let host = read(project.cargo().args(["-vV"]))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).context("cargo names no host")?;
    Ok(project.target.join(host).join("release/any"))
}

fn fuzz(project: &Project, fuzzer: &PathBuf, target: &str, seconds: u64) -> Result<()> {
    let folder = |kind: &str| -> Result<PathBuf> {
        let folder = project.target.join("fuzz").join(kind).join(target);
        fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
        Ok(folder)
    };
    let (corpus, start, found) = (folder("corpus")?, folder("seeds")?, folder("found")?);
    succeed(seeds(project).args([target.as_ref(), start.as_os_str()]))?;
    let mut command = Command::new(fuzzer);
    command.env("PROOFDESK_FUZZ_TARGET", target).args([corpus, start]);
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-timeout={TIMEOUT}"));
    command.arg(format!("-rss_limit_mb={MEMORY}")).args(["-print_final_stats=1", "-verbosity=0"]);
    succeed(command.arg(format!("-artifact_prefix={}/", found.display())))
}

fn seeds(project: &Project) -> Command {
    let mut cargo = project.cargo();
    cargo.args(["run", "--quiet", "--package", "proofdesk-fuzz", "--bin", "seeds", "--"]);
    cargo
}

/// The machine's own cargo-fuzz, else the pinned one, built once.
fn cargo_fuzz(project: &Project) -> Result<Command> {
    let mut cargo = project.cargo();
    cargo.arg("fuzz");
    if works(project.cargo().args(["fuzz", "--version"])) {
        return Ok(cargo);
    }
    let root = project.target.join("fuzz/tools");
    let mut install = project.cargo();
    // It only calls Cargo: it needs no optimisation, which would take longer than what it does.
    install.args(["install", "--quiet", "--locked", "--debug", "cargo-fuzz", "--version", VERSION, "--root"]);
    succeed(install.arg(&root))?;
    let mut fuzz = Command::new(root.join("bin/cargo-fuzz"));
    fuzz.current_dir(&project.root).arg("fuzz");
    Ok(fuzz)
}
