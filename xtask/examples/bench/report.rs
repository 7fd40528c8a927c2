//! The figures as a table for people and as JSON for machines.

use std::fmt::{Display, Formatter, Result};

use serde_json::{Value, json};

use crate::cases::YARDSTICK;
use crate::decode::{Cost, Decoding};
use crate::figures::{Figures, Measured, Spread};
use crate::memory::OneJob;
use crate::options::Options;
use crate::syncs::Syncs;
use crate::targets;

/// The echo's rate over the rounds may differ by this part of its median before the ratios say nothing.
const NOISE: f64 = 0.4;

/// Everything that came out.
pub(crate) struct Report<'a> {
    /// How it was measured.
    pub(crate) options: &'a Options,
    /// The cases.
    pub(crate) figures: Figures,
    /// The syncs.
    pub(crate) syncs: Vec<Syncs>,
    /// The memory that was resident after the start, in KiB.
    pub(crate) idle_kib: u64,
    /// The memory that was resident after all loads, in KiB.
    pub(crate) loaded_kib: u64,
    /// What one large picture took.
    pub(crate) one_job: OneJob,
    /// The decoder and its rival.
    pub(crate) decoding: Decoding,
}

impl Report<'_> {
    /// The syncs for a create with this many connections, if they were counted.
    pub(crate) fn syncs_each(&self, connections: usize) -> Option<f64> {
        self.syncs.iter().find(|syncs| syncs.connections == connections).map(|syncs| syncs.each)
    }

    /// How far the rounds of the echo are apart.
    fn noise(&self) -> f64 {
        self.figures.case(YARDSTICK).map_or(0.0, |echo| echo.spread(|sample| sample.rate).width())
    }

    /// As JSON. CPU is in microseconds for a request, memory in KiB.
    pub(crate) fn json(&self) -> Value {
        let case = |measured: &Measured| {
            json!({
                "case": measured.case.name,
                "requests_per_second": measured.spread(|sample| sample.rate).json(),
                "ratio_to_echo": self.figures.ratio(measured).json(),
                "server_cpu": measured.spread(|sample| sample.cpu).json(),
                "client_cpu": measured.spread(|sample| sample.client_cpu).json(),
                "p50_microseconds": measured.spread(|sample| f64::from(sample.half)).json(),
                "p99_microseconds": measured.spread(|sample| f64::from(sample.most)).json(),
                "peak_memory": measured.spread(|sample| sample.peak_kib as f64).json(),
            })
        };
        let syncs =
            |syncs: &Syncs| json!({ "connections": syncs.connections, "syncs_per_create": syncs.each });
        let targets = targets::of(self);
        let target = |target: &targets::Target| json!({ "target": target.what, "found": target.found, "met": target.met });
        json!({
            "rounds": self.options.rounds,
            "seconds": self.options.seconds,
            "rows": self.options.rows,
            "echo_spread": self.noise(),
            "too_noisy": self.noise() > NOISE,
            "cases": self.figures.cases.iter().map(case).collect::<Vec<_>>(),
            "hash_and_encrypt_cpu": Spread::of(self.figures.baseline.iter().copied()).json(),
            "syncs": self.syncs.iter().map(syncs).collect::<Vec<_>>(),
            "idle_memory": self.idle_kib,
            "memory_after_loads": self.loaded_kib,
            "memory_of_one_photo": { "server": self.one_job.server, "decoder": self.one_job.decoder },
            "decoding": self.decoding.json(),
            "targets": targets.iter().map(target).collect::<Vec<_>>(),
        })
    }

    fn line(&self, f: &mut Formatter<'_>, measured: &Measured) -> Result {
        let rate = measured.spread(|sample| sample.rate);
        let ratio = self.figures.ratio(measured);
        let cpu = measured.spread(|sample| sample.cpu);
        writeln!(
            f,
            "{:<15} {:>7.0} {:>6.0}–{:<6.0} {:>6.3} {:>6.3}–{:<6.3} {:>7.1} {:>6.1}–{:<7.1} {:>6.1} {:>8.2} {:>8.2} {:>6.1}",
            measured.case.name,
            rate.median,
            rate.min,
            rate.max,
            ratio.median,
            ratio.min,
            ratio.max,
            cpu.median,
            cpu.min,
            cpu.max,
            measured.spread(|sample| sample.client_cpu).median,
            measured.spread(|sample| f64::from(sample.half)).median / 1000.0,
            measured.spread(|sample| f64::from(sample.most)).median / 1000.0,
            measured.peak_mib(),
        )
    }
}

impl Report<'_> {
    /// What decoding cost, where it was measured.
    fn decoding(&self, f: &mut Formatter<'_>) -> Result {
        let Decoding { ours, both, thumbnail } = &self.decoding;
        let named: [(&str, &[Cost]); 3] = [
            ("ours, view and thumbnail", ours),
            ("sharp, the same", both),
            ("sharp, thumbnail alone", thumbnail),
        ];
        for (name, costs) in named.into_iter().filter(|(_, costs)| !costs.is_empty()) {
            let cpu = Decoding::spread(costs, |cost| cost.cpu);
            let wall = Decoding::spread(costs, |cost| cost.wall);
            writeln!(
                f,
                "decode, {name}: {:.1} ms of CPU ({:.1}–{:.1}), {:.1} ms on the clock",
                cpu.median, cpu.min, cpu.max, wall.median
            )?;
        }
        Ok(())
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "{:<15} {:>7} {:<13} {:>6} {:<13} {:>7} {:<14} {:>6} {:>8} {:>8} {:>6}",
            "case",
            "req/s",
            "  min–max",
            "/echo",
            "  min–max",
            "CPU µs",
            "  min–max",
            "client",
            "p50 ms",
            "p99 ms",
            "MiB"
        )?;
        self.figures.cases.iter().try_for_each(|measured| self.line(f, measured))?;
        let baseline = Spread::of(self.figures.baseline.iter().copied());
        if baseline.median > 0.0 {
            writeln!(f, "hash and encrypt the picture: {:.0} µs of CPU", baseline.median)?;
        }
        for syncs in &self.syncs {
            writeln!(f, "syncs for a create, {} at a time: {:.2}", syncs.connections, syncs.each)?;
        }
        let mib = |kib: u64| kib as f64 / 1024.0;
        writeln!(
            f,
            "memory: {:.1} MiB idle, {:.1} after all loads",
            mib(self.idle_kib),
            mib(self.loaded_kib)
        )?;
        let OneJob { server, decoder } = self.one_job;
        writeln!(
            f,
            "a photo of 12 megapixels: {:.1} MiB in the server, {:.1} in the decoder",
            mib(server),
            mib(decoder)
        )?;
        self.decoding(f)?;
        for target in targets::of(self) {
            writeln!(
                f,
                "{:<6}  {}: {:.2}",
                if target.met { "ok" } else { "MISSED" },
                target.what,
                target.found
            )?;
        }
        match self.noise() {
            noise if noise > NOISE => {
                write!(
                    f,
                    "TOO NOISY: the rounds of the echo differ by {:.0} %: only CPU counts",
                    noise * 100.0
                )
            }
            noise => write!(f, "the rounds of the echo differ by {:.0} %", noise * 100.0),
        }
    }
}
