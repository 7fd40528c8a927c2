//! Fills an empty schema from an export.

use std::fmt::Write as _;

use bytes::Bytes;
use futures::SinkExt as _;
use proofdesk_store::StoreError;
use proofdesk_store::tables::{Cell, Piece, Table};
use tokio::sync::mpsc::Receiver;
use tokio_postgres::{Client, CopyInSink, Transaction};

use super::{NOTE, look, quoted};
use crate::error::refused;

pub(super) fn broken() -> StoreError {
    StoreError::Unavailable("the export ends too early, or begins in the middle".to_owned())
}

/// Notes that a restore has begun; removes what an earlier one left.
pub(super) async fn begin(client: &Client, schema: Option<&str>) -> Result<(), StoreError> {
    if !look::is_empty(client).await? && !look::is_there(client, NOTE).await? {
        return Err(StoreError::Unavailable("the database is not empty".to_owned()));
    }
    if let Some(schema) = schema {
        let sql = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
        client.batch_execute(&sql).await.map_err(|error| refused(&error))?;
    }
    // The note comes first and goes last, so that a crash in between is a restore that has begun.
    client
        .batch_execute(&format!("CREATE TABLE IF NOT EXISTS {NOTE} ()"))
        .await
        .map_err(|error| refused(&error))?;
    let mut old = look::names(client).await?;
    old.push("refinery_schema_history".to_owned());
    let old: Vec<String> = old.iter().map(|name| quoted(name)).collect();
    let sql = format!("DROP TABLE IF EXISTS {} CASCADE", old.join(", "));
    client.batch_execute(&sql).await.map_err(|error| refused(&error))
}

/// One transaction. References lead in all directions, so they are taken off, and put on and checked when all is there.
pub(super) async fn fill(client: &mut Client, pieces: &mut Receiver<Piece>) -> Result<(), StoreError> {
    let filling = client.transaction().await.map_err(|error| refused(&error))?;
    let references = take_references(&filling).await?;
    for name in look::names(filling.client()).await? {
        let sql = format!("DELETE FROM {}", quoted(&name));
        filling.batch_execute(&sql).await.map_err(|error| refused(&error))?;
    }
    fill_tables(&filling, pieces).await?;
    for sql in references {
        filling.batch_execute(&sql).await.map_err(|error| refused(&error))?;
    }
    filling.commit().await.map_err(|error| refused(&error))
}

/// Drops all foreign keys; gives the statements that make them again.
async fn take_references(filling: &Transaction<'_>) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid) \
        FROM pg_constraint c \
        WHERE c.contype = 'f' AND c.connamespace = to_regnamespace(quote_ident(current_schema())) AND c.conparentid = 0";
    let mut again = Vec::new();
    for row in filling.query(sql, &[]).await.map_err(|error| refused(&error))? {
        let (table, name, what): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {name}");
        filling.batch_execute(&drop).await.map_err(|error| refused(&error))?;
        again.push(format!("ALTER TABLE {table} ADD CONSTRAINT {name} {what}"));
    }
    Ok(again)
}

async fn fill_tables(filling: &Transaction<'_>, pieces: &mut Receiver<Piece>) -> Result<(), StoreError> {
    let mut next = pieces.recv().await;
    loop {
        let table = match next {
            Some(Piece::Table(table)) => table,
            Some(Piece::End) => return Ok(()),
            _ => return Err(broken()),
        };
        let sql = copy(filling, &table).await?;
        let sink = filling.copy_in::<_, Bytes>(&sql).await.map_err(|error| refused(&error))?;
        next = put(sink, pieces).await?;
        count_on(filling, &table).await?;
    }
}

/// Makes sure that a table is as the export has it; gives the statement that fills it.
async fn copy(filling: &Transaction<'_>, table: &Table) -> Result<String, StoreError> {
    if !look::is_there(filling.client(), &table.name).await? {
        let text = format!("there is no table {} in this schema", table.name);
        return Err(StoreError::Unavailable(text));
    }
    let (here, _) = look::described(filling.client(), &table.name).await?;
    if here.columns != table.columns {
        let text = format!("the table {} has other columns than the export's", table.name);
        return Err(StoreError::Unavailable(text));
    }
    let columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
    Ok(format!("COPY {} ({}) FROM STDIN", quoted(&table.name), columns.join(", ")))
}

/// Takes the rows of one table; gives the piece after them.
async fn put(sink: CopyInSink<Bytes>, pieces: &mut Receiver<Piece>) -> Result<Option<Piece>, StoreError> {
    let mut sink = Box::pin(sink);
    loop {
        match pieces.recv().await {
            Some(Piece::Rows(rows)) => {
                let mut lines = String::new();
                for row in &rows {
                    line(row, &mut lines);
                }
                sink.send(Bytes::from(lines)).await.map_err(|error| refused(&error))?;
            }
            next => {
                sink.as_mut().finish().await.map_err(|error| refused(&error))?;
                return Ok(next);
            }
        }
    }
}

/// A row in the text form of COPY (<https://www.postgresql.org/docs/current/sql-copy.html>).
fn line(row: &[Cell], out: &mut String) {
    for (place, cell) in row.iter().enumerate() {
        if place > 0 {
            out.push('\t');
        }
        match cell {
            Cell::Null => out.push_str("\\N"),
            Cell::Int(number) => out.push_str(&number.to_string()),
            Cell::Text(text) => text.chars().for_each(|character| escape(character, out)),
            Cell::Bytes(bytes) => {
                out.push_str("\\\\x");
                for byte in bytes {
                    // Writing to a text doesn't fail.
                    let _ = write!(out, "{byte:02x}");
                }
            }
        }
    }
    out.push('\n');
}

fn escape(character: char, out: &mut String) {
    match character {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other => out.push(other),
    }
}

/// Ids go on after the highest that was ever given.
async fn count_on(filling: &Transaction<'_>, table: &Table) -> Result<(), StoreError> {
    let Some(last) = table.last_id else { return Ok(()) };
    let sql = "SELECT setval(pg_get_serial_sequence(quote_ident($1), 'id'), $2)";
    filling.query(sql, &[&table.name, &last]).await.map(drop).map_err(|error| refused(&error))
}
