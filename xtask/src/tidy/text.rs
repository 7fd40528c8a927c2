//! Rules for every text file.

use super::Finding;

/// Files that may name what others may not, and why.
const MAY_NAME_A_REGISTRY: [&str; 1] = [
    // Cargo writes each crate's source into it.
    "Cargo.lock",
];

/// Folders of one machine. Written without slashes, so that this file has no such path itself.
const FOLDERS: [&str; 4] = ["tmp", "root", "home", "work"];

/// What is left over from work in progress, cut in two so that this file doesn't break its own rule.
const LEFT_OVERS: [(&str, &str); 7] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X"),
    ("to", "do!("),
    ("un", "implemented!("),
    ("#[ig", "nore"),
    ("db", "g!("),
];

/// Hosts of package registries: where packages come from is the business of the machine that builds.
const REGISTRIES: [(&str, &str); 7] = [
    ("crates", "io"),
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("yarnpkg", "com"),
    ("rubygems", "org"),
];

/// Checks one file.
pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut tell = |message: String| findings.push(Finding::new(path, index + 1, message));
        if let Some(folder) = machine_path(line) {
            tell(format!(
                "a path of one machine: {folder}; take it from the environment, or from a temporary folder"
            ));
        }
        if let Some(word) = left_over(line) {
            tell(format!("{word} is left over: finish it, or say it in an issue"));
        }
        if !MAY_NAME_A_REGISTRY.contains(&path)
            && let Some(host) = registry(line)
        {
            tell(format!("names the registry {host}: say which package, not from where"));
        }
    }
    findings
}

/// A folder at the start of an absolute path. `https://host/home/` and `$TARGET/tmp/` are none.
fn machine_path(line: &str) -> Option<String> {
    let is_start = |before: &str| {
        let last = before.chars().last();
        !last.is_some_and(|c| c.is_alphanumeric() || "_.$}-*]".contains(c))
    };
    let mut folders = FOLDERS.iter().map(|name| format!("/{name}/"));
    folders.find(|folder| line.match_indices(folder.as_str()).any(|(at, _)| is_start(&line[..at])))
}

fn left_over(line: &str) -> Option<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = LEFT_OVERS.iter().map(|(start, end)| format!("{start}{end}"));
    words.find(|word| {
        line.match_indices(word.as_str()).any(|(at, _)| {
            let before = line[..at].chars().last().is_some_and(is_word);
            let ends_in_word = word.chars().last().is_some_and(is_word);
            let after = ends_in_word && line[at + word.len()..].chars().next().is_some_and(is_word);
            !before && !after
        })
    })
}

fn registry(line: &str) -> Option<String> {
    let line = line.to_lowercase();
    REGISTRIES.iter().map(|(name, top)| format!("{name}.{top}")).find(|host| line.contains(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<(usize, String)> {
        check("a.md", text).into_iter().map(|finding| (finding.line, finding.message)).collect()
    }

    /// A path as the rule must find it, without being one here.
    fn below(folder: &str) -> String {
        format!("/{folder}/x")
    }

    #[test]
    fn paths_of_a_machine_are_found_with_their_line() {
        for folder in FOLDERS {
            for text in [below(folder), format!("see `{}`", below(folder)), format!("({})", below(folder))] {
                let found = messages(&format!("first\n{text}"));
                assert_eq!(found.len(), 1, "{text}");
                assert_eq!(found[0].0, 2);
                assert!(found[0].1.contains(&format!("/{folder}/")), "{}", found[0].1);
            }
        }
    }

    #[test]
    fn other_paths_are_fine() {
        for text in [
            format!("https://desk.example{}", below("home")),
            format!("$CARGO_TARGET_DIR{}", below("tmp")),
            format!("${{HOME}}{}", below("work")),
            format!("src{}", below("root")),
            "/homes/x and /tmpfs/x".to_owned(),
        ] {
            assert_eq!(messages(&text), [], "{text}");
        }
    }

    #[test]
    fn left_overs_are_found() {
        for (start, end) in LEFT_OVERS {
            let text = format!("a {start}{end} b");
            assert_eq!(messages(&text).len(), 1, "{text}");
        }
    }

    #[test]
    fn words_that_merely_contain_one_are_fine() {
        let (start, end) = LEFT_OVERS[0];
        for text in [format!("MAS{start}{end}N"), format!("{start}{end}S"), format!("{start}_{end}")] {
            assert_eq!(messages(&text), [], "{text}");
        }
    }

    #[test]
    fn registries_are_found_but_in_the_lock_file() {
        for (name, top) in REGISTRIES {
            let text = format!("from https://index.{name}.{top}/x");
            assert_eq!(messages(&text).len(), 1, "{text}");
            assert_eq!(check("Cargo.lock", &text), []);
        }
        assert_eq!(messages("https://example.org"), []);
    }
}
