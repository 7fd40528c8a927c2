//! `proofdesk doctor`: looks at everything that the desk needs, and says what is wrong and what to do.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, bail};

use proofdesk_desk::erasure::receipt;
use proofdesk_desk::scan::{self, Scanner};
use proofdesk_desk::{Desk, oidc};
use proofdesk_domain::ambient::Clock;

use super::say;
use crate::ambient::SystemClock;
use crate::assemble::{self, Schema};
use crate::config::{Config, KeySource};
use crate::http::Pair;

/// Runs every check, says the outcome of each, and fails if one failed.
pub(crate) async fn run(file: Option<&Path>) -> anyhow::Result<()> {
    let mut doctor = Doctor { failed: 0 };
    let Some(config) = doctor.check("configuration", Config::load(file)) else {
        bail!("the configuration can't be read")
    };
    doctor.check("data folder", folder(&config.data));
    doctor.check("master key", master_key(&config));
    doctor.check("egress rules", config.egress_policy());
    if let Some(pair) = config.tls_pair() {
        doctor.check("TLS certificate and key", certificate(&pair));
    }
    if let Some(scanner) = config.scanner()? {
        doctor.check("malware scanner", scanned(&config, &scanner).await);
    }
    if let Some(parts) = doctor.check("decoder", assemble::probe(&config).await) {
        say(format_args!("note    {parts}"));
    }
    doctor.check("address", address(&config).await);
    if let Some(desk) = doctor.check("database, keys and files", assemble::desk(&config, Schema::Keep).await)
    {
        doctor.check("database is readable and writable", desk.store().ready().await.map_err(Into::into));
        doctor.check("erasure ledger", ledger(&desk));
        if config.oidc.issuer.is_some() {
            doctor.check("issuer of OpenID Connect", issuer(&desk).await);
            doctor.check("roles of OpenID Connect", roles(&desk).await);
        }
    }
    match doctor.failed {
        0 => Ok(()),
        1 => bail!("1 check failed"),
        failed => bail!("{failed} checks failed"),
    }
}

struct Doctor {
    failed: u32,
}

impl Doctor {
    fn check<T>(&mut self, name: &str, outcome: anyhow::Result<T>) -> Option<T> {
        match outcome {
            Ok(value) => {
                say(format_args!("ok      {name}"));
                Some(value)
            }
            Err(error) => {
                self.failed += 1;
                say(format_args!("FAILED  {name}: {error:#}"));
                None
            }
        }
    }
}

/// The data folder is there, or can be made, and only its owner can look into it.
fn folder(folder: &Path) -> anyhow::Result<()> {
    match folder.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} can't be looked at", folder.display())),
        Ok(found) if !found.is_dir() => bail!("{} is not a folder", folder.display()),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            bail!("others can look into {0}: run chmod 700 {0}", folder.display())
        }
        Ok(_) => Ok(()),
    }
}

/// The master key is there once there is a data folder with a desk in it. Whether it's the right one is seen when the keys
/// are opened.
fn master_key(config: &Config) -> anyhow::Result<()> {
    if config.keys.source != KeySource::File {
        return Ok(());
    }
    let file = config.master_key_file();
    if config.data.join("keys.db").exists() && !file.exists() {
        bail!(
            "{} is missing, and a start would be sealed: put it back from its backup, or no file can be read",
            file.display()
        );
    }
    Ok(())
}

/// Certificate and key belong together, are for a name, and valid now.
fn certificate(pair: &Pair) -> anyhow::Result<()> {
    let said = pair.check()?;
    let note = said.judge(SystemClock.now())?;
    say(format_args!("note    the certificate is for {}, until {}", said.names.join(", "), said.ends));
    if let Some(note) = note {
        say(format_args!("note    {note}: renew it"));
    }
    Ok(())
}

/// The ledger can be read, and what its receipts are signed with is told, so that others can verify them.
fn ledger(desk: &Desk) -> anyhow::Result<()> {
    let entries = desk.ledger().entries()?.len();
    say(format_args!("note    the erasure ledger {} has {entries} lines", desk.ledger().path().display()));
    say(format_args!(
        "note    receipts are signed with the key whose public half is {}",
        receipt::public_key(desk)?
    ));
    Ok(())
}

/// The issuer answers, is who it should be, and can sign what the desk takes.
async fn issuer(desk: &Desk) -> anyhow::Result<()> {
    let found = oidc::examine(desk).await.map_err(anyhow::Error::msg)?;
    if !found.says_pkce {
        say(format_args!(
            "note    the issuer does not say whether it knows PKCE with S256; it is used all the same"
        ));
    }
    Ok(())
}

/// The malware scanner answers, and takes as large files as the desk.
async fn scanned(config: &Config, scanner: &Scanner) -> anyhow::Result<()> {
    let version = scan::version(scanner).await;
    let version = version.map_err(|why| anyhow::anyhow!("{} can't be asked: {why}", scanner.service))?;
    say(format_args!("note    the scanner is {version}"));
    if scanner.stream_bytes < config.files.bytes {
        say(format_args!(
            "note    scan.stream_bytes ({}) is less than files.bytes ({}): larger files are held for good",
            scanner.stream_bytes, config.files.bytes
        ));
    }
    Ok(())
}

/// What `oidc.roles` gives is there.
async fn roles(desk: &Desk) -> anyhow::Result<()> {
    let missing = oidc::missing_roles(desk).await?;
    let missing: Vec<String> =
        missing.iter().map(|(bundle, business)| format!("no bundle {bundle:?} at {business:?}")).collect();
    if missing.is_empty() { Ok(()) } else { bail!("oidc.roles: {}", missing.join(", ")) }
}

/// The address can be listened on, or is in use, by a running desk as like as not.
async fn address(config: &Config) -> anyhow::Result<()> {
    match tokio::net::TcpListener::bind(config.listen).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            say(format_args!("note    {} is in use; a running desk, as like as not", config.listen));
            Ok(())
        }
        Err(error) => Err(error).with_context(|| format!("{} can't be listened on", config.listen)),
    }
}
