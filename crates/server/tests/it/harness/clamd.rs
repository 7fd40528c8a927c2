//! A malware scanner: the real clamd, with a database of its own that knows the EICAR test file and nothing else.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// What the database calls the test file.
pub(crate) const EICAR_NAME: &str = "Local.EICAR.Body.UNOFFICIAL";

/// The test file of the European Institute for Computer Antivirus Research, put together here so that scanners let this
/// file be.
pub(crate) fn eicar() -> String {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD", "-ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

/// A running scanner.
pub(crate) struct Clamd {
    child: Child,
    _folder: TempDir,
}

impl Clamd {
    /// Whether it can be run here.
    ///
    /// # Panics
    /// In CI, if it can't.
    #[expect(clippy::print_stderr, reason = "a test that is left out must be seen to be")]
    pub(crate) fn is_there(test: &str) -> bool {
        let found =
            Command::new("clamd").arg("--version").output().is_ok_and(|output| output.status.success());
        assert!(found || std::env::var_os("CI").is_none(), "CI must be able to run {test}: clamav-daemon");
        if !found {
            eprintln!("\n*** NOT RUN: {test} needs clamd (Debian: clamav-daemon) ***\n");
        }
        found
    }

    /// Starts it on a port, with its own limit for a stream in bytes, and waits until it answers.
    pub(crate) fn start(port: u16, stream_bytes: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("database")).expect("a folder");
        let body = eicar().bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        fs::write(path("database/local.ndb"), format!("Local.EICAR.Body:0:*:{body}\n")).expect("a database");
        let settings = format!(
            "Foreground yes\nTCPAddr 127.0.0.1\nTCPSocket {port}\nDatabaseDirectory {}\nTemporaryDirectory {}\n\
             StreamMaxLength {stream_bytes}\n",
            path("database").display(),
            folder.path().display()
        );
        fs::write(path("clamd.conf"), settings).expect("a configuration");
        let mut command = Command::new("clamd");
        command.arg("--config-file").arg(path("clamd.conf")).stdin(Stdio::null());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("clamd starts");
        let clamd = Self { child, _folder: folder };
        clamd.wait(port);
        clamd
    }

    #[expect(clippy::disallowed_methods, reason = "another process is waited for, on this machine")]
    fn wait(&self, port: u16) {
        for _ in 0..600 {
            if let Ok(mut socket) = TcpStream::connect(("127.0.0.1", port)) {
                let mut said = String::new();
                let asked = socket.write_all(b"zPING\0").and_then(|()| socket.read_to_string(&mut said));
                if asked.is_ok() && said.starts_with("PONG") {
                    return;
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("clamd {} doesn't answer", self.child.id());
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
