//! `proofdesk serve`.

mod sealed;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::StatusCode;
use metrics_exporter_prometheus::PrometheusHandle;
use proofdesk_api::{Allowed, Api, MissingRole, Rate, Rates, Settings};
use proofdesk_desk::error::DeskError;
use proofdesk_desk::scan::held;
use proofdesk_desk::{Desk, accounts, erasure, retention, sweep};
use proofdesk_vault::OpenError;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use super::say;
use crate::assemble::{self, Schema};
use crate::backup as backups;
use crate::config::{Backup, Config};
use crate::http::{self, Renewing, Securing};
use crate::{hygiene, telemetry};

/// How often what nobody needs any more is looked for.
const SWEEP_EVERY: Duration = Duration::from_hours(1);
/// With other nodes on the same data, a file this young may be on its way to its record.
const GRACE: Duration = Duration::from_hours(1);

pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    hygiene::close();
    let tls = http::start_tls(config)?;
    let parts = assemble::probe(config).await.context("the decoder")?;
    if !parts.all() {
        tracing::warn!("files are decoded all the same, because decoder.sandbox says so: {parts}");
    }
    let lock = assemble::lock(config)?;
    assemble::clean(config)?;
    let parts = assemble::parts(config, Schema::Migrate).await?;
    let unsealed = match parts.unseal().await {
        Ok(desk) => Some(prepared(config, desk).await?),
        Err(error @ OpenError::Master(_)) => {
            tracing::error!(%error, "the desk is sealed: it serves nothing before its master key is there");
            None
        }
        Err(error) => return Err(error).context("the vault"),
    };
    let listener = listen(config).await?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "serving");
    let at = format!("{}://{address}/", config.scheme());
    if let Some(desk) = unsealed {
        say(format_args!("Proofdesk serves {at} — try it at {at}docs"));
        serve(config, desk, listener, Router::new(), tls, stopped()?).await?;
    } else {
        say(format_args!("Proofdesk serves {at} — but it is sealed, and waits for its master key"));
        sealed::serve(config, &parts, listener, tls, stopped()?).await?;
    }
    drop(lock);
    Ok(())
}

/// A desk that was just opened, with all that it needs before anybody is served.
async fn prepared(config: &Config, desk: Desk) -> anyhow::Result<Desk> {
    renew_logins(&desk).await?;
    finish_erasures(&desk).await;
    first_start(config, &desk).await?;
    Ok(desk)
}

/// Serves a desk until `stop`.
pub(crate) async fn serve(
    config: &Config,
    desk: Desk,
    listener: TcpListener,
    extra: Router,
    tls: Option<(Securing, Renewing)>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let metrics = telemetry::start_metrics()?;
    let chores = chores(config, &desk);
    let api = api(config, desk, listener.local_addr()?)?;
    let app = http::app(config, api, metrics.clone(), extra);
    answer(config, app, listener, metrics, tls, stop).await;
    for chore in chores {
        chore.abort();
    }
    Ok(())
}

/// Starts what an open desk does by itself.
fn chores(config: &Config, desk: &Desk) -> Vec<JoinHandle<()>> {
    let shared = config.database_url.is_some();
    let mut chores = vec![tokio::spawn(sweep_often(desk.clone(), shared, config.backup.clone()))];
    if config.scan.clamd.is_some() {
        let every = Duration::from_secs(config.scan.retry_seconds.into());
        chores.push(tokio::spawn(rescan_often(desk.clone(), every)));
    }
    chores
}

/// Answers until `stop`, and keeps up what answering needs.
async fn answer(
    config: &Config,
    app: Router,
    listener: TcpListener,
    metrics: PrometheusHandle,
    tls: Option<(Securing, Renewing)>,
    stop: impl Future<Output = ()>,
) {
    let upkeep = tokio::spawn(keep_metrics_small(metrics));
    let (securing, renewing) = tls.unzip();
    let renewer = renewing.map(|renewing: Renewing| tokio::spawn(renewing.run()));
    http::serve(listener, app, &config.http, securing, stop).await;
    if let Some(renewer) = renewer {
        renewer.abort();
    }
    upkeep.abort();
}

fn api(config: &Config, desk: Desk, address: SocketAddr) -> anyhow::Result<Api> {
    let settings = Settings {
        missing_role: if config.api.missing_role_status == 403 {
            MissingRole::Forbidden
        } else {
            MissingRole::Unauthorized
        },
        too_many_status: StatusCode::from_u16(config.api.too_many_status).context("api.too_many_status")?,
        body_bytes: config.api.body_bytes as usize,
        issuer: config.issuer(address),
        secure_cookies: config.secure_cookies(),
    };
    let limits = &config.limits;
    let rate = |per_second, burst| Rate { per_second, burst };
    let allowed = Allowed {
        address: rate(limits.address_per_second, limits.address_burst),
        principal: rate(limits.principal_per_second, limits.principal_burst),
        business: rate(limits.business_per_second, limits.business_burst),
    };
    Ok(Api { desk, settings: Arc::new(settings), rates: Arc::new(Rates::new(allowed)) })
}

