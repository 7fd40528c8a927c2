//! A server whose master key isn't there: it answers that, looks for the key, and opens when it comes.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use proofdesk_desk::Desk;
use proofdesk_vault::OpenError;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{answer, api, chores, prepared};
use crate::assemble::Parts;
use crate::config::Config;
use crate::http::sealed::{self, Opened, RETRY_SECONDS};
use crate::http::{self, Renewing, Securing};
use crate::telemetry;

/// Serves until `stop`: the refusals of a sealed desk first, and the desk from when it can be opened.
pub(super) async fn serve(
    config: &Config,
    parts: &Parts,
    listener: TcpListener,
    tls: Option<(Securing, Renewing)>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let metrics = telemetry::start_metrics()?;
    let (address, opened) = (listener.local_addr()?, Opened::default());
    let hangup = signal(SignalKind::hangup())?;
    let app = sealed::app(config, metrics.clone(), opened.clone());
    let answering = answer(config, app, listener, metrics.clone(), tls, stop);
    let opening = async {
        let app = open(config, parts, address, metrics, hangup).await;
        // Only this sets it.
        let _ = opened.set(app);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = answering => {}
        () = opening => {}
    }
    Ok(())
}

/// Looks for the master key until it is there, and the desk is ready to answer.
async fn open(
    config: &Config,
    parts: &Parts,
    address: SocketAddr,
    metrics: PrometheusHandle,
    mut hangup: Signal,
) -> Router {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(RETRY_SECONDS.into())) => {}
            _ = hangup.recv() => {}
        }
        match parts.unseal().await {
            Ok(desk) => match ready(config, desk, address, metrics.clone()).await {
                Ok(app) => {
                    tracing::info!("the master key is there: the desk is open");
                    return app;
                }
                Err(error) => tracing::error!(error = format!("{error:#}"), "the desk could not be opened"),
            },
            Err(error @ OpenError::Master(_)) => tracing::warn!(%error, "the desk stays sealed"),
            Err(error) => tracing::error!(%error, "the desk stays sealed"),
        }
    }
}

async fn ready(
    config: &Config,
    desk: Desk,
    address: SocketAddr,
    metrics: PrometheusHandle,
) -> anyhow::Result<Router> {
    let desk = prepared(config, desk).await?;
    let api = api(config, desk.clone(), address).context("the API")?;
    // They go on until the process ends.
    drop(chores(config, &desk));
    Ok(http::app(config, api, metrics, Router::new()))
}
