//! Rules for Rust files.

use super::Finding;

/// Lines of the longest file. Most have about 150.
const MAX_LINES: usize = 500;

/// Checks one file. How long a function may be is in `clippy.toml`.
pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let lines = text.lines().count();
    let long = (lines > MAX_LINES).then(|| {
        Finding::new(
            path,
            0,
            format!("has {lines} lines, more than {MAX_LINES}: it holds more than one thing"),
        )
    });
    long.into_iter().chain(exceptions(path, text)).collect()
}

/// Exceptions to lints that don't say why.
fn exceptions(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut offset = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if is_exception(line.trim_start()) {
            let rest = &text[offset..];
            let attribute = rest.split_once(")]").map_or(rest, |(attribute, _)| attribute);
            if !attribute.contains("reason =") {
                findings.push(Finding::new(
                    path,
                    index + 1,
                    "an exception to a lint says why: add `reason = \"…\"`",
                ));
            }
        }
        offset += line.len();
    }
    findings
}

fn is_exception(line: &str) -> bool {
    let attribute = line.strip_prefix("#![").or_else(|| line.strip_prefix("#["));
    attribute.is_some_and(|rest| rest.starts_with("allow(") || rest.starts_with("expect("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_file_is_allowed_and_one_line_more_is_not() {
        assert_eq!(check("a.rs", &"x\n".repeat(MAX_LINES)), []);
        let found = check("a.rs", &"x\n".repeat(MAX_LINES + 1));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("a.rs: has 501 lines"), "{}", found[0]);
    }

    #[test]
    fn an_exception_without_a_reason_is_found() {
        for text in [
            "#[expect(clippy::too_many_lines)]",
            "#![allow(dead_code)]",
            "    #[allow(\n    clippy::a,\n    clippy::b,\n)]\nfn f() { /* reason = elsewhere */ }",
        ] {
            let found = check("a.rs", &format!("//! Doc.\n{text}\nfn g() {{}}\n"));
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].line, 2);
        }
    }

    #[test]
    fn an_exception_with_a_reason_is_fine() {
        for text in [
            "#[expect(clippy::too_many_lines, reason = \"one table\")]",
            "#![allow(\n    clippy::a,\n    reason = \"why\"\n)]",
            "// about #[allow(dead_code)]",
        ] {
            assert_eq!(check("a.rs", text), [], "{text}");
        }
    }
}
