//! Brings a database's schema up to date.

use refinery::{Runner, Target};
use tokio_postgres::Client;

use crate::connect::{Address, Options};
use crate::error::OpenError;

mod records {
    refinery::embed_migrations!("migrations");
}

mod keys {
    refinery::embed_migrations!("migrations-keys");
}

/// The schema that has the keys.
pub(crate) const KEYS: &str = "proofdesk_keys";

/// Held while migrations run, so that of nodes that start together one migrates and the others wait. The number is
/// "proofdes" in ASCII.
const LOCK: i64 = 0x7072_6f6f_6664_6573;

/// Which of the two sets of tables a connection is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tables {
    Records,
    Keys,
}

impl Tables {
    fn runner(self) -> Runner {
        match self {
            Self::Records => records::migrations::runner(),
            Self::Keys => keys::migrations::runner(),
        }
    }

    /// The schema that they are in, where it isn't the user's own.
    pub(crate) fn schema(self) -> Option<&'static str> {
        match self {
            Self::Records => None,
            Self::Keys => Some(KEYS),
        }
    }
}

/// Brings the tables of the desk's records up to date; makes them if there are none.
///
/// # Errors
/// [`OpenError::NewerSchema`] if a newer version was here before; the others as they say.
pub async fn migrate(url: &str, options: &Options) -> Result<(), OpenError> {
    prepare(&Address::read(url, options)?, Tables::Records, true).await
}

/// Requires a server that can do what is needed and a schema that is up to date, or brings it up to date.
///
/// On a connection of its own, without the limits that others have: a migration takes its time.
pub(crate) async fn prepare(address: &Address, tables: Tables, migrate: bool) -> Result<(), OpenError> {
    let (mut client, connection) = address.config.connect(address.tls.clone()).await?;
    let connection = tokio::spawn(connection);
    let prepared = prepare_on(&mut client, tables, migrate).await;
    drop(client);
    // It ends with its client. What went wrong on it, the client has told.
    let _ = connection.await;
    prepared
}

/// Brings an empty schema that an export is about to fill to the export's own.
pub(crate) async fn bring_to(address: &Address, tables: Tables, schema: i64) -> Result<(), OpenError> {
    let known = newest(tables);
    let target = schema.try_into().map_err(|_| OpenError::NewerSchema { found: schema, known });
    if schema > known {
        return Err(OpenError::NewerSchema { found: schema, known });
    }
    let (mut client, connection) = address.config.connect(address.tls.clone()).await?;
    let connection = tokio::spawn(connection);
    require_server(&client).await?;
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await?;
    if let Some(schema) = tables.schema() {
        let there = format!("CREATE SCHEMA IF NOT EXISTS {schema}; SET search_path = {schema}");
        client.batch_execute(&there).await?;
    }
    let runner = tables.runner().set_grouped(true).set_target(Target::Version(target?));
    let done = runner.run_async(&mut client).await;
    drop(client);
    // It ends with its client. What went wrong on it, the client has told.
    let _ = connection.await;
    done.map(drop).map_err(|error| OpenError::Migration(error.to_string()))
}

/// The newest schema that this version knows.
pub(crate) fn newest(tables: Tables) -> i64 {
    known(&tables.runner())
}

async fn prepare_on(client: &mut Client, tables: Tables, migrate: bool) -> Result<(), OpenError> {
    require_server(client).await?;
    // Ends with the connection.
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await?;
    if let (Some(schema), true) = (tables.schema(), migrate) {
        client.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {schema}")).await?;
    }
    if let Some(schema) = tables.schema() {
        client.batch_execute(&format!("SET search_path = {schema}")).await?;
    }
    let runner = tables.runner();
    let (found, known) = (found(client).await?, known(&runner));
    match found.cmp(&known) {
        std::cmp::Ordering::Greater => return Err(OpenError::NewerSchema { found, known }),
        std::cmp::Ordering::Less if !migrate => return Err(OpenError::OlderSchema { found, known }),
        _ if !migrate => return Ok(()),
        _ => {}
    }
    // Also when nothing is missing: it compares what was applied with what is known.
    // All that is missing in one transaction: a crash leaves the old schema or the new one.
    let runner = runner.set_grouped(true);
    runner.run_async(client).await.map(drop).map_err(|error| OpenError::Migration(error.to_string()))
}

async fn require_server(client: &Client) -> Result<(), OpenError> {
    let setting = "SELECT current_setting($1)";
    let encoding: String = client.query_one(setting, &[&"server_encoding"]).await?.get(0);
    if encoding != "UTF8" {
        return Err(OpenError::Encoding(encoding));
    }
    let collation = "SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'";
    if client.query_opt(collation, &[]).await?.is_none() {
        return Err(OpenError::Collation);
    }
    for name in ["fsync", "full_page_writes"] {
        if client.query_one(setting, &[&name]).await?.get::<_, &str>(0) == "off" {
            tracing::warn!(
                setting = name,
                "the server may lose what it has confirmed: a setting of it is off"
            );
        }
    }
    Ok(())
}

/// The schema that a database has; 0 for none.
pub(crate) async fn found(client: &Client) -> Result<i64, OpenError> {
    let table = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";
    if !client.query_one(table, &[]).await?.get::<_, bool>(0) {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0)::bigint FROM refinery_schema_history";
    Ok(client.query_one(newest, &[]).await?.get(0))
}

/// The newest schema of this version.
fn known(runner: &Runner) -> i64 {
    runner.get_migrations().iter().map(|migration| i64::from(migration.version())).max().unwrap_or(0)
}
