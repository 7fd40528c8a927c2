//! What may be chosen about a measurement; the task and the program that measures share it.

/// What may be chosen about a measurement.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    /// How often each case is measured; the median of the rounds counts.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) rounds: u32,
    /// How long a case is measured in each round.
    #[arg(long, default_value_t = 2.5, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// How many documents the lists are taken from.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(100..=2_000_000))]
    pub(crate) rows: u64,
    /// Measure only the cases whose names start so, beside the echo; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "is not a number".to_owned())?;
    if (0.1..=60.0).contains(&seconds) { Ok(seconds) } else { Err("must be from 0.1 to 60".to_owned()) }
}
