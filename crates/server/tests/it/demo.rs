//! `proofdesk demo`, used as its text says: the lines that it prints are pasted into a real shell.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A running demonstration; stopped when dropped.
struct Demo {
    process: Child,
    /// Where it makes its folder.
    temporary: TempDir,
}

impl Demo {
    fn start(variables: &[(&str, &str)]) -> Self {
        let temporary = TempDir::new().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_proofdesk"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PROOFDESK_") {
                command.env_remove(name);
            }
        }
        command.arg("demo").env("TMPDIR", temporary.path()).current_dir(temporary.path());
        command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { process: command.spawn().expect("it starts"), temporary }
    }

    /// What it says, up to the last line to paste; and what it still will.
    fn guide(&mut self) -> (String, BufReader<ChildStdout>) {
        let mut output = BufReader::new(self.process.stdout.take().expect("piped"));
        let mut said = String::new();
        while !said.contains("MarkAsVerified") {
            let read = output.read_line(&mut said).expect("text");
            assert_ne!(read, 0, "it ended early, after: {said}");
        }
        (said, output)
    }

    fn folders(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.temporary.path()).expect("the folder");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }

    /// Asks it to end, and gives whether it ended well.
    fn stop(&mut self, signal: &str) -> bool {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().expect("kill");
        assert!(sent.success());
        self.process.wait().expect("it ends").success()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn after<'a>(text: &'a str, label: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix(label));
    line.unwrap_or_else(|| panic!("no {label} in: {text}")).trim()
}

/// Runs the lines to paste in a folder, and gives what each of the curl lines printed.
fn paste(guide: &str, folder: &Path) -> Vec<Value> {
    let (_, lines) = guide.split_once("to paste into another terminal:\n").expect("lines to paste");
    let ran = Command::new("sh").arg("-ec").arg(lines).current_dir(folder).output().expect("sh");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8_lossy(&ran.stderr), "");
    let printed = String::from_utf8(ran.stdout).expect("text");
    printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn download(url: &str, login: Option<&str>, to: &Path) -> Vec<u8> {
    let mut curl = Command::new("curl");
    curl.args(["-sSf", "-o"]).arg(to).arg(url);
    curl.args(login.iter().flat_map(|login| ["-u", login]));
    assert!(curl.status().expect("curl").success(), "{url}");
    fs::read(to).expect("the download")
}

#[test]
fn the_main_job_works_as_printed_and_nothing_stays() {
    // Whether this takes the usual port or somebody else has it: the demonstration finds another one.
    let taken = TcpListener::bind("127.0.0.1:8080");
    let mut demo = Demo::start(&[]);
    let (guide, mut rest) = demo.guide();
    drop(taken);
    let base = after(&guide, "Address:");
    assert!(base.starts_with("http://127.0.0.1:") && !base.ends_with(":8080"), "{base}");
    assert_eq!(after(&guide, "The API:"), format!("{base}/docs"));
    for status in ["Pending", "Submitted", "Successful", "Failed", "Cancelled"] {
        assert!(guide.contains(&format!("  {status} ")), "no check is {status}: {guide}");
    }
    let folders = demo.folders();
    assert_eq!(folders.len(), 1, "{folders:?}");
    assert_eq!(fs::metadata(&folders[0]).expect("it is there").permissions().mode() & 0o777, 0o700);

    let desktop = TempDir::new().expect("a folder");
    let answers = paste(&guide, desktop.path());
    let [created, read, decided] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(created["Message"], "CoworkerIdentityCheckDocument was successfully created.");
    assert_eq!(created["Value"]["Id"], read["Id"]);
    assert_eq!(
        (&read["VerificationStatus"], &read["CoworkerFullName"]),
        (&2.into(), &"Nora Specimen".into())
    );
    assert_eq!(decided["WasSuccessful"], true, "{decided}");

    let photo = fs::read(desktop.path().join("photo.jpg")).expect("the photo");
    assert!(photo.starts_with(&[0xFF, 0xD8, 0xFF]) && photo.len() > 10_000, "{} bytes", photo.len());
    let login = format!(
        "admin@example.com:{}",
        after(&guide, "admin@example.com").split(' ').next().expect("a password")
    );
    let documents = format!("{base}/api/spaces/coworkeridentitycheckdocuments");
    for (slot, file) in [("photo", "face"), ("document", "front"), ("additionaldocument", "back")] {
        let kept = format!("{documents}/get{slot}/{}", read["Id"]);
        let kept = download(&kept, Some(&login), &desktop.path().join("kept"));
        let drawn = download(&format!("{base}/demo/{file}.jpg"), None, &desktop.path().join("drawn"));
        assert!(kept == drawn, "{file} is not what was drawn");
        assert_eq!(kept == photo, file == "face", "{file}");
    }

    assert!(demo.stop("-INT"));
    let mut last = String::new();
    rest.read_line(&mut last).and_then(|_| rest.read_line(&mut last)).expect("text");
    assert!(last.contains("are gone"), "{last}");
    assert_eq!(demo.folders(), Vec::<PathBuf>::new());
}

#[test]
fn stopped_while_it_prepares_it_leaves_nothing() {
    let mut demo = Demo::start(&[("PROOFDESK_LISTEN", "127.0.0.1:0")]);
    while demo.folders().is_empty() {
        std::thread::yield_now();
    }
    assert!(demo.stop("-TERM"));
    assert_eq!(demo.folders(), Vec::<PathBuf>::new());
}

#[test]
fn a_port_that_was_asked_for_and_is_taken_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let mut demo = Demo::start(&[("PROOFDESK_LISTEN", &address)]);
    assert!(!demo.process.wait().expect("it ends").success());
    let errors = demo.process.stderr.take().expect("piped");
    let said = BufReader::new(errors).lines().next().expect("a line").expect("text");
    assert!(said.contains(&address), "{said}");
    assert_eq!(demo.folders(), Vec::<PathBuf>::new());
}
