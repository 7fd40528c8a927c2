//! `cargo xtask tidy`: the house rules that no compiler checks.

mod layers;
mod manifests;
mod migrations;
mod source;
mod text;
mod tree;

use std::fmt::{self, Display};
use std::fs;

use anyhow::{Result, bail};

use crate::project::Project;

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// From the project's root.
    path: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// A file of text of the project.
pub(crate) struct File {
    /// From the project's root.
    path: String,
    text: String,
}

/// Checks all rules.
///
/// # Errors
/// If a rule is broken: each place is printed first.
pub(crate) fn run(project: &Project) -> Result<()> {
    let files = read(project)?;
    let mut findings: Vec<Finding> =
        files.iter().flat_map(|file| text::check(&file.path, &file.text)).collect();
    for file in files.iter().filter(|file| has_ending(&file.path, "rs")) {
        findings.extend(source::check(&file.path, &file.text));
    }
    findings.extend(manifests::check(&files));
    findings.extend(migrations::check(&files));
    findings.extend(layers::check(&project.metadata, &files));
    findings.extend(tree::check(project)?);
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} places break a house rule", findings.len());
    }
    println!("{} files are tidy.", files.len());
    Ok(())
}

/// The files that are text; pictures and the like have no rules here.
fn read(project: &Project) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for path in project.files()? {
        if let Ok(text) = String::from_utf8(fs::read(project.root.join(&path))?) {
            files.push(File { path: path.to_string_lossy().into_owned(), text });
        }
    }
    Ok(files)
}

fn has_ending(path: &str, ending: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|found| found == ending)
}

/// The first line of a text that has these words, from 1; 0 if none has.
fn line_of(text: &str, words: &str) -> usize {
    text.lines().position(|line| line.contains(words)).map_or(0, |index| index + 1)
}
