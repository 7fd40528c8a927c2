//! A network of its own for one test: the test runs itself again under `unshare`, with its own resolver configuration. And the
//! spellings of addresses that are tried there, and nowhere else.
#![expect(clippy::expect_used, reason = "a test that can't set itself up has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// What the namespace's `lo` answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// Every IPv4 and IPv6 address there is.
    EveryAddress,
    /// The canaries' and the public ones, as on an ordinary machine.
    ListedAddresses,
}

/// What a test that can't set itself up says.
const SETUP: &str = "the laboratory can be set up";

/// Set inside the namespace: the name of the network namespace outside.
const OUTSIDE: &str = "PROOFDESK_LAB_OUTSIDE";

/// Gives `lo` its addresses, and the process its own resolver files, then becomes the test.
const SCRIPT: &str = r#"set -e
ip link set lo up
for a in 169.254.169.254 10.0.0.5 100.100.100.200 192.168.1.1 93.184.216.34; do ip addr add $a/32 dev lo; done
for a in fd00:ec2::254 64:ff9b::a9fe:a9fe 2002:7f00:1::1 2606:4700::1111; do ip -6 addr add $a/128 dev lo nodad; done
if [ "$PROOFDESK_LAB_WORLD" = EveryAddress ]; then
  ip route add local 0.0.0.0/0 dev lo
  ip -6 route add local ::/0 dev lo
fi
for f in resolv.conf hosts nsswitch.conf; do mount --bind "$PROOFDESK_LAB_FILES/$f" "/etc/$f"; done
exec "$@"
"#;

const FILES: [(&str, &str); 4] = [
    ("resolv.conf", "nameserver 127.0.0.53\noptions timeout:2 attempts:1\n"),
    ("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    ("nsswitch.conf", "hosts: files dns\n"),
    (".netrc", "default login canary password canary\n"),
];

/// A proxy that would be a canary, if anything asked it.
const PROXIES: [&str; 6] =
    ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// The list that other projects' guards were measured with.
const LISTED: &str = include_str!("listed-spellings.txt");

/// More spellings and more addresses.
const MORE: &str = include_str!("more-spellings.txt");

/// The listed spellings: URLs, most of them without a path.
pub fn listed_spellings() -> impl Iterator<Item = String> {
    spellings(LISTED)
}

/// More of them.
pub fn more_spellings() -> impl Iterator<Item = String> {
    spellings(MORE)
}

fn spellings(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.replace("\\t", "\t").replace("\\n", "\n"))
}

/// Runs `work` in a namespace of its own. `test` is the full name of the calling test.
///
/// # Panics
/// If the namespace can't be made, or the test fails in it.
pub fn enter(test: &str, world: World, work: impl FnOnce()) {
    match std::env::var(OUTSIDE) {
        Ok(outside) => {
            assert_isolated(&outside);
            work();
        }
        Err(_) => match unshare_options() {
            Some(options) => run_inside(test, world, &options),
            None => skip(test),
        },
    }
}

/// Hostile URLs are tried only where nothing can be reached.
fn assert_isolated(outside: &str) {
    assert_ne!(network_namespace(), outside, "the test runs outside its namespace");
    let devices = fs::read_to_string("/proc/self/net/dev").expect(SETUP);
    let names: Vec<&str> =
        devices.lines().skip(2).filter_map(|line| line.split(':').next()).map(str::trim).collect();
    assert_eq!(names, ["lo"], "the namespace has no other device");
}

fn network_namespace() -> String {
    fs::read_link("/proc/self/ns/net").expect(SETUP).to_string_lossy().into_owned()
}

/// As root directly, else as root of a user namespace, where the system allows that.
fn unshare_options() -> Option<Vec<&'static str>> {
    let try_out = |options: &[&str]| {
        let output = Command::new("unshare").args(options).args(["ip", "link", "set", "lo", "up"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    [vec!["-n", "-m"], vec!["-r", "-n", "-m"]].into_iter().find(|options| try_out(options))
}

fn run_inside(test: &str, world: World, options: &[&str]) {
    let folder = tempfile::tempdir().expect(SETUP);
    for (name, text) in FILES {
        fs::write(folder.path().join(name), text).expect(SETUP);
    }
    let output = command(test, world, options, folder.path()).output().expect(SETUP);
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success() && told.contains("1 passed"), "inside the laboratory:\n{told}");
}

fn command(test: &str, world: World, options: &[&str], folder: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(options).args(["--", "sh", "-c", SCRIPT, "sh"]);
    command.arg(std::env::current_exe().expect(SETUP)).args([test, "--exact", "--nocapture"]);
    command.env(OUTSIDE, network_namespace());
    command.env("PROOFDESK_LAB_WORLD", format!("{world:?}"));
    command.env("PROOFDESK_LAB_FILES", folder);
    command.env("HOME", folder).env("NETRC", folder.join(".netrc"));
    command.envs(PROXIES.map(|name| (name, "http://127.0.0.1:3128")));
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    command
}

#[expect(clippy::print_stderr, reason = "a test that is left out must be seen to be")]
fn skip(test: &str) {
    assert!(std::env::var_os("CI").is_none(), "CI must be able to run the laboratory: unshare and iproute2");
    eprintln!("\n*** NOT RUN: {test} needs `unshare -n -m` (root or user namespaces) and iproute2 ***\n");
}
