//! Running a test runner that leaves a report in the form of `JUnit`.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::tally::Tally;

/// Runs it to its end, and counts by its report.
///
/// # Errors
/// If it left none, or failed for another reason than a failed test.
pub(crate) fn run(runner: &mut Command, report: &Path) -> Result<Tally> {
    forget(report)?;
    let ended = runner.stdin(Stdio::null()).status().context("the test runner")?;
    let text = fs::read_to_string(report).with_context(|| format!("the runner left no report: {ended}"))?;
    let tally = Tally::of_junit(&text)?;
    if !ended.success() && tally.failed == 0 {
        bail!("the runner failed, though no test did: {ended}");
    }
    Ok(tally)
}

/// An earlier run's report would speak for this one.
fn forget(report: &Path) -> Result<()> {
    match fs::remove_file(report) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(script: &str, old: Option<&str>) -> Result<Tally> {
        let folder = tempfile::tempdir()?;
        let report = folder.path().join("junit.xml");
        if let Some(old) = old {
            fs::write(&report, old)?;
        }
        let mut command = Command::new("sh");
        run(command.args(["-c", script, "sh"]).arg(&report), &report)
    }

    const GOOD: &str = "<testsuites tests=\"2\" failures=\"0\">";

    #[test]
    fn the_report_counts() {
        let one_failed = r#"echo '<testsuites tests="3" failures="1">' > "$1"; exit 100"#;
        assert_eq!(ran(one_failed, None).unwrap(), Tally { passed: 2, failed: 1 });
        assert_eq!(ran(&format!("echo '{GOOD}' > \"$1\""), None).unwrap(), Tally { passed: 2, failed: 0 });
    }

    #[test]
    fn a_failure_without_a_failed_test_is_told() {
        let told = ran(&format!("echo '{GOOD}' > \"$1\"; exit 4"), None).unwrap_err().to_string();
        assert!(told.contains("no test did"), "{told}");
    }

    #[test]
    fn an_old_report_does_not_count() {
        let told = ran("exit 101", Some(GOOD)).unwrap_err().to_string();
        assert!(told.contains("left no report"), "{told}");
    }
}
