//! The desk: a process of its own, with a data folder and a database of its own, that ends with the test.

use std::cell::{OnceCell, RefCell};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use proofdesk_testkit::postgres::Database;
use tempfile::TempDir;

use super::{Client, FileServer};

/// The administrator of every desk.
pub(crate) const ADMIN_EMAIL: &str = "admin@example.com";
/// The administrator's password.
pub(crate) const ADMIN_PASSWORD: &str = "correct horse battery staple";

/// The database of a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Sqlite,
    Postgres,
}

/// A desk that is about to start.
pub(crate) struct Builder {
    store: Store,
    settings: Vec<(String, String)>,
}

impl Builder {
    /// Sets a variable without its prefix: `("API__MISSING_ROLE_STATUS", "403")`.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn settings(self, settings: &[(&str, &str)]) -> Self {
        settings.iter().fold(self, |builder, (name, value)| builder.set(name, value))
    }

    /// Starts it, and waits until it serves.
    pub(crate) fn start(self) -> Desk {
        let desk = self.idle();
        desk.run();
        desk
    }

    /// All that it needs, but it isn't started.
    pub(crate) fn idle(self) -> Desk {
        let files = FileServer::start();
        let data = tempfile::tempdir().expect("a temporary folder");
        let address = files.address();
        let mut variables = vec![
            ("LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("DATA".to_owned(), data.path().join("data").display().to_string()),
            ("ADMIN_EMAIL".to_owned(), ADMIN_EMAIL.to_owned()),
            ("ADMIN_PASSWORD".to_owned(), ADMIN_PASSWORD.to_owned()),
            ("EGRESS__ALLOW".to_owned(), format!("[\"{address}\"]")),
        ];
        if self.store == Store::Postgres {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let database = runtime.expect("a runtime").block_on(Database::empty());
            variables.push(("DATABASE_URL".to_owned(), database.url().to_owned()));
        }
        variables.extend(self.settings);
        Desk {
            store: self.store,
            files,
            variables,
            data,
            process: RefCell::new(None),
            admin: OnceCell::new(),
        }
    }
}

/// A running desk.
pub(crate) struct Desk {
    pub(crate) store: Store,
    /// A server beside it, from which it may fetch files.
    pub(crate) files: FileServer,
    variables: Vec<(String, String)>,
    data: TempDir,
    process: RefCell<Option<Process>>,
    admin: OnceCell<Client>,
}

struct Process {
    child: Child,
    url: String,
    /// Kept open, so that the desk can write to it.
    _stdout: BufReader<ChildStdout>,
}

impl Desk {
    /// A desk with the default settings.
    pub(crate) fn start(store: Store) -> Self {
        Self::builder(store).start()
    }

    pub(crate) fn builder(store: Store) -> Builder {
        Builder { store, settings: Vec::new() }
    }

    /// The binary, with this desk's settings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proofdesk"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PROOFDESK_") {
                command.env_remove(name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (format!("PROOFDESK_{name}"), value)));
        command.args(arguments).current_dir(self.data.path()).stdin(Stdio::null());
        command
    }

    /// Starts the process, after [`Desk::kill`] again; the port is another then.
    pub(crate) fn run(&self) {
        let log = File::options().create(true).append(true).open(self.log_file()).expect("a log");
        let mut command = self.command(&["serve"]);
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the binary starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let url = url_said(&mut stdout);
        if url.is_none() {
            // Else it would outlive the test that fails here.
            let _ = child.kill();
        }
        let url = url.unwrap_or_else(|| panic!("the desk doesn't start:\n{}", self.log()));
        *self.process.borrow_mut() = Some(Process { child, url, _stdout: stdout });
    }

    /// Ends the process at once, as a loss of power would (SIGKILL).
    pub(crate) fn kill(&self) {
        if let Some(mut process) = self.process.borrow_mut().take() {
            process.child.kill().expect("the process is killed");
            process.child.wait().expect("the process ends");
        }
    }

    /// The id of the process.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.borrow().as_ref().expect("it runs").child.id()
    }

    /// Where it serves, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        self.process.borrow().as_ref().expect("it runs").url.clone()
    }

    /// Where its database is, if that isn't in its data folder.
    pub(super) fn database_url(&self) -> Option<&str> {
        let database = self.variables.iter().find(|(name, _)| name == "DATABASE_URL");
        database.map(|(_, url)| url.as_str())
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> PathBuf {
        let said = self.variables.iter().rfind(|(name, _)| name == "DATA");
        said.map_or_else(|| self.data.path().join("data"), |(_, path)| path.into())
    }

    /// A folder of the test's own, gone with it.
    pub(crate) fn folder(&self) -> &Path {
        self.data.path()
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.data.path().join("desk.log")
    }

    /// How many passwords it has begun to hash since it was started.
    pub(crate) fn password_hashes(&self) -> u64 {
        let text = self.anonymous().get("/metrics").text();
        let line = text.lines().find_map(|line| line.strip_prefix("password_hashes_total "));
        line.map_or(0, |count| count.parse().expect("a number"))
    }

    /// The unrestricted administrator, signed in.
    pub(crate) fn admin(&self) -> &Client {
        self.admin.get_or_init(|| self.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD))
    }

    /// Nobody.
    pub(crate) fn anonymous(&self) -> Client {
        Client::new(&self.url())
    }

    /// Somebody, signed in by password.
    pub(crate) fn signed_in(&self, email: &str, password: &str) -> Client {
        let form = [("grant_type", "password"), ("username", email), ("password", password)];
        let answer = self.anonymous().form("/api/token", &form);
        assert_eq!(answer.status, 200, "{email} signs in: {}", answer.text());
        let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
        self.anonymous().with_authorization(&format!("Bearer {token}"))
    }
}

impl Drop for Desk {
    #[expect(clippy::print_stderr, reason = "the test runner shows it with a test that fails")]
    fn drop(&mut self) {
        if let Some(mut process) = self.process.borrow_mut().take() {
            let _ = process.child.kill();
            let _ = process.child.wait();
        }
        if std::thread::panicking() {
            eprintln!("--- the log of the desk ({:?}):\n{}", self.store, self.log());
        }
    }
}

/// Reads what the desk says at its start, up to the address that it serves.
fn url_said(stdout: &mut impl BufRead) -> Option<String> {
    for line in stdout.lines() {
        let line = line.ok()?;
        if let Some((_, rest)) = line.split_once("Proofdesk serves ") {
            return Some(rest.split_whitespace().next()?.trim_end_matches('/').to_owned());
        }
    }
    None
}
