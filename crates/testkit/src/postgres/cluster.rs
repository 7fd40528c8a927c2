//! Starting and stopping a server.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use url::Url;

use super::programs::{Programs, succeed};
use crate::free_port;

/// Waits for the end of the run, then stops the server and removes its folder.
///
/// The run is the process with the number `$1`; without a number it is the one that holds the other end of the standard
/// input, which the system closes however that process ends. `kill -0` asks only whether a process is there. A server that
/// isn't there yet may just be starting.
const WATCHER: &str = r#"
if [ -n "$1" ]; then while kill -0 "$1" 2>/dev/null; do sleep 0.2; done; else cat >/dev/null; fi
[ -f "$2/data/postmaster.pid" ] || sleep 3
server=$(head -n 1 "$2/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$server"
for wait in 1 2 3 4 5 6 7 8 9 10; do [ -f "$2/data/postmaster.pid" ] && sleep 0.1; done
rm -rf "$2"
"#;

/// Settings of every server: small, and fast at the price of safety, which tests don't need.
const SETTINGS: [(&str, &str); 8] = [
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("max_connections", "300"),
    ("shared_buffers", "64MB"),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("autovacuum", "off"),
    ("max_wal_size", "4GB"),
];

/// A server that tests may do with as they like.
#[derive(Debug)]
pub struct Server {
    url: Url,
    folder: Option<PathBuf>,
    /// Of a server that ends with this value.
    watcher: Option<Child>,
}

impl Server {
    /// The server that all tests of this run share.
    ///
    /// # Panics
    /// If PostgreSQL isn't installed, or doesn't start: the message says why.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| match std::env::var("PROOFDESK_TEST_POSTGRES_URL") {
            Ok(url) => Self { url: parse(&url), folder: None, watcher: None },
            Err(_) => Self::of_this_run(),
        })
    }

    /// nextest runs each test in a process of its own, so the first one leaves the address for the others.
    fn of_this_run() -> Self {
        let (key, owner) = match std::env::var("NEXTEST_RUN_ID") {
            Ok(run) => (run, Some(parent_id())),
            Err(_) => (std::process::id().to_string(), None),
        };
        let folder = std::env::temp_dir().join(format!("proofdesk-postgres-{key}"));
        succeed("make a folder", fs::create_dir_all(&folder));
        let lock = succeed("make a lock", File::create(folder.join("lock")));
        succeed("lock", lock.lock());
        let address = folder.join("url");
        if let Ok(url) = fs::read_to_string(&address) {
            return Self { url: parse(&url), folder: Some(folder), watcher: None };
        }
        let watcher = Some(watch(owner, &folder));
        initialize(&folder);
        let url = run(&folder, &[], None);
        succeed("leave the address", fs::write(&address, url.as_str()));
        Self { url, folder: Some(folder), watcher }
    }

    /// A server that this test has for itself, with settings of its own on top, such as `("fsync", "on")`. It ends when
    /// this value is dropped or the process ends.
    ///
    /// # Panics
    /// If PostgreSQL isn't installed, or doesn't start: the message says why.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_with(settings, |_| {})
    }

    /// The same, with a chance to put files, such as certificates, into its data folder before it starts.
    ///
    /// # Panics
    /// If PostgreSQL isn't installed, or doesn't start: the message says why.
    pub fn start_with(settings: &[(&str, &str)], prepare: impl FnOnce(&Path)) -> Self {
        let folder =
            succeed("make a folder", tempfile::Builder::new().prefix("proofdesk-postgres-").tempdir()).keep();
        let watcher = Some(watch(None, &folder));
        initialize(&folder);
        prepare(&folder.join("data"));
        let url = run(&folder, settings, None);
        Self { url, folder: Some(folder), watcher }
    }

    /// Where it is, as the superuser, in the database `postgres`.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Where a database of it is.
    pub(super) fn url_of(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(database);
        url.into()
    }

    /// Ends it as a power cut would (`kill -9`), and starts it again at the same address, with these settings. Only for a
    /// server of one's own.
    ///
    /// # Panics
    /// If it doesn't start again.
    pub fn crash(&self, settings: &[(&str, &str)]) {
        let Some(folder) = self.folder.as_ref().filter(|_| self.watcher.is_some()) else {
            panic!("others use this server")
        };
        let file = fs::read_to_string(folder.join("data/postmaster.pid"));
        let process = succeed("find the server", file).lines().next().unwrap_or_default().to_owned();
        succeed("kill the server", Command::new("kill").args(["-KILL", &process]).status());
        run(folder, settings, self.url.port());
    }

    /// Its data folder; None for a server that somebody else runs.
    pub fn data(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("data"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut watcher) = self.watcher.take() {
            drop(watcher.stdin.take());
            // It has nothing to say that would help here.
            let _ = watcher.wait();
        }
    }
}

fn parse(url: &str) -> Url {
    match Url::parse(url) {
        Ok(url) => url,
        Err(error) => panic!("the address of the server for tests: {error}"),
    }
}

/// In a process group of its own and with no output, so that it outlives the test that happens to start it.
fn watch(owner: Option<u32>, folder: &Path) -> Child {
    let owner = owner.map(|number| number.to_string()).unwrap_or_default();
    let mut command = Command::new("sh");
    command.args(["-c", WATCHER, "watcher", &owner]).arg(folder).current_dir("/").process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    succeed("start the watcher", command.spawn())
}

fn initialize(folder: &Path) {
    let programs = Programs::find(folder);
    let data = folder.join("data");
    // What an earlier test that failed here has left.
    let _ = fs::remove_dir_all(&data);
    succeed("make a folder", fs::create_dir(&data));
    programs.give(&data);
    // So that the account that the programs run as gets to its data.
    succeed("open a folder", fs::set_permissions(folder, Permissions::from_mode(0o711)));
    let output = folder.join("initdb.log");
    let data = data.display().to_string();
    let options =
        ["--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--username=proofdesk", "--no-sync"];
    let arguments: Vec<&str> = options.into_iter().chain(["--no-instructions", "--pgdata", &data]).collect();
    let made = programs.run("initdb", &output, &arguments);
    assert!(made, "initdb failed: {}", fs::read_to_string(output).unwrap_or_default());
}

fn run(folder: &Path, settings: &[(&str, &str)], port: Option<u16>) -> Url {
    let programs = Programs::find(folder);
    let data = folder.join("data").display().to_string();
    // Somebody may take the port before the server does, or a killed server's last processes may still be there.
    for _attempt in 0..20 {
        let port = port.unwrap_or_else(free_port);
        let line = |(name, value): &(&str, &str)| format!("-c {name}='{value}'");
        let settings: Vec<String> = SETTINGS.iter().chain(settings).map(line).collect();
        let options = format!("-c port={port} {}", settings.join(" "));
        let log = format!("{data}/server.log");
        let arguments =
            ["start", "--wait", "--timeout=60", "--pgdata", &data, "--log", &log, "--options", &options];
        if programs.run("pg_ctl", &folder.join("pg_ctl.log"), &arguments) {
            return parse(&format!("postgres://proofdesk@127.0.0.1:{port}/postgres"));
        }
    }
    panic!(
        "PostgreSQL doesn't start: {}",
        fs::read_to_string(format!("{data}/server.log")).unwrap_or_default()
    )
}
