//! Puts the desk together from the configuration.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use proofdesk_decoder::{Options, Pool};
use proofdesk_desk::erasure::Ledger;
use proofdesk_desk::tokens::browser;
use proofdesk_desk::{Desk, Reserve, Settings, Surroundings};
use proofdesk_domain::latch::Latch;
use proofdesk_egress::{Gateway, SetupError, Trust};
use proofdesk_store::{Store, tables};
use proofdesk_store_postgres::{PostgresKeyStore, PostgresStore, PostgresTables};
use proofdesk_store_sqlite::{SqliteKeyStore, SqliteStore, SqliteTables};
use proofdesk_vault::{
    KeyStore, LocalFileSystem, MasterSource, OpenError, Vault, open_local, remove_unfinished,
};
use secrecy::ExposeSecret;

use crate::ambient::{SystemClock, SystemRandom};
use crate::config::{Config, Sandbox};
use crate::keys;

/// The command with which this program decodes for another process of its own.
pub(crate) const DECODE: &str = "decode-worker";

/// Whether the desk's schema is brought up to date when it is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    Migrate,
    Keep,
}

/// All that a desk is made of but the master key.
pub(crate) struct Parts {
    store: Arc<dyn Store>,
    keys: Arc<dyn KeyStore>,
    objects: Arc<LocalFileSystem>,
    source: Arc<dyn MasterSource>,
    latch: Latch,
    ledger: Ledger,
    gateway: Gateway,
    decoder: Pool,
    settings: Settings,
}

/// The desk of a configuration.
pub(crate) async fn desk(config: &Config, schema: Schema) -> anyhow::Result<Desk> {
    Ok(parts(config, schema).await?.unseal().await?)
}

/// What the desk of a configuration is made of.
pub(crate) async fn parts(config: &Config, schema: Schema) -> anyhow::Result<Parts> {
    private_folder(&config.data)?;
    let latch = Latch::default();
    let (store, keys) = stores(config, schema, &latch).await?;
    keys::make_first(config, keys.as_ref()).await.context("the master key")?;
    let source = keys::source(config)?;
    let folder = config.files_folder()?;
    let objects = open_local(&folder).with_context(|| format!("the files in {}", folder.display()))?;
    let objects = Arc::new(objects);
    let ledger = Ledger::open(&config.ledger_file())?;
    let gateway = gateway(config.egress_policy()?)?;
    let settings = settings(config, folder)?;
    let decoder = decoder(config);
    Ok(Parts { store, keys, objects, source, latch, ledger, gateway, decoder, settings })
}

impl Parts {
    /// Where the master key comes from.
    pub(crate) fn source(&self) -> &dyn MasterSource {
        self.source.as_ref()
    }

    /// The desk, with the master key that its source gives now.
    ///
    /// # Errors
    /// [`OpenError::Master`] when there is none, [`OpenError::WrongMasterKey`] when it is another; the others as they say.
    pub(crate) async fn unseal(&self) -> Result<Desk, OpenError> {
        let random = Arc::new(SystemRandom);
        let (objects, keys) = (self.objects.clone(), self.keys.clone());
        let vault = Vault::open_from(objects, keys, self.source.clone(), random.clone()).await?;
        Ok(Desk::new(Surroundings {
            store: self.store.clone(),
            vault: vault.with_latch(self.latch.clone()),
            ledger: self.ledger.clone(),
            gateway: self.gateway.clone(),
            decoder: self.decoder.clone(),
            clock: Arc::new(SystemClock),
            random,
            settings: self.settings.clone(),
        }))
    }
}

/// The children that decode: this program itself, told to.
pub(crate) fn decoder(config: &Config) -> Pool {
    let options = Options::this_program(&[DECODE]);
    let workers = if config.decoder.workers == 0 { options.workers } else { config.decoder.workers as usize };
    let best_effort = config.decoder.sandbox == Sandbox::BestEffort;
    Pool::new(Options { workers, best_effort, ..options })
}

/// Tries whether a child can be had and is kept in, as far as the configuration asks.
pub(crate) async fn probe(config: &Config) -> anyhow::Result<proofdesk_decoder::Parts> {
    let parts = decoder(config).probe().await?;
    if !parts.all() && config.decoder.sandbox == Sandbox::Require {
        bail!("{parts}; decoder.sandbox = \"best-effort\" does without");
    }
    Ok(parts)
}

