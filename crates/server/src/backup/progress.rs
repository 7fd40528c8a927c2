//! How far it is: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::command::say;

/// After how many a line is written, where there is no terminal.
const EVERY: u64 = 1000;

/// Counts what is done.
pub(super) struct Progress {
    what: &'static str,
    bar: Option<ProgressBar>,
    done: u64,
    of: u64,
}

impl Progress {
    /// Of so many.
    pub(super) fn new(what: &'static str, of: usize) -> Self {
        let of = of as u64;
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(of);
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.with_message(what)
        });
        Self { what, bar, done: 0, of }
    }

    /// One more is done.
    pub(super) fn one(&mut self) {
        self.done += 1;
        match &self.bar {
            Some(bar) => bar.inc(1),
            None if self.done.is_multiple_of(EVERY) => {
                say(format_args!("{}: {} of {}", self.what, self.done, self.of));
            }
            None => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
