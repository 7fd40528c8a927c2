//! Databases: a new one for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, NoTls};

use super::Server;

/// A database of one test. It stays until its server ends.
#[derive(Debug)]
pub struct Database {
    url: String,
}

impl Database {
    /// An empty one, on the shared server.
    ///
    /// # Panics
    /// If it can't be made: the message says why.
    pub async fn empty() -> Self {
        Self::on(Server::shared()).await
    }

    /// An empty one, on a certain server.
    ///
    /// # Panics
    /// If it can't be made: the message says why.
    pub async fn on(server: &Server) -> Self {
        create(server, "template0").await.unwrap_or_else(|error| panic!("a database for a test: {error}"))
    }

    /// A copy of one that is prepared just once in each run, on the shared server. `prepare` gets its address, and must
    /// have closed its connections when it ends.
    ///
    /// # Panics
    /// If it can't be made: the message says why.
    pub async fn like<F: Future<Output = ()>>(name: &str, prepare: impl FnOnce(String) -> F) -> Self {
        let server = Server::shared();
        let made = async {
            let template = template(server, name, prepare).await?;
            create(server, &template).await
        };
        made.await.unwrap_or_else(|error| panic!("a database for a test: {error}"))
    }

    /// Where it is, as its owner.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Runs statements in a database, for a test that needs what no caller can do.
///
/// # Panics
/// If one fails: the message says why.
pub async fn execute(url: &str, sql: &str) {
    let done = async { connect(url).await?.batch_execute(sql).await };
    done.await.unwrap_or_else(|error: Error| panic!("{sql}: {error}"));
}

/// The number that a statement selects.
///
/// # Panics
/// If it fails: the message says why.
pub async fn number(url: &str, sql: &str) -> i64 {
    let done = async { connect(url).await?.query_one(sql, &[]).await?.try_get(0) };
    done.await.unwrap_or_else(|error: Error| panic!("{sql}: {error}"))
}

async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // It ends when the client is dropped; what fails, fails at the client too.
    tokio::spawn(async move { connection.await.ok() });
    Ok(client)
}

async fn create(server: &Server, template: &str) -> Result<Database, Error> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let client = connect(server.url()).await?;
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        match client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await {
            Ok(()) => return Ok(Database { url: server.url_of(&name) }),
            // Of a process of this id that was there before.
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => {}
            Err(error) => return Err(error),
        }
    }
}

/// The name of a prepared database, which the first to ask for it prepares while the others wait.
async fn template<F: Future<Output = ()>>(
    server: &Server,
    name: &str,
    prepare: impl FnOnce(String) -> F,
) -> Result<String, Error> {
    let run = std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| std::process::id().to_string());
    let template = format!("{name}_{}", run.replace('-', ""));
    let client = connect(server.url()).await?;
    let existing = "SELECT 1 FROM pg_database WHERE datname = $1";
    // The lock goes with the connection, also if preparing fails.
    client.execute("SELECT pg_advisory_lock(hashtext($1))", &[&template]).await?;
    if client.query_opt(existing, &[&template]).await?.is_none() {
        let unready = format!("{template}_unready");
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {unready} WITH (FORCE)")).await?;
        client.batch_execute(&format!("CREATE DATABASE {unready} TEMPLATE template0")).await?;
        prepare(server.url_of(&unready)).await;
        client.batch_execute(&format!("ALTER DATABASE {unready} RENAME TO {template}")).await?;
    }
    Ok(template)
}