/// The one way out. A machine without certificate authorities can't fetch by https, and everything else works.
fn gateway(policy: proofdesk_egress::Policy) -> anyhow::Result<Gateway> {
    match Gateway::new(policy.clone(), &Trust::System) {
        Err(error @ SetupError::Authorities(_)) => {
            tracing::warn!(%error, "no file can be fetched by https");
            Gateway::new(policy, &Trust::Only(Vec::new())).context("the egress gateway")
        }
        other => other.context("the egress gateway"),
    }
}

fn settings(config: &Config, files: PathBuf) -> anyhow::Result<Settings> {
    Ok(Settings {
        files: proofdesk_intake::Limits {
            bytes: config.files.bytes,
            pixels: config.files.pixels,
            side: config.files.side,
            pages: config.files.pages,
        },
        access_token_seconds: i64::from(config.tokens.access_seconds),
        refresh_token_seconds: i64::from(config.tokens.refresh_seconds),
        client_token_seconds: i64::from(config.tokens.client_seconds),
        grace_seconds: i64::from(config.tokens.grace_seconds),
        session_seconds: i64::from(config.tokens.session_seconds),
        link_seconds: i64::from(config.tokens.link_seconds),
        password_grant: config.tokens.password_grant,
        reserve: Reserve {
            folders: vec![config.data.clone(), files],
            percent: config.disk.reserve_percent,
            bytes: config.disk.reserve_bytes,
        },
        sessions: browser::Settings {
            idle_seconds: i64::from(config.sessions.idle_seconds),
            absolute_seconds: i64::from(config.sessions.absolute_seconds),
            password: config.sessions.password,
        },
        oidc: config.oidc.settings()?,
        scanner: config.scanner()?,
    })
}

async fn stores(
    config: &Config,
    schema: Schema,
    latch: &Latch,
) -> anyhow::Result<(Arc<dyn Store>, Arc<dyn KeyStore>)> {
    let migrate = schema == Schema::Migrate;
    if let Some(url) = &config.database_url {
        let options = proofdesk_store_postgres::Options { migrate, ..Default::default() };
        let store =
            PostgresStore::connect(url.expose_secret(), options.clone()).await.context("the database")?;
        let keys = PostgresKeyStore::connect(url.expose_secret(), options).await.context("the key store")?;
        return Ok((Arc::new(store), Arc::new(keys)));
    }
    let options = proofdesk_store_sqlite::Options { migrate, ..Default::default() };
    let store = SqliteStore::open_latched(&config.data.join("desk.db"), options, latch.clone());
    let store = store.context("the database desk.db")?;
    let keys = SqliteKeyStore::open_latched(&config.data.join("keys.db"), latch.clone());
    let keys = keys.context("the key store keys.db")?;
    Ok((Arc::new(store), Arc::new(keys)))
}

/// The desk's databases as sets of tables, for backups and checks.
pub(crate) struct Tables {
    pub(crate) records: Arc<dyn tables::Tables>,
    pub(crate) keys: Arc<dyn tables::Tables>,
}

/// The databases of a configuration. Opens nothing yet.
pub(crate) fn tables(config: &Config) -> Tables {
    if let Some(url) = &config.database_url {
        let (url, options) = (url.expose_secret(), proofdesk_store_postgres::Options::default());
        let records = Arc::new(PostgresTables::records(url, options.clone()));
        return Tables { records, keys: Arc::new(PostgresTables::keys(url, options)) };
    }
    let records = Arc::new(SqliteTables::records(&config.data.join("desk.db")));
    Tables { records, keys: Arc::new(SqliteTables::keys(&config.data.join("keys.db"))) }
}

/// Makes the data folder, open to its owner only.
fn private_folder(folder: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("the data folder {} can't be made", folder.display()))
}

/// Removes what a crash left of unfinished files, where no other node writes to the same folder. Under [`lock`] only.
pub(crate) fn clean(config: &Config) -> anyhow::Result<()> {
    if config.database_url.is_some() {
        return Ok(());
    }
    let folder = config.files_folder()?;
    remove_unfinished(&folder).with_context(|| format!("{} can't be cleaned", folder.display()))
}

/// Keeps a second server off the same data folder, as long as it lives.
pub(crate) fn lock(config: &Config) -> anyhow::Result<File> {
    private_folder(&config.data)?;
    let path = config.data.join("serve.lock");
    let file = File::create(&path).with_context(|| format!("{} can't be made", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!(
                "another proofdesk serves {}: stop it first, or use another data folder",
                config.data.display()
            )
        }
        Err(TryLockError::Error(error)) => Err(error).context("the data folder can't be locked"),
    }
}
