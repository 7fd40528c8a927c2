//! Rules for `Cargo.toml`: one place for versions, and each dependency with what it is for.

use super::{File, Finding};

/// The workspace's own manifest.
const ROOT: &str = "Cargo.toml";

/// Where it lists the dependencies.
const SECTION: &str = "[workspace.dependencies]";

/// Checks the workspace's manifest and its crates'.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let (roots, members): (Vec<&File>, Vec<&File>) =
        files.iter().filter(|file| is_manifest(&file.path)).partition(|file| file.path == ROOT);
    let mut findings: Vec<Finding> = members.iter().flat_map(|file| versions(file)).collect();
    for root in roots {
        findings.extend(comments(root));
        findings.extend(unused(root, &members));
    }
    findings
}

fn is_manifest(path: &str) -> bool {
    path == ROOT || path.ends_with("/Cargo.toml")
}

/// Dependencies of the workspace with no comment on the line above. The project's own crates speak for themselves.
fn comments(root: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut above = "";
    for entry in entries(&root.text, |section| section == SECTION) {
        if entry.name.is_some_and(|_| !entry.line.contains("path =") && !is_comment(above)) {
            let message = "a dependency says what it is for: put a comment on the line above";
            findings.push(Finding::new(&root.path, entry.number, message));
        }
        above = entry.line;
    }
    findings
}

fn is_comment(line: &str) -> bool {
    line.starts_with('#') && !line.starts_with("# ---")
}

/// Dependencies of the workspace that no crate takes.
fn unused(root: &File, members: &[&File]) -> Vec<Finding> {
    let taken: Vec<&str> = members
        .iter()
        .flat_map(|file| entries(&file.text, is_dependencies).filter_map(|entry| entry.name))
        .collect();
    let listed = entries(&root.text, |section| section == SECTION);
    let unused = listed.filter_map(|entry| {
        let name = entry.name.filter(|name| !taken.contains(name))?;
        Some(Finding::new(&root.path, entry.number, format!("no crate uses {name}: remove it")))
    });
    unused.collect()
}

/// Dependencies of a crate that have a version or a path of their own.
fn versions(member: &File) -> Vec<Finding> {
    let own = entries(&member.text, is_dependencies).filter(|entry| match entry.name {
        Some(name) => {
            let rest = entry.line[name.len()..].replace(' ', "");
            !(rest.starts_with(".workspace=true") || rest.starts_with("={workspace=true"))
        }
        // `[dependencies.name]` on several lines hides from the other rules.
        None => entry.line.starts_with('[') && entry.line.contains("dependencies."),
    });
    let message = "a version belongs into the workspace's Cargo.toml: write `name.workspace = true`";
    own.map(|entry| Finding::new(&member.path, entry.number, message)).collect()
}

fn is_dependencies(section: &str) -> bool {
    section.trim_end_matches(']').ends_with("dependencies") || section.contains("dependencies.")
}

/// A line of a section.
struct Entry<'a> {
    number: usize,
    line: &'a str,
    /// The key, on a line that has one.
    name: Option<&'a str>,
}

/// The lines of the sections of a manifest that are wanted, with their headers.
fn entries(manifest: &str, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Entry<'_>> {
    let mut inside = false;
    manifest.lines().enumerate().filter_map(move |(index, line)| {
        if line.starts_with('[') {
            inside = wanted(line);
        }
        inside.then(|| Entry { number: index + 1, line, name: key(line) })
    })
}

fn key(line: &str) -> Option<&str> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))?;
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start();
    (end > 0 && (rest.starts_with('=') || rest.starts_with('.'))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(root: &str, member: &str) -> Vec<File> {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        vec![
            file(ROOT, &format!("[workspace.dependencies]\n{root}\n[profile.dev]\nx = 1\n")),
            file("crates/a/Cargo.toml", &format!("[package]\nversion = \"1\"\n{member}\n")),
        ]
    }

    fn lines(root: &str, member: &str) -> Vec<(String, usize)> {
        check(&files(root, member)).into_iter().map(|finding| (finding.path, finding.line)).collect()
    }

    const TAKEN: &str =
        "[dependencies]\none.workspace = true\ntwo = { workspace = true, features = [\"x\"] }";

    #[test]
    fn a_manifest_in_order_has_no_finding() {
        let root = "# --- Section\n# For this.\none = \"1\"\n# For that.\ntwo = \"2\"\nown = { path = \"crates/own\" }";
        assert_eq!(lines(root, &format!("{TAKEN}\nown.workspace = true")), []);
    }

    #[test]
    fn each_dependency_needs_a_comment_of_its_own() {
        let root = "# --- Section\none = \"1\"\n# For that.\n\ntwo = \"2\"";
        assert_eq!(lines(root, TAKEN), [(ROOT.to_owned(), 3), (ROOT.to_owned(), 6)]);
    }

    #[test]
    fn a_dependency_that_nobody_takes_is_found() {
        let root = "# For this.\none = \"1\"\n# For that.\ntwo = \"2\"\n# For nothing.\nthree = \"3\"";
        assert_eq!(lines(root, TAKEN), [(ROOT.to_owned(), 7)]);
    }

    #[test]
    fn a_crate_pins_nothing_itself() {
        let root = "# For this.\none = \"1\"";
        for own in [
            "one = \"1.0\"",
            "one = { version = \"1\" }",
            "one = { path = \"../one\" }",
            "one = { git = \"x\", workspace = true }",
        ] {
            for section in ["[dependencies]", "[dev-dependencies]", "[target.'cfg(unix)'.dependencies]"] {
                let found = lines(root, &format!("{section}\n{own}"));
                assert_eq!(found, [("crates/a/Cargo.toml".to_owned(), 4)], "{section} {own}");
            }
        }
        let found = lines(root, "[dependencies]\none.workspace = true\n[dependencies.two]\nversion = \"1\"");
        assert!(found.contains(&("crates/a/Cargo.toml".to_owned(), 5)), "{found:?}");
    }
}
