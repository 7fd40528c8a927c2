//! PostgreSQL's programs, and as whom they run.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the programs are, and the account that they need when the tests run as root, whom PostgreSQL refuses.
pub(super) struct Programs {
    folder: PathBuf,
    account: Option<(u32, u32)>,
}

impl Programs {
    /// Looks where Debian puts them, newest version first, then in `PATH`.
    ///
    /// # Panics
    /// If they aren't there: a test that needs them never passes without them.
    pub(super) fn find(work: &Path) -> Self {
        let Some(folder) = installed() else {
            panic!(
                "PostgreSQL's server programs (initdb, pg_ctl, postgres) are not installed. \
                 Install them (Debian: apt-get install postgresql), or name a server for tests in \
                 PROOFDESK_TEST_POSTGRES_URL."
            )
        };
        let is_root = fs::metadata(work).is_ok_and(|folder| folder.uid() == 0);
        Self { folder, account: if is_root { Some(unprivileged()) } else { None } }
    }

    /// Makes over a folder to the account that the programs run as.
    pub(super) fn give(&self, folder: &Path) {
        if let Some((user, group)) = self.account {
            succeed("chown", chown(folder, Some(user), Some(group)));
        }
    }

    /// Runs one of them to its end, with its output in a file of the folder.
    ///
    /// # Panics
    /// If it can't be run.
    pub(super) fn run<S: AsRef<OsStr>>(&self, name: &str, output: &Path, arguments: &[S]) -> bool {
        let program = self.folder.join(name);
        let mut command = match self.account {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
                command.arg("--clear-groups").arg(program);
                command
            }
        };
        let file = succeed("create a log", fs::File::create(output));
        let other = succeed("share a log", file.try_clone());
        command.args(arguments).current_dir("/").env("LC_ALL", "C.UTF-8");
        command.stdin(Stdio::null()).stdout(file).stderr(other);
        succeed(name, command.status()).success()
    }
}

/// # Panics
/// If it failed.
pub(super) fn succeed<T>(what: &str, result: std::io::Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}

fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path()).collect();
    versions.sort_by_key(|path| {
        path.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok())
    });
    let debian = versions.into_iter().rev().map(|version| version.join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = debian.chain(std::env::split_paths(&path)).collect();
    folders.into_iter().find(|folder| ["initdb", "pg_ctl"].iter().all(|name| folder.join(name).is_file()))
}

/// The user and group ids of `postgres`, or else of `nobody`.
fn unprivileged() -> (u32, u32) {
    let accounts = succeed("read /etc/passwd", fs::read_to_string("/etc/passwd"));
    let ids = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(str::parse);
        Some((ids.next()?.ok()?, ids.next()?.ok()?))
    };
    let Some(account) = ids("postgres").or_else(|| ids("nobody")) else {
        panic!("PostgreSQL doesn't run as root, and there is no account postgres or nobody")
    };
    account
}
