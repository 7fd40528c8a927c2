//! Running other programs.

use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// Runs a program with this one's output, to its end.
///
/// # Errors
/// If it can't be started, or fails.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot run `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed: {status}");
    }
    Ok(())
}

/// What a program prints; its errors go where this one's go. Fails as [`succeed`] does.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = output(command)?;
    if !output.status.success() {
        bail!("`{line}` failed: {}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed something else than text"))
}

/// What a program prints and how it ended, for one that may fail.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    let line = line(command);
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    command.output().with_context(|| format!("cannot run `{line}`"))
}

/// Whether a program can be run and succeeds, with nothing shown.
pub(crate) fn works(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_names_the_command() {
        let told = succeed(&mut shell("exit 3")).unwrap_err().to_string();
        assert!(told.contains("sh -c exit 3") && told.contains('3'), "{told}");
        let told = read(&mut shell("exit 4")).unwrap_err().to_string();
        assert!(told.contains("sh -c exit 4"), "{told}");
        let told = succeed(&mut Command::new("proofdesk-no-such-program")).unwrap_err().to_string();
        assert!(told.contains("cannot run `proofdesk-no-such-program`"), "{told}");
    }

    #[test]
    fn what_it_prints_is_read() {
        assert_eq!(read(&mut shell("echo one")).unwrap(), "one\n");
        assert!(read(&mut shell("printf '\\377'")).is_err());
        assert!(works(&mut shell("true")));
        assert!(!works(&mut shell("false")));
    }
}
