//! How connections are made.

use std::path::PathBuf;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, Pool, Runtime};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::OpenError;
use crate::tls;

/// How a store is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bring the schema up to date. Otherwise an old one is an error.
    pub migrate: bool,
    /// How many connections there are at most.
    pub connections: usize,
    /// How long a caller waits for a connection, a new one included.
    pub wait: Duration,
    /// How long the server works on one statement at most, waiting for other transactions included.
    pub statement: Duration,
    /// A file with the certificates of the authorities that the server's certificate may be of, in PEM; without it,
    /// those that the operating system trusts.
    pub authorities: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        let (wait, statement) = (Duration::from_secs(5), Duration::from_secs(30));
        Self { migrate: true, connections: 16, wait, statement, authorities: None }
    }
}

/// What a URL says: where the database is, and how to get there.
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) tls: MakeRustlsConnect,
}

impl Address {
    /// Reads a URL, or libpq's `key=value` form.
    ///
    /// `sslmode` is one of `disable`, `prefer` and `require`; `verify-ca` and `verify-full` mean `require`, because
    /// certificates are always verified. Without it, TLS is required unless the server is on this machine.
    pub(crate) fn read(url: &str, options: &Options) -> Result<Self, OpenError> {
        let known = ["verify-full", "verify-ca"]
            .iter()
            .fold(url.to_owned(), |url, mode| url.replace(&format!("sslmode={mode}"), "sslmode=require"));
        let mut config: Config = known.parse().map_err(|_| OpenError::Url)?;
        if !url.contains("sslmode=") {
            let local = config.get_hosts().iter().all(is_local);
            config.ssl_mode(if local { SslMode::Disable } else { SslMode::Require });
        }
        if config.get_application_name().is_none() {
            config.application_name("proofdesk");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.wait);
        }
        let tls = match (config.get_ssl_mode(), options.authorities.as_deref()) {
            (SslMode::Disable, _) => tls::unused()?,
            (_, authorities) => tls::connector(authorities)?,
        };
        Ok(Self { config, tls })
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

/// Connections to a database, made as they are needed.
pub(crate) fn pool(address: Address, options: &Options, schema: Option<&str>) -> Result<Pool, OpenError> {
    let settings = settings(options, schema);
    let prepare = Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
        let settings = settings.clone();
        Box::pin(async move { client.batch_execute(&settings).await.map_err(HookError::Backend) })
    });
    Pool::builder(Manager::new(address.config, address.tls))
        .max_size(options.connections.max(1))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(options.wait))
        .create_timeout(Some(options.wait))
        .recycle_timeout(Some(options.wait))
        .post_create(prepare)
        .build()
        .map_err(|error| OpenError::Database(error.to_string()))
}

/// What every connection starts with. A commit is on the server's disk before it is answered, whatever the server's
/// settings say; an operator's stronger choice (`remote_apply`) stays.
fn settings(options: &Options, schema: Option<&str>) -> String {
    let statement = options.statement.as_millis();
    let path = schema.map(|schema| format!("SET search_path = {schema};")).unwrap_or_default();
    format!(
        "SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply'); \
         SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = {statement}; {path}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> Result<SslMode, OpenError> {
        Address::read(url, &Options::default()).map(|address| address.config.get_ssl_mode())
    }

    #[test]
    fn tls_is_required_unless_the_server_is_here() {
        for (url, expected) in [
            ("postgres://desk@db.example.com/desk", SslMode::Require),
            ("postgres://desk@192.0.2.1/desk", SslMode::Require),
            ("postgres://desk@localhost,db.example.com/desk", SslMode::Require),
            ("host=db.example.com user=desk", SslMode::Require),
            ("postgres://desk@localhost/desk", SslMode::Disable),
            ("postgres://desk@127.0.0.1/desk", SslMode::Disable),
            ("postgres://desk@[::1]/desk", SslMode::Disable),
            ("host=/run/postgresql user=desk", SslMode::Disable),
            ("postgres://desk@db.example.com/desk?sslmode=disable", SslMode::Disable),
            ("postgres://desk@db.example.com/desk?sslmode=prefer", SslMode::Prefer),
            ("postgres://desk@localhost/desk?sslmode=verify-full", SslMode::Require),
            ("host=localhost user=desk sslmode=verify-ca", SslMode::Require),
        ] {
            assert_eq!(mode(url).expect("a good URL"), expected, "{url}");
        }
    }

    #[test]
    fn a_bad_url_is_not_repeated() {
        for url in ["postgres://desk:secret@host/desk?secret=1", "secret", "postgres://desk:secret@host:x/"] {
            let error = mode(url).expect_err("a bad URL").to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