pub(crate) async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let listening = TcpListener::bind(config.listen).await;
    listening.with_context(|| format!("listen: {} can't be listened on", config.listen))
}

/// After an update that compares sign-in names in another form than before.
async fn renew_logins(desk: &Desk) -> anyhow::Result<()> {
    for user in accounts::renew_logins(desk).await.context("the sign-in names")? {
        tracing::error!(
            user,
            "this user can't sign in: the e-mail address is another user's, only spelled differently; change one of them"
        );
    }
    Ok(())
}

/// Makes the administrator of a new desk, and says the password once if it was made up.
async fn first_start(config: &Config, desk: &Desk) -> anyhow::Result<()> {
    let made = accounts::first_administrator(desk, &config.admin_email, config.admin_password.clone()).await;
    let made = made.map_err(|error| super::user::explained(in_words_of_configuration(error)));
    let Some(admin) = made.context("the first administrator")? else {
        return Ok(());
    };
    match admin.made_up {
        Some(password) => say(format_args!(
            "This is the first start. Sign in as {} with the password {} and change it; it is not shown again.",
            admin.email,
            password.expose_secret()
        )),
        None => say(format_args!("This is the first start. Sign in as {}.", admin.email)),
    }
    Ok(())
}

/// The error, about the keys of the configuration that the properties come from.
fn in_words_of_configuration(error: DeskError) -> DeskError {
    let DeskError::Invalid(mut errors) = error else { return error };
    for error in &mut errors {
        match error.property.as_str() {
            "NewPassword" => "admin_password".clone_into(&mut error.property),
            "Email" => "admin_email".clone_into(&mut error.property),
            _ => {}
        }
    }
    DeskError::Invalid(errors)
}

/// What was measured is kept one by one until it is put into its buckets: that may not wait for somebody to ask.
async fn keep_metrics_small(metrics: PrometheusHandle) {
    let mut every = tokio::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        metrics.run_upkeep();
    }
}

/// A desk that has its data for itself may destroy at once what a crash left; others wait.
async fn sweep_often(desk: Desk, shared: bool, backup: Backup) {
    let mut grace = if shared { GRACE } else { Duration::ZERO };
    let mut every = tokio::time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        match sweep::sweep(&desk, grace).await {
            Ok(swept) => {
                tracing::info!(
                    discarded = swept.discarded,
                    orphans = swept.orphans,
                    states = swept.states,
                    tokens = swept.tokens,
                    answers = swept.answers,
                    "swept"
                );
            }
            Err(error) => tracing::error!(%error, "the sweep failed; the next one tries again"),
        }
        keep_no_longer(&desk).await;
        grace = GRACE;
        age_keys(&desk, &backup);
    }
}

/// Removes copies of keys that are too old, where the server sees their folder.
fn age_keys(desk: &Desk, backup: &Backup) {
    let Some(folder) = &backup.keys else { return };
    match backups::prune_keys(folder, desk.now(), backup.key_days) {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "copies of keys were too old"),
        Err(error) => tracing::error!(%error, "copies of keys that are too old could not be removed"),
    }
}

/// Finishes what a crash or a failing disk left half erased. Nobody reads it meanwhile.
async fn finish_erasures(desk: &Desk) {
    match erasure::finish_begun(desk).await {
        Ok(0) => {}
        Ok(erased) => tracing::info!(erased, "erasures that were begun before are finished"),
        Err(error) => {
            tracing::error!(%error, "an erasure that was begun can't be finished; it is tried again in an hour");
        }
    }
}

/// Finishes what a failing disk left half erased, and destroys what has been kept for long enough.
async fn keep_no_longer(desk: &Desk) {
    finish_erasures(desk).await;
    match retention::run(desk).await {
        Ok(ran) => tracing::info!(files = ran.files, checks = ran.checks, "retention"),
        Err(error) => tracing::error!(%error, "retention failed; it is tried again in an hour"),
    }
}

/// Scans held files until the scanner has spoken.
async fn rescan_often(desk: Desk, every: Duration) {
    let mut every = tokio::time::interval(every);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        match held::rescan(&desk).await {
            Ok(done) if done == held::Rescanned::default() => {}
            Ok(done) => {
                let held::Rescanned { released, destroyed, held } = done;
                tracing::info!(released, destroyed, held, "scanned what was held");
            }
            // That a disk failed is on the log once.
            Err(DeskError::Broken(_)) => {}
            Err(error) => {
                tracing::error!(%error, "held files could not be scanned; the next round tries again");
            }
        }
    }
}

/// Ends when the process is asked to stop: SIGTERM, or ^C.
pub(crate) fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}
