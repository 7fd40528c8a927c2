//! Disks of a test's own: small, full, or cut off from their power. The test runs itself again in a mount namespace, so that
//! whatever becomes of it, nothing stays mounted.
#![expect(clippy::expect_used, reason = "a test that can't set itself up has failed")]

pub mod power;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Set inside the namespace.
const INSIDE: &str = "PROOFDESK_MOUNTS_INSIDE";

/// What a test that can't set itself up says.
const SETUP: &str = "a disk can be made and mounted";

/// Runs `work` in a mount namespace of its own. `test` is the full name of the calling test; `programs` must be installed.
///
/// # Panics
/// If the test fails there; in CI also where such a namespace, a disk in it, or one of the programs isn't to be had.
pub fn enter(test: &str, programs: &[&str], work: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return work();
    }
    if !can_mount() || !programs.iter().all(|program| is_installed(program)) {
        return skip(test, programs);
    }
    let mut command = unshare();
    command.arg(std::env::current_exe().expect(SETUP)).args([test, "--exact", "--nocapture"]);
    let output = command.env(INSIDE, "1").output().expect(SETUP);
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success() && told.contains("1 passed"), "among its own mounts:\n{told}");
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "--"]);
    command
}

/// Root, loop devices and ext4.
fn can_mount() -> bool {
    let folder = tempfile::tempdir().expect(SETUP);
    let (image, mount) = (image(folder.path(), 1), folder.path().join("mount"));
    fs::create_dir(&mount).expect(SETUP);
    let tried = unshare().args(["mount", "-o", "loop"]).args([&image, &mount]).output();
    tried.is_ok_and(|output| output.status.success())
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(system).any(|folder| folder.join(program).is_file())
}

#[expect(clippy::print_stderr, reason = "a test that is left out must be seen to be")]
fn skip(test: &str, programs: &[&str]) {
    let needs = format!("root, loop devices, ext4 and {}", programs.join(", "));
    assert!(std::env::var_os("CI").is_none(), "CI must be able to run {test}: {needs}");
    eprintln!("\n*** NOT RUN: {test} needs {needs} ***\n");
}

/// Makes an empty ext4 of so many MiB, with no blocks reserved for root.
fn image(folder: &Path, mib: u64) -> PathBuf {
    let image = folder.join("image");
    File::create(&image).and_then(|file| file.set_len(mib << 20)).expect(SETUP);
    let options = ["-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0"];
    done(Command::new("mkfs.ext4").args(options).arg(&image));
    image
}

/// Runs a program of the system to its end.
///
/// # Panics
/// If it fails.
pub fn done(command: &mut Command) {
    let path = std::env::var("PATH").unwrap_or_default();
    let output = command.env("PATH", format!("{path}:/usr/sbin:/sbin")).output().expect(SETUP);
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A small disk, mounted as long as this lives. In [`enter`] only.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// An empty ext4 of so many MiB.
    ///
    /// # Panics
    /// If it can't be made or mounted.
    pub fn new(mib: u64) -> Self {
        let disk = Self(tempfile::tempdir().expect(SETUP));
        let image = image(disk.0.path(), mib);
        fs::create_dir(disk.path()).expect(SETUP);
        done(Command::new("mount").args(["-o", "loop,noatime"]).args([&image, &disk.path()]));
        disk
    }

    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.0.path().join("mount")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What fails here ends with the namespace.
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}
