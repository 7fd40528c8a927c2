//! How many tests passed and failed, read from what the runners leave.

use std::ops::AddAssign;

use anyhow::{Context, Result, bail};

/// Tests that ran. Those left out count nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// From a report in the form of `JUnit`, as nextest and pytest write it: the first element with counts has them all.
    ///
    /// # Errors
    /// If there are none.
    pub(crate) fn of_junit(report: &str) -> Result<Self> {
        let elements = report.split('<').filter(|element| element.starts_with("testsuite"));
        for element in elements {
            let element = element.split_once('>').map_or(element, |(start, _)| start);
            let Some(tests) = attribute(element, "tests") else { continue };
            let count = |name| attribute(element, name).unwrap_or(0);
            let failed = count("failures") + count("errors");
            let passed = tests.saturating_sub(failed + count("skipped"));
            return Ok(Self { passed, failed });
        }
        bail!("the runner's report has no counts")
    }

    /// From the output of `cargo test`: one `test result:` line for each crate.
    ///
    /// # Errors
    /// If such a line has another form than known.
    pub(crate) fn of_cargo(output: &str) -> Result<Self> {
        let mut sum = Self::default();
        for line in output.lines().filter(|line| line.starts_with("test result:")) {
            let count = |what| before(line, what).with_context(|| format!("no counts in {line:?}"));
            sum += Self { passed: count("passed")?, failed: count("failed")? };
        }
        Ok(sum)
    }
}

fn attribute(element: &str, name: &str) -> Option<u64> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    rest.split_once('"')?.0.parse().ok()
}

/// The number before a word, as in `; 3 failed;`.
fn before(line: &str, word: &str) -> Option<u64> {
    let (start, _) = line.split_once(&format!(" {word}"))?;
    start.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_has_its_counts_at_the_root() {
        let report = r#"<?xml version="1.0"?>
            <testsuites name="nextest-run" tests="12" failures="2" errors="1" uuid="x" time="1.2">
            <testsuite name="a" tests="5" disabled="0" errors="0" failures="0">"#;
        assert_eq!(Tally::of_junit(report).unwrap(), Tally { passed: 9, failed: 3 });
    }

    #[test]
    fn pytest_has_its_counts_one_level_down() {
        let report = r#"<testsuites name="pytest tests">
            <testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="0.1">"#;
        assert_eq!(Tally::of_junit(report).unwrap(), Tally { passed: 4, failed: 3 });
    }

    #[test]
    fn a_report_without_counts_is_an_error() {
        assert!(Tally::of_junit("<testsuites name=\"cut off\">").is_err());
        assert!(Tally::of_junit("").is_err());
    }

    #[test]
    fn the_crates_of_doc_tests_are_added_up() {
        let output = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                      noise 7 passed\n\
                      test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(Tally::of_cargo(output).unwrap(), Tally { passed: 4, failed: 2 });
        assert!(Tally::of_cargo("test result: something new").is_err());
        assert_eq!(Tally::of_cargo("").unwrap(), Tally::default());
    }
}
