//! What was measured, and how it is summed up.

use serde_json::{Value, json};

use crate::cases::{Case, YARDSTICK};

/// One case in one round.
pub(crate) struct Sample {
    /// Requests in a second.
    pub(crate) rate: f64,
    /// The server's CPU time for a request, user and system, in microseconds.
    pub(crate) cpu: f64,
    /// The client's, likewise.
    pub(crate) client_cpu: f64,
    /// What half of the requests took at most, in microseconds.
    pub(crate) half: u32,
    /// What 99 of 100 requests took at most, in microseconds.
    pub(crate) most: u32,
    /// The most memory that the server had resident, in KiB.
    pub(crate) peak_kib: u64,
}

/// One case in all rounds.
pub(crate) struct Measured {
    /// The case.
    pub(crate) case: Case,
    /// One for each round.
    pub(crate) samples: Vec<Sample>,
}

/// All cases, and what they are compared with.
pub(crate) struct Figures {
    /// The cases, in the order of their declaration.
    pub(crate) cases: Vec<Measured>,
    /// Hashing and encrypting a picture in each round, in microseconds of CPU time; empty if none was uploaded.
    pub(crate) baseline: Vec<f64>,
}

/// The middle and the ends of some figures.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    /// The middle one.
    pub(crate) median: f64,
    /// The least.
    pub(crate) min: f64,
    /// The greatest.
    pub(crate) max: f64,
}

impl Spread {
    /// Of some figures; all 0 if there are none.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut all: Vec<f64> = figures.into_iter().collect();
        all.sort_by(f64::total_cmp);
        let at = |place: usize| all.get(place).copied().unwrap_or(0.0);
        Self { median: at(all.len() / 2), min: at(0), max: at(all.len().saturating_sub(1)) }
    }

    /// How far the ends are apart, as a part of the middle.
    pub(crate) fn width(self) -> f64 {
        if self.median > 0.0 { (self.max - self.min) / self.median } else { 0.0 }
    }

    /// As JSON.
    pub(crate) fn json(self) -> Value {
        json!({ "median": self.median, "min": self.min, "max": self.max })
    }
}

impl Measured {
    /// One figure of every round.
    pub(crate) fn spread(&self, figure: impl Fn(&Sample) -> f64) -> Spread {
        Spread::of(self.samples.iter().map(figure))
    }

    /// The most memory in any round, in MiB.
    pub(crate) fn peak_mib(&self) -> f64 {
        self.spread(|sample| sample.peak_kib as f64 / 1024.0).max
    }
}

impl Figures {
    /// The case with this name, if it was measured.
    pub(crate) fn case(&self, name: &str) -> Option<&Measured> {
        self.cases.iter().find(|measured| measured.case.name == name)
    }

    /// A case's rate as a part of the echo's of the same round.
    pub(crate) fn ratio(&self, measured: &Measured) -> Spread {
        let echo = self.case(YARDSTICK).map(|echo| echo.samples.as_slice()).unwrap_or_default();
        Spread::of(measured.samples.iter().zip(echo).map(|(sample, echo)| sample.rate / echo.rate))
    }
}
