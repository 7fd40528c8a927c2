//! A schema as a set of tables: looked at, exported and filled, each time on a connection of its own, without the limits
//! that requests have.

mod fill;
mod look;

use async_trait::async_trait;
use futures::TryStreamExt as _;
use proofdesk_store::StoreError;
use proofdesk_store::tables::{Cell, Piece, ROWS, Table, Tables, abandoned};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio_postgres::{Client, Row};

use crate::connect::{Address, Options};
use crate::error::{OpenError, refused};
use crate::migrate::{self, Tables as Which};

/// The table whose being there says that a restore has begun and not ended.
const NOTE: &str = "restore_unfinished";

/// The tables of the records, or of the keys, in one database.
#[derive(Clone, Debug)]
pub struct PostgresTables {
    url: String,
    options: Options,
    which: Which,
}

/// A connection, and what drives it.
struct Line {
    client: Client,
    driver: tokio::task::JoinHandle<Result<(), tokio_postgres::Error>>,
}

impl Line {
    /// Ends the connection in order.
    async fn end(self) {
        drop(self.client);
        let _ = self.driver.await;
    }
}

impl PostgresTables {
    /// The desk's records, in the database that a URL names.
    pub fn records(url: &str, options: Options) -> Self {
        Self { url: url.to_owned(), options, which: Which::Records }
    }

    /// The vault's keys.
    pub fn keys(url: &str, options: Options) -> Self {
        Self { url: url.to_owned(), options, which: Which::Keys }
    }

    fn address(&self) -> Result<Address, StoreError> {
        Address::read(&self.url, &self.options).map_err(|error| closed(&error))
    }

    async fn connect(&self) -> Result<Line, StoreError> {
        let address = self.address()?;
        let (client, connection) =
            address.config.connect(address.tls).await.map_err(|error| refused(&error))?;
        let driver = tokio::spawn(connection);
        if let Some(schema) = self.which.schema() {
            let path = format!("SET search_path = {schema}");
            client.batch_execute(&path).await.map_err(|error| refused(&error))?;
        }
        Ok(Line { client, driver })
    }

    async fn export_on(client: &Client, pieces: &Sender<Piece>) -> Result<(), StoreError> {
        client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await
            .map_err(|error| refused(&error))?;
        let schema = migrate::found(client).await.map_err(|error| closed(&error))?;
        send(pieces, Piece::Schema(schema)).await?;
        for name in look::names(client).await? {
            let (table, kinds) = look::described(client, &name).await?;
            send(pieces, Piece::Table(table.clone())).await?;
            rows(client, &table, &kinds, pieces).await?;
        }
        client.batch_execute("COMMIT").await.map_err(|error| refused(&error))?;
        send(pieces, Piece::End).await
    }
}

#[async_trait]
impl Tables for PostgresTables {
    fn known_schema(&self) -> i64 {
        migrate::newest(self.which)
    }

    async fn inspect(&self) -> Result<Vec<String>, StoreError> {
        let line = self.connect().await?;
        let found = look::dangling(&line.client).await;
        line.end().await;
        found
    }

    async fn export(&self, pieces: Sender<Piece>) -> Result<(), StoreError> {
        let line = self.connect().await?;
        let done = Self::export_on(&line.client, &pieces).await;
        line.end().await;
        done
    }

    async fn import(&self, mut pieces: Receiver<Piece>) -> Result<(), StoreError> {
        let Some(Piece::Schema(schema)) = pieces.recv().await else { return Err(fill::broken()) };
        migrate::bring_to(&self.address()?, self.which, schema).await.map_err(|error| closed(&error))?;
        let mut line = self.connect().await?;
        let done = fill::fill(&mut line.client, &mut pieces).await;
        line.end().await;
        done
    }

    async fn is_empty(&self) -> Result<bool, StoreError> {
        let line = self.connect().await?;
        let empty = look::is_empty(&line.client).await;
        line.end().await;
        empty
    }

    async fn begin_restore(&self) -> Result<(), StoreError> {
        let line = self.connect().await?;
        let begun = fill::begin(&line.client, self.which.schema()).await;
        line.end().await;
        begun
    }

    async fn end_restore(&self) -> Result<(), StoreError> {
        let line = self.connect().await?;
        let ended = line.client.batch_execute(&format!("DROP TABLE IF EXISTS {NOTE}")).await;
        line.end().await;
        ended.map_err(|error| refused(&error))
    }

    async fn is_restoring(&self) -> Result<bool, StoreError> {
        let line = self.connect().await?;
        let noted = look::is_there(&line.client, NOTE).await;
        line.end().await;
        noted
    }
}

fn closed(error: &OpenError) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

async fn send(pieces: &Sender<Piece>, piece: Piece) -> Result<(), StoreError> {
    pieces.send(piece).await.map_err(|_| abandoned())
}

/// How a column's values are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    /// 0 or 1, as SQLite keeps it.
    Flag,
    Text,
    Bytes,
}

async fn rows(
    client: &Client,
    table: &Table,
    kinds: &[Kind],
    pieces: &Sender<Piece>,
) -> Result<(), StoreError> {
    let columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
    let read = columns.iter().zip(kinds).map(|(name, kind)| match kind {
        Kind::Number => format!("{name}::bigint"),
        Kind::Flag => format!("{name}::int::bigint"),
        Kind::Text | Kind::Bytes => name.clone(),
    });
    let read: Vec<String> = read.collect();
    // As SQLite orders them.
    let all: Vec<String> = columns.iter().map(|name| format!("{name} NULLS FIRST")).collect();
    let has_id = kinds.iter().zip(&table.columns).any(|(kind, name)| name == "id" && *kind == Kind::Number);
    let order = if has_id { "id".to_owned() } else { all.join(", ") };
    let sql = format!("SELECT {} FROM {} ORDER BY {order}", read.join(", "), quoted(&table.name));
    let none: [&str; 0] = [];
    let found = client.query_raw(&sql, none).await.map_err(|error| refused(&error))?;
    let mut found = std::pin::pin!(found);
    let mut batch = Vec::with_capacity(ROWS);
    while let Some(row) = found.try_next().await.map_err(|error| refused(&error))? {
        batch.push(cells(&row, kinds).map_err(|error| refused(&error))?);
        if batch.len() == ROWS {
            send(pieces, Piece::Rows(std::mem::replace(&mut batch, Vec::with_capacity(ROWS)))).await?;
        }
    }
    if batch.is_empty() { Ok(()) } else { send(pieces, Piece::Rows(batch)).await }
}

fn cells(row: &Row, kinds: &[Kind]) -> Result<Vec<Cell>, tokio_postgres::Error> {
    let cell = |(place, kind): (usize, &Kind)| {
        Ok(match kind {
            Kind::Number | Kind::Flag => row.try_get::<_, Option<i64>>(place)?.map(Cell::Int),
            Kind::Text => row.try_get::<_, Option<String>>(place)?.map(Cell::Text),
            Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(place)?.map(Cell::Bytes),
        }
        .unwrap_or(Cell::Null))
    };
    kinds.iter().enumerate().map(cell).collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
