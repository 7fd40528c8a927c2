//! The rounds: every case in each of them, in an order that turns, so that what else the machine does meets all alike.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::baseline::hash_and_encrypt;
use crate::cases::{Bench, Case, Kind};
use crate::client::Request;
use crate::figures::{Figures, Measured, Sample};
use crate::flood::Flood;
use crate::load::{self, Until};
use crate::options::Options;
use crate::usage::Process;

/// How long the server's idleness is watched.
const WATCH: Duration = Duration::from_millis(200);
/// How often it is watched before it is measured all the same.
const PATIENCE: usize = 100;

/// Measures the cases.
pub(crate) async fn measure(bench: &Bench, cases: &[Case], options: &Options) -> Result<Figures> {
    let measured = cases.iter().map(|case| Measured { case: *case, samples: Vec::new() }).collect();
    let mut figures = Figures { cases: measured, baseline: Vec::new() };
    let time = Until::Time(Duration::from_secs_f64(options.seconds));
    for round in 0..options.rounds as usize {
        eprintln!("round {} of {}", round + 1, options.rounds);
        for step in 0..cases.len() {
            let place = (step + round) % cases.len();
            let case = cases[place];
            if case.kind == Kind::Upload {
                figures.baseline.push(hash_and_encrypt(&bench.world.picture)?.as_secs_f64() * 1e6);
            }
            let sample = match case.kind.uploads() {
                Some(count) => upload(bench, case, count).await?,
                None => sample(bench, case, bench.requests(case.kind, &[]), time).await?,
            };
            figures.cases[place].samples.push(sample);
        }
    }
    Ok(figures)
}

async fn upload(bench: &Bench, case: Case, count: u64) -> Result<Sample> {
    let places = bench.places(count).await?;
    let measured = sample(bench, case, bench.requests(case.kind, &places), Until::Count(count)).await;
    bench.clear(&places).await?;
    measured
}

async fn sample(bench: &Bench, case: Case, requests: Vec<Request>, until: Until) -> Result<Sample> {
    let (server, client) = (bench.server.process(), Process::own());
    settle(server).await?;
    server.forget_peak()?;
    let (server_before, client_before) = (server.cpu()?, client.cpu()?);
    let address = bench.server.address;
    let flood = if case.kind == Kind::Flooded { Some(Flood::start(address).await?) } else { None };
    let outcome = load::run(address, Arc::new(requests), case.connections, until).await?;
    if let Some(flood) = flood {
        flood.end().await?;
    }
    let (server_after, client_after) = (server.cpu()?, client.cpu()?);
    let each = |time: Duration| time.as_secs_f64() * 1e6 / outcome.requests.max(1) as f64;
    Ok(Sample {
        rate: outcome.rate(),
        cpu: each(server_after.saturating_sub(server_before)),
        client_cpu: each(client_after.saturating_sub(client_before)),
        half: outcome.percentile(0.5),
        most: outcome.percentile(0.99),
        peak_kib: server.peak_kib()?,
    })
}

/// Waits until the server has nothing more to do: it destroys files after it has answered.
pub(crate) async fn settle(server: Process) -> Result<()> {
    let mut before = server.cpu()?;
    for _ in 0..PATIENCE {
        tokio::time::sleep(WATCH).await;
        let now = server.cpu()?;
        if now == before {
            break;
        }
        before = now;
    }
    Ok(())
}
