//! Where the project is and what Cargo and git know of it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command::read;

/// The project that this task was called for.
pub(crate) struct Project {
    /// The workspace's folder.
    pub(crate) root: PathBuf,
    /// Where what is built goes.
    pub(crate) target: PathBuf,
    /// `cargo metadata` of the workspace's own crates.
    pub(crate) metadata: Value,
}

impl Project {
    /// Asks Cargo.
    ///
    /// # Errors
    /// If this folder isn't in a Cargo workspace.
    pub(crate) fn load() -> Result<Self> {
        let text = read(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: Value = serde_json::from_str(&text).context("cargo metadata is not JSON")?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from).with_context(|| key.to_owned());
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")?, metadata })
    }

    /// Cargo, in the project's folder.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// The files in git, and those that are new and not ignored, relative to the root.
    ///
    /// # Errors
    /// If git is missing, or this isn't a git work tree.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>> {
        let mut git = Command::new("git");
        // A CI may run as another user than the one who made the clone.
        git.current_dir(&self.root).args(["-c", "safe.directory=*"]);
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = read(&mut git)?;
        // What is deleted in the work tree is still listed.
        let files = listed.split_terminator('\0').map(PathBuf::from);
        Ok(files.filter(|path| self.root.join(path).is_file()).collect())
    }
}

/// The Cargo that called this task, so that all is built by one.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
