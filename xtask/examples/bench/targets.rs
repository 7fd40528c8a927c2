//! What the figures must come to. Why these: `docs/performance.md`.

use crate::cases::LARGE_UPLOAD;
use crate::figures::{Measured, Spread};
use crate::report::Report;

/// A bound, and what was measured.
pub(crate) struct Target {
    /// What is bounded, with the bound.
    pub(crate) what: &'static str,
    /// What was measured.
    pub(crate) found: f64,
    /// Whether it is within the bound.
    pub(crate) met: bool,
}

/// The targets of what was measured.
pub(crate) fn of(report: &Report<'_>) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut at_least = |what, bound: f64, found: Option<f64>| {
        targets.extend(found.map(|found| Target { what, found, met: found >= bound }));
    };
    at_least("syncs for a create, one at a time: at least 1", 1.0, report.syncs_each(1));
    at_least("creates at 64: at least 0.2 of the echoes", 0.2, ratio(report, "create-64"));
    at_least("reads at 16: at least 0.5 of the echoes at 64", 0.5, ratio(report, "read-16"));
    let mut at_most = |what, bound: f64, found: Option<f64>| {
        targets.extend(found.map(|found| Target { what, found, met: found <= bound }));
    };
    let echo = cpu(report, "echo-64");
    let known = cpu(report, "known-64").zip(echo).map(|(known, echo)| known - echo);
    at_most("CPU of knowing who asks, by a token seen before: at most 5 µs", 5.0, known);
    let create = cpu(report, "create-64").zip(echo).map(|(create, echo)| create / echo);
    at_most("CPU of a create: at most 5 of an echo's", 5.0, create);
    let slowest = |name| {
        report.figures.case(name).map(|measured| measured.spread(|sample| f64::from(sample.most)).median)
    };
    let flooded = slowest("flooded-read-2").zip(slowest("read-2")).map(|(flooded, calm)| flooded / calm);
    at_most("p99 of a read in a flood of sign-ins: at most 2 of one without", 2.0, flooded);
    let hashed =
        Some(Spread::of(report.figures.baseline.iter().copied()).median).filter(|hashed| *hashed > 0.0);
    let upload = cpu(report, "upload-8").zip(hashed).map(|(upload, hashed)| upload / hashed);
    at_most("CPU of an upload: at most 6 of hashing and encrypting", 6.0, upload);
    at_most("MiB of memory, idle after the start: less than 20", 20.0, Some(report.idle_kib as f64 / 1024.0));
    let is_large = |measured: &&Measured| measured.case.name == LARGE_UPLOAD;
    let peak = report.figures.cases.iter().filter(|measured| !is_large(measured)).map(Measured::peak_mib);
    at_most(
        "MiB of memory at the most, under every other load: less than 64",
        64.0,
        Some(Spread::of(peak).max),
    );
    let large = report.figures.cases.iter().find(is_large).map(Measured::peak_mib);
    at_most("MiB of memory with 50 uploads of 5 MiB at one time: less than 128", 128.0, large);
    let one = (report.one_job.server + report.one_job.decoder) as f64 / 1024.0;
    at_most("MiB more than idle for one photo of 12 megapixels: at most 40", 40.0, Some(one));
    let decoding = &report.decoding;
    let both = decoding.ratio(&decoding.both).map(|ratio| ratio.median);
    at_most("CPU of a photo's view and thumbnail: at most 1.5 of libvips'", 1.5, both);
    targets
}

fn ratio(report: &Report<'_>, name: &str) -> Option<f64> {
    report.figures.case(name).map(|measured| report.figures.ratio(measured).median)
}

fn cpu(report: &Report<'_>, name: &str) -> Option<f64> {
    report.figures.case(name).map(|measured| measured.spread(|sample| sample.cpu).median)
}
