//! `proofdesk demo`: a throw-away desk that shows the main job.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use anyhow::Context;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use proofdesk_desk::Desk;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::{say, serve};
use crate::ambient::SystemRandom;
use crate::assemble::{self, Schema};
use crate::config::{Config, DEFAULTS, Erasure, KeySource, Keys, Tls};
use crate::demo::{self, Folder, Seeded};
use crate::telemetry;

/// How long what goes on in the background may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn run(runtime: Runtime, file: Option<&Path>) -> anyhow::Result<()> {
    let mut config = Config::load(file)?;
    let defaults: Config = toml::from_str(DEFAULTS).context("the defaults")?;
    if config.log.level == defaults.log.level {
        // Else the log drowns what there is to read.
        "warn".clone_into(&mut config.log.level);
    }
    telemetry::start_log(&config.log)?;
    // From here on a signal ends it in order: the folder that is made next has to go.
    let stop = runtime.block_on(async { serve::stopped() })?;
    let folder = Folder::make(&SystemRandom)?;
    let done = runtime.block_on(show(own(config, &folder), defaults.listen, stop));
    runtime.shutdown_timeout(PATIENCE);
    drop(folder);
    done
}

/// The user's configuration, but for where things are kept: that is the demonstration's own folder, always.
fn own(config: Config, folder: &Folder) -> Config {
    let mut own = Config {
        data: folder.path().to_owned(),
        database_url: None,
        files_url: None,
        master_key_file: None,
        erasure: Erasure { ledger: None },
        keys: Keys { source: KeySource::File, command: Vec::new() },
        tls: Tls { certificate: None, key: None, ..config.tls },
        ..config
    };
    own.tokens.password_grant = true;
    own.http.shutdown_seconds = own.http.shutdown_seconds.min(PATIENCE.as_secs() as u32);
    own
}

async fn show(mut config: Config, usual: SocketAddr, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    let mut stop = pin!(stop);
    let listener = listen(&config, usual).await?;
    config.listen = listener.local_addr()?;
    let address = reachable(config.listen);
    config.egress.allow = vec![address.to_string()];
    config.egress.deny = Vec::new();
    let prepared = tokio::select! {
        prepared = prepare(&config) => prepared?,
        () = &mut stop => return Ok(()),
    };
    let (desk, seeded, today) = prepared;
    let pictures = demo::router(today).await?;
    say(demo::guide(address, &seeded));
    serve::serve(&config, desk, listener, pictures, None, stop).await?;
    say("The desk and all that was on it are gone.");
    Ok(())
}

async fn prepare(config: &Config) -> anyhow::Result<(Desk, Seeded, Date)> {
    let desk = assemble::desk(config, Schema::Migrate).await?;
    let today = desk.now().to_zoned(TimeZone::UTC).date();
    let seeded = demo::seed(&desk, today).await?;
    Ok((desk, seeded, today))
}

/// Where the configuration says; on a free port if that is the default, which somebody else listens on.
async fn listen(config: &Config, usual: SocketAddr) -> anyhow::Result<TcpListener> {
    match serve::listen(config).await {
        Err(_) if config.listen == usual => {
            let free = SocketAddr::new(usual.ip(), 0);
            TcpListener::bind(free).await.with_context(|| format!("no port of {} is free", usual.ip()))
        }
        other => other,
    }
}

/// The address to say: of one that stands for all of the machine's, the loopback one.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
