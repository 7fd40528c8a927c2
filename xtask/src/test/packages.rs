//! Debian packages that tests need.
//!
//! They have no version here: the Debian release pins them, and an archive keeps no older ones to ask for.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{succeed, works};

/// What shows that a package is there.
enum Sign {
    /// A program in `PATH` or where the system's own are.
    Program(&'static str),
    /// PostgreSQL's server, which Debian keeps out of `PATH`.
    PostgresServer,
    /// Python's module that makes environments.
    PythonModule(&'static str),
}

/// Each package, and its sign.
const NEEDED: [(&str, Sign); 17] = [
    ("postgresql", Sign::PostgresServer),
    // `ip`, for the laboratory of networks.
    ("iproute2", Sign::Program("ip")),
    // `unshare`, for the same; `setpriv`, to run PostgreSQL as somebody else than root.
    ("util-linux", Sign::Program("unshare")),
    ("util-linux", Sign::Program("setpriv")),
    // Makes system calls fail, and lists them.
    ("strace", Sign::Program("strace")),
    // Gives a program another day, to let copies of keys get old.
    ("faketime", Sign::Program("faketime")),
    // Makes the small disks that tests fill.
    ("e2fsprogs", Sign::Program("mkfs.ext4")),
    // A disk whose power can be cut.
    ("nbdkit", Sign::Program("nbdkit")),
    ("libnbd-bin", Sign::Program("nbdfuse")),
    // The malware scanner; its database is the tests' own.
    ("clamav-daemon", Sign::Program("clamd")),
    // The pages are tried in it.
    ("chromium", Sign::Program("chromium")),
    ("chromium-driver", Sign::Program("chromedriver")),
    ("curl", Sign::Program("curl")),
    ("git", Sign::Program("git")),
    ("python3", Sign::Program("python3")),
    ("python3-venv", Sign::PythonModule("ensurepip")),
    ("python3-venv", Sign::PythonModule("venv")),
];

/// Installs those that are missing.
///
/// # Errors
/// If something is missing and this isn't root on Debian, or apt-get fails.
pub(crate) fn install() -> Result<()> {
    let mut missing: Vec<&str> =
        NEEDED.iter().filter(|(_, sign)| !is_there(sign)).map(|(package, _)| *package).collect();
    missing.dedup();
    if missing.is_empty() {
        println!("All are there.");
        return Ok(());
    }
    let apt = ["apt-get", "install", "--yes", "--no-install-recommends"];
    if !is_root() || find("apt-get").is_none() {
        bail!("missing; as root: {} {}", apt.join(" "), missing.join(" "));
    }
    println!("Missing: {}", missing.join(" "));
    let quiet = |arguments: &[&str]| {
        let mut command = Command::new(apt[0]);
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "-o=Dpkg::Use-Pty=0"]);
        succeed(command.args(arguments))
    };
    quiet(&["update"])?;
    quiet(&[&apt[1..], &missing].concat())
}

fn is_there(sign: &Sign) -> bool {
    match sign {
        Sign::Program(name) => find(name).is_some(),
        Sign::PostgresServer => find("initdb").is_some() || debian_has_postgres(),
        Sign::PythonModule(name) => works(Command::new("python3").args(["-c", &format!("import {name}")])),
    }
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut folders = std::env::split_paths(&path).chain(system);
    folders.find_map(|folder| Some(folder.join(program)).filter(|path| path.is_file()))
}

fn debian_has_postgres() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin/initdb")).any(|initdb| initdb.is_file())
}

fn is_root() -> bool {
    fs::metadata(Path::new("/proc/self")).is_ok_and(|process| process.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_tell_present_from_missing() {
        assert!(is_there(&Sign::Program("sh")));
        assert!(!is_there(&Sign::Program("proofdesk-no-such-program")));
        assert!(!is_there(&Sign::PythonModule("proofdesk_no_such_module")));
    }
}
