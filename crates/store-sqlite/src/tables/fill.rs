//! Fills an empty database from an export.

use std::path::Path;

use proofdesk_store::StoreError;
use proofdesk_store::tables::{Cell, Piece, Table};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, Transaction, TransactionBehavior, params_from_iter};
use tokio::sync::mpsc::Receiver;

use super::{dangling, described, names, quoted};
use crate::connection::{self, Role};
use crate::error::unavailable;
use crate::migrate::{self, Database};

pub(super) fn import(path: &Path, database: Database, mut pieces: Receiver<Piece>) -> Result<(), StoreError> {
    let failed = |error: crate::OpenError| StoreError::Unavailable(error.to_string());
    let Some(Piece::Schema(schema)) = pieces.blocking_recv() else { return Err(broken()) };
    let mut connection = connection::open(path, Role::Writer).map_err(failed)?;
    migrate::bring_to(&mut connection, database, schema).map_err(failed)?;
    // References lead in all directions; they are checked when all is there. Takes effect outside of a transaction only.
    connection.execute_batch("PRAGMA foreign_keys = OFF").map_err(unavailable)?;
    let filling =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(unavailable)?;
    fill(&filling, &mut pieces)?;
    let wrong = dangling(&filling).map_err(unavailable)?;
    if let Some(first) = wrong.first() {
        return Err(StoreError::Unavailable(format!("{} references lead nowhere; {first}", wrong.len())));
    }
    filling.commit().map_err(unavailable)
}

fn broken() -> StoreError {
    StoreError::Unavailable("the export ends too early, or begins in the middle".to_owned())
}

fn fill(filling: &Transaction<'_>, pieces: &mut Receiver<Piece>) -> Result<(), StoreError> {
    for name in names(filling).map_err(unavailable)? {
        filling.execute(&format!("DELETE FROM {}", quoted(&name)), []).map_err(unavailable)?;
    }
    let mut insert = None;
    loop {
        match pieces.blocking_recv() {
            Some(Piece::Table(table)) => insert = Some(begin(filling, &table)?),
            Some(Piece::Rows(rows)) => {
                let sql = insert.as_ref().ok_or_else(broken)?;
                put(filling, sql, &rows).map_err(unavailable)?;
            }
            Some(Piece::End) => return Ok(()),
            Some(Piece::Schema(_)) | None => return Err(broken()),
        }
    }
}

/// Makes sure that a table is as the export has it; gives the statement that inserts a row.
fn begin(filling: &Connection, table: &Table) -> Result<String, StoreError> {
    let here = described(filling, &table.name).map_err(unavailable)?;
    if here.columns != table.columns {
        let text = format!("the table {} has other columns than the export's", table.name);
        return Err(StoreError::Unavailable(text));
    }
    if let Some(last) = table.last_id {
        let forget = "DELETE FROM sqlite_sequence WHERE name = ?";
        filling.execute(forget, [&table.name]).map_err(unavailable)?;
        let count = "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)";
        filling.execute(count, (&table.name, last)).map_err(unavailable)?;
    }
    let columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
    let places = vec!["?"; columns.len()].join(", ");
    Ok(format!("INSERT INTO {} ({}) VALUES ({places})", quoted(&table.name), columns.join(", ")))
}

fn put(filling: &Connection, sql: &str, rows: &[Vec<Cell>]) -> rusqlite::Result<()> {
    let mut statement = filling.prepare_cached(sql)?;
    for row in rows {
        statement.execute(params_from_iter(row.iter().map(Kept)))?;
    }
    Ok(())
}

struct Kept<'a>(&'a Cell);

impl ToSql for Kept<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Int(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
