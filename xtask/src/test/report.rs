//! What a run ends with.

use std::fmt::{self, Display};
use std::time::Duration;

use anyhow::Result;

use super::gate::Gate;
use super::tally::Tally;

/// The gates that ran, and how.
#[derive(Default)]
pub(crate) struct Report {
    gates: Vec<Line>,
}

struct Line {
    gate: Gate,
    tally: Tally,
    took: Duration,
}

impl Report {
    /// Notes how a gate ended, and tells it.
    pub(crate) fn add(&mut self, gate: Gate, outcome: Result<Tally>, took: Duration) {
        let tally = outcome.unwrap_or_else(|error| {
            println!("{}: {error:#}", gate.name());
            // So that a run that failed never ends with "0 failed".
            Tally { passed: 0, failed: 1 }
        });
        let line = Line { gate, tally, took };
        println!("--- {line}");
        self.gates.push(line);
    }

    /// Whether all passed.
    pub(crate) fn is_good(&self) -> bool {
        self.sum().failed == 0
    }

    fn sum(&self) -> Tally {
        let mut sum = Tally::default();
        self.gates.iter().for_each(|line| sum += line.tally);
        sum
    }
}

impl Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.tally.failed == 0 { "passed" } else { "FAILED" };
        write!(f, "{:<8} {word} in {:.1} s", self.gate.name(), self.took.as_secs_f64())
    }
}

/// The gates, and as the last line, alone and plain for a CI to read, the sum of all test runners. A gate that failed
/// without running a test counts as one failure.
impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.gates.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        let sum = self.sum();
        writeln!(f, "\n{} passed, {} failed", sum.passed, sum.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_sum() {
        let mut report = Report::default();
        report.add(Gate::Fmt, Ok(Tally::default()), Duration::ZERO);
        report.add(Gate::Tests, Ok(Tally { passed: 40, failed: 0 }), Duration::from_millis(1500));
        report.add(Gate::Clients, Ok(Tally { passed: 2, failed: 0 }), Duration::ZERO);
        assert!(report.is_good());
        let text = report.to_string();
        assert_eq!(text.lines().last(), Some("42 passed, 0 failed"));
        assert!(text.contains("tests    passed in 1.5 s"), "{text}");
    }

    #[test]
    fn a_gate_without_tests_can_fail_the_run() {
        let mut report = Report::default();
        report.add(Gate::Clippy, Err(anyhow::anyhow!("it warns")), Duration::ZERO);
        report.add(Gate::Tests, Ok(Tally { passed: 40, failed: 0 }), Duration::ZERO);
        assert!(!report.is_good());
        assert!(report.to_string().ends_with("\n40 passed, 1 failed\n"));
    }
}
