//! A disk whose power can be cut: what was not synced by then is gone.
//!
//! An ext4 on a network block device (nbdkit) that keeps all that is written in a cache until it is told to flush. To kill it is
//! to lose that cache, as a disk loses its own with the power.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{SETUP, done, image};

/// What [`PowerDisk`] needs to be installed.
pub const PROGRAMS: [&str; 4] = ["mkfs.ext4", "e2fsck", "nbdkit", "nbdfuse"];

/// A disk whose power can be cut, mounted as long as this lives. In [`super::enter`] only.
pub struct PowerDisk {
    folder: TempDir,
    image: PathBuf,
    device: Option<Device>,
}

/// The processes that stand in for the device.
struct Device {
    server: Child,
    client: Child,
}

impl PowerDisk {
    /// An empty ext4 of so many MiB.
    ///
    /// # Panics
    /// If it can't be made or mounted.
    pub fn new(mib: u64) -> Self {
        let folder = tempfile::tempdir().expect(SETUP);
        let image = image(folder.path(), mib);
        let place = |name: &str| folder.path().join(name);
        for name in ["device", "mount"] {
            fs::create_dir(place(name)).expect(SETUP);
        }
        let device = Device::start(&place("socket"), &place("device"), &image);
        let disk = Self { image, device: Some(device), folder };
        // What nobody asks to be written stays where it is, as long as it may.
        mount("loop,noatime,commit=300", &disk.folder.path().join("device/nbd"), &disk.path());
        disk
    }

    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("mount")
    }

    /// Cuts the power. Whoever has files there gets errors from now on.
    ///
    /// # Panics
    /// If it was cut before.
    pub fn cut(&mut self) {
        let device = self.device.as_mut().expect("the power is on");
        device.server.kill().expect("the device is killed");
    }

    /// Gives the power back: checks the file system as a start of the machine does, and mounts it at the same place.
    ///
    /// # Panics
    /// If nothing can be saved.
    pub fn restore(&mut self) {
        unmount(&self.path());
        drop(self.device.take());
        unmount(&self.folder.path().join("device"));
        // 1: it has mended something.
        let check = Command::new("/sbin/e2fsck").arg("-fy").arg(&self.image).output().expect(SETUP);
        let said = String::from_utf8_lossy(&check.stdout);
        assert!(matches!(check.status.code(), Some(0 | 1)), "the file system is lost: {said}");
        mount("loop,noatime", &self.image, &self.path());
    }
}

impl Device {
    #[expect(
        clippy::disallowed_methods,
        reason = "other processes are waited for, which have no clock of ours"
    )]
    fn start(socket: &Path, folder: &Path, image: &Path) -> Self {
        let wait_for = |path: &Path| {
            (0..200).any(|_| {
                std::thread::sleep(Duration::from_millis(25));
                path.exists()
            })
        };
        let mut server = Command::new("nbdkit");
        server.arg("--foreground").arg("--unix").arg(socket).args(["--filter=cache", "file"]);
        let server = quiet(server.arg(image).arg("cache=writeback"));
        assert!(wait_for(socket), "{SETUP}: nbdkit listens");
        let client = quiet(Command::new("nbdfuse").arg(folder).arg("--unix").arg(socket));
        let device = Self { server, client };
        assert!(wait_for(&folder.join("nbd")), "{SETUP}: nbdfuse shows the device");
        device
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        for process in [&mut self.server, &mut self.client] {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for PowerDisk {
    fn drop(&mut self) {
        // What fails here ends with the namespace.
        unmount(&self.path());
        drop(self.device.take());
        unmount(&self.folder.path().join("device"));
    }
}

fn quiet(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect(SETUP)
}

fn mount(options: &str, what: &Path, place: &Path) {
    done(Command::new("mount").args(["-o", options]).args([what, place]));
}

fn unmount(place: &Path) {
    // What is in use goes when nobody uses it any more; what isn't mounted needn't go.
    let _ = Command::new("umount").arg("-l").arg(place).output();
}
