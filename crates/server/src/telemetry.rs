//! Logs and metrics. What is never logged: tokens, passwords, keys, document numbers, customers' file names, bodies.

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts the log, to the standard error.
pub(crate) fn start_log(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.level).context("log.level is no filter")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("the log can't be started: {error}"))
}

/// The upper bounds of the buckets of request durations, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Starts the metrics; the handle renders them.
pub(crate) fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).context("the buckets")?;
    let handle = builder.install_recorder().context("the metrics can't be started")?;
    metrics::describe_counter!("http_requests_total", "Requests, by method, route and status");
    metrics::describe_histogram!(
        "http_request_seconds",
        "Time from a request's head to its answer's head, in seconds"
    );
    metrics::describe_gauge!("http_connections", "Connections that are open");
    metrics::describe_counter!(
        "http_slow_total",
        "Bodies that came, and answers that were taken, too slowly"
    );
    metrics::describe_counter!("tls_failed_total", "Handshakes that failed, by why");
    metrics::describe_counter!("http_too_many_total", "Requests refused because somebody asked too often");
    metrics::describe_counter!(
        "disk_full_total",
        "Requests for something new that were refused because the disk is nearly full"
    );
    describe_scans();
    describe_passwords();
    Ok(handle)
}

fn describe_scans() {
    metrics::describe_counter!(
        "scans_total",
        "Malware scans, by verdict: clean, found, or held for a later one"
    );
    metrics::describe_counter!("malware_total", "Files in which malware was found");
    metrics::describe_gauge!("files_held", "Files that waited for the malware scan after its last round");
}

fn describe_passwords() {
    metrics::describe_counter!("password_hashes_total", "Passwords that were hashed");
    metrics::describe_gauge!("password_queue", "Passwords that wait for their hash");
    metrics::describe_histogram!(
        "password_wait_seconds",
        "How long passwords waited for their hash, in seconds"
    );
    metrics::describe_counter!(
        "password_busy_total",
        "Passwords that were not hashed because too many waited"
    );
}
