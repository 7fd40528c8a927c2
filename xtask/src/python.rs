//! The Python environment: the clients that speak to the built program, and checkers that are shipped as Python packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{succeed, works};
use crate::project::Project;

/// A virtual environment under `target/` that holds what `xtask/python/requirements.txt` names, by version and hash.
pub(crate) struct Python {
    programs: PathBuf,
}

impl Python {
    /// Makes it, or takes the one that is there if it was made from the same requirements.
    ///
    /// # Errors
    /// If Python has no `venv`, or a package can't be had.
    pub(crate) fn ready(project: &Project) -> Result<Self> {
        let folder = project.target.join("python");
        let requirements = project.root.join("xtask/python/requirements.txt");
        let wanted = fs::read_to_string(&requirements).context("the Python requirements")?;
        let python = Self { programs: folder.join("bin") };
        let stamp = folder.join("made-from.txt");
        if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted)
            && works(python.command("python").arg("--version"))
        {
            return Ok(python);
        }
        make(&folder, &requirements)?;
        fs::write(stamp, wanted)?;
        Ok(python)
    }

    /// A program of the environment.
    pub(crate) fn command(&self, name: &str) -> Command {
        Command::new(self.programs.join(name))
    }
}

fn make(folder: &Path, requirements: &Path) -> Result<()> {
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    // Hashes, because these programs run as whoever runs the tests.
    succeed(pip.args(["--require-hashes", "--only-binary", ":all:", "--requirement"]).arg(requirements))
}
