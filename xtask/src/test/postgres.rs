//! One PostgreSQL for the whole run.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// The environment variable in which tests find its address.
pub(crate) const ADDRESS: &str = "PROOFDESK_TEST_POSTGRES_URL";

/// A private server on a free port of the loopback. It ends when this value is dropped, and also if this process dies:
/// the system then closes the pipe that the server's starter waits on.
pub(crate) struct Postgres {
    starter: Child,
    url: String,
}

impl Postgres {
    /// Runs the example `postgres`, which the tests' own code starts the server with.
    ///
    /// # Errors
    /// If it doesn't start; why is on the standard error.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        let mut starter = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        let output = starter.stdout.take().context("the server's output")?;
        BufReader::new(output).read_line(&mut url)?;
        let server = Self { starter, url: url.trim().to_owned() };
        if server.url.is_empty() {
            bail!("PostgreSQL did not start");
        }
        Ok(server)
    }

    /// Where it is, as its superuser.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.starter.stdin.take());
        // It has nothing left to say.
        let _ = self.starter.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn script(folder: &Path, text: &str) -> std::path::PathBuf {
        let path = folder.join("starter");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn the_server_ends_with_its_value() {
        let folder = tempfile::tempdir().unwrap();
        let ended = folder.path().join("ended");
        let text = format!("echo postgres://x; cat; touch {}", ended.display());
        let server = Postgres::start(&script(folder.path(), &text)).unwrap();
        assert_eq!(server.url(), "postgres://x");
        assert!(!ended.exists());
        drop(server);
        assert!(ended.exists());
    }

    #[test]
    fn one_that_does_not_start_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Postgres::start(&script(folder.path(), "exit 1")).is_err());
    }
}
