//! libvips, by its binding for Node.js: a process that is told what to make and tells what that cost.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};

use super::Cost;

/// The process; it ends with this.
pub(super) struct Rival {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Rival {
    /// Starts it with the picture that it makes things of.
    pub(super) fn start(node: &Path, script: &Path, picture: &Path) -> Result<Self> {
        let mut process = Command::new(node)
            .arg(script)
            .arg(picture)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", node.display()))?;
        let input = process.stdin.take().context("the rival's input")?;
        let output = BufReader::new(process.stdout.take().context("the rival's output")?);
        Ok(Self { process, input, output })
    }

    /// Makes something so many times; gives what one cost.
    pub(super) fn make(&mut self, what: &str, times: u32) -> Result<Cost> {
        let mut sum = Cost::default();
        for _ in 0..times {
            writeln!(self.input, "{what}").context("the rival has ended")?;
            let mut line = String::new();
            self.output.read_line(&mut line)?;
            let figures: Option<Vec<f64>> = line.split_whitespace().map(|word| word.parse().ok()).collect();
            let [wall, cpu] = figures.unwrap_or_default()[..] else {
                anyhow::bail!("the rival says {line:?}, not two figures");
            };
            sum = Cost { wall: sum.wall + wall, cpu: sum.cpu + cpu };
        }
        let each = f64::from(times.max(1));
        Ok(Cost { wall: sum.wall / each, cpu: sum.cpu / each })
    }
}

impl Drop for Rival {
    fn drop(&mut self) {
        // It has ended by itself if this fails.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
