//! Tables as lines of JSON: a line for the schema, one for each table, one for each row, and one at the end.

use std::io::{BufRead, BufReader, Read, Write};
use std::sync::Arc;

use anyhow::{Context, bail};
use aws_lc_rs::digest::{self, SHA256};
use proofdesk_store::tables::{Cell, Piece, ROWS, Table, Tables};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces on their way between a database and a file.
const WAITING: usize = 8;

/// What is counted of a table: the same whatever the database.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct TableSum {
    pub(super) name: String,
    pub(super) rows: u64,
    /// SHA-256 over the lines of its rows, in hexadecimal.
    pub(super) sha256: String,
}

/// What went by.
#[derive(Debug, Default)]
pub(super) struct Dump {
    pub(super) schema: i64,
    pub(super) tables: Vec<TableSum>,
    /// The cells of the columns that were asked for, as texts.
    pub(super) noted: Vec<String>,
}

/// Counts what goes by.
struct Counting {
    dump: Dump,
    current: Option<(TableSum, digest::Context)>,
    /// Which column is noted, by the names of table and column.
    wanted: fn(&str, &str) -> bool,
    places: Vec<usize>,
}

impl Counting {
    fn new(wanted: fn(&str, &str) -> bool) -> Self {
        Self { dump: Dump::default(), current: None, wanted, places: Vec::new() }
    }

    fn table(&mut self, table: &Table) {
        self.close();
        let sum = TableSum { name: table.name.clone(), rows: 0, sha256: String::new() };
        self.current = Some((sum, digest::Context::new(&SHA256)));
        let places = table.columns.iter().enumerate();
        let places = places.filter(|(_, column)| (self.wanted)(&table.name, column));
        self.places = places.map(|(place, _)| place).collect();
    }

    fn row(&mut self, row: &[Cell], line: &[u8]) {
        if let Some((sum, context)) = &mut self.current {
            sum.rows += 1;
            context.update(line);
        }
        for place in &self.places {
            match row.get(*place) {
                Some(Cell::Text(text)) => self.dump.noted.push(text.clone()),
                Some(Cell::Bytes(bytes)) => self.dump.noted.push(hex::encode(bytes)),
                _ => {}
            }
        }
    }

    fn close(&mut self) {
        if let Some((mut sum, context)) = self.current.take() {
            sum.sha256 = hex::encode(context.finish());
            self.dump.tables.push(sum);
        }
    }
}

/// Writes all tables, as they are at one instant. `kind` says what they are; `wanted` which column is noted.
pub(super) async fn write<W: Write + Send + 'static>(
    tables: &Arc<dyn Tables>,
    kind: &'static str,
    wanted: fn(&str, &str) -> bool,
    out: W,
) -> anyhow::Result<(W, Dump)> {
    let (pieces, taken) = channel(WAITING);
    let export = {
        let tables = tables.clone();
        async move { tables.export(pieces).await }
    };
    let writing = tokio::task::spawn_blocking(move || write_all(taken, kind, wanted, out));
    let (exported, written) = tokio::join!(export, writing);
    let written = written.context("the writing thread has ended")?;
    // If the writing fails, the export is only abandoned: the writing knows why.
    let whole = written?;
    exported?;
    whole.context("the database gave out only a part of what it holds")
}

/// None if the pieces end too early.
fn write_all<W: Write>(
    mut pieces: Receiver<Piece>,
    kind: &str,
    wanted: fn(&str, &str) -> bool,
    mut out: W,
) -> anyhow::Result<Option<(W, Dump)>> {
    let mut counting = Counting::new(wanted);
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Schema(schema) => {
                counting.dump.schema = schema;
                writeln!(out, "{}", json!({ "proofdesk": kind, "schema": schema }))?;
            }
            Piece::Table(table) => {
                counting.table(&table);
                let head = json!({ "table": table.name, "columns": table.columns, "last_id": table.last_id });
                writeln!(out, "{head}")?;
            }
            Piece::Rows(rows) => {
                for row in rows {
                    let line = format!("{}\n", line_of(&row));
                    counting.row(&row, line.as_bytes());
                    out.write_all(line.as_bytes())?;
                }
            }
            Piece::End => {
                counting.close();
                writeln!(out, "{}", json!({ "end": true }))?;
                return Ok(Some((out, counting.dump)));
            }
        }
    }
    Ok(None)
}

/// Reads tables, into a database where there is one; gives what went by. What follows them isn't looked at.
pub(super) async fn read<R: Read + Send + 'static>(
    input: R,
    kind: &'static str,
    into: Option<&Arc<dyn Tables>>,
) -> anyhow::Result<Dump> {
    let (pieces, taken) = channel(WAITING);
    let reading = tokio::task::spawn_blocking(move || read_all(input, kind, &pieces));
    let imported = if let Some(tables) = into {
        tables.import(taken).await
    } else {
        let mut taken = taken;
        while taken.recv().await.is_some() {}
        Ok(())
    };
    let read = reading.await.context("the reading thread has ended")?;
    imported?;
    read
}

fn read_all<R: Read>(input: R, kind: &str, pieces: &Sender<Piece>) -> anyhow::Result<Dump> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut counting = Counting::new(|_, _| false);
    let mut batch = Vec::new();
    let mut line = Vec::new();
    let send = |piece| pieces.blocking_send(piece).context("the database takes no more");
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            bail!("it ends in the middle");
        }
        let json: Json = serde_json::from_slice(&line).context("a line is not JSON")?;
        if let Json::Array(cells) = &json {
            let row: Vec<Cell> = cells.iter().map(cell_of).collect::<anyhow::Result<_>>()?;
            counting.row(&row, &line);
            batch.push(row);
            if batch.len() == ROWS {
                send(Piece::Rows(std::mem::take(&mut batch)))?;
            }
            continue;
        }
        if !batch.is_empty() {
            send(Piece::Rows(std::mem::take(&mut batch)))?;
        }
        match head_of(&json, kind)? {
            Piece::End => {
                counting.close();
                send(Piece::End)?;
                return Ok(counting.dump);
            }
            piece => {
                match &piece {
                    Piece::Schema(schema) => counting.dump.schema = *schema,
                    Piece::Table(table) => counting.table(table),
                    Piece::Rows(_) | Piece::End => {}
                }
                send(piece)?;
            }
        }
    }
}

/// A line that isn't a row.
fn head_of(json: &Json, kind: &str) -> anyhow::Result<Piece> {
    if json["end"] == true {
        return Ok(Piece::End);
    }
    if let Some(name) = json["table"].as_str() {
        let columns = json["columns"].as_array().context("a table has no columns")?;
        let columns = columns.iter().map(|column| column.as_str().map(str::to_owned));
        let columns = columns.collect::<Option<_>>().context("a column has no name")?;
        return Ok(Piece::Table(Table { name: name.to_owned(), columns, last_id: json["last_id"].as_i64() }));
    }
    if json["proofdesk"] != kind {
        bail!("it holds {}, not {kind}", json["proofdesk"]);
    }
    Ok(Piece::Schema(json["schema"].as_i64().context("the schema is missing")?))
}

fn line_of(row: &[Cell]) -> Json {
    let cell = |cell: &Cell| match cell {
        Cell::Null => Json::Null,
        Cell::Int(number) => json!(number),
        Cell::Text(text) => json!(text),
        Cell::Bytes(bytes) => json!({ "hex": hex::encode(bytes) }),
    };
    row.iter().map(cell).collect()
}

fn cell_of(json: &Json) -> anyhow::Result<Cell> {
    Ok(match json {
        Json::Null => Cell::Null,
        Json::Number(number) => Cell::Int(number.as_i64().context("a number is none of 64 bits")?),
        Json::String(text) => Cell::Text(text.clone()),
        Json::Object(bytes) => {
            let digits = bytes.get("hex").and_then(Json::as_str).context("bytes have no digits")?;
            Cell::Bytes(hex::decode(digits).context("bytes are not hexadecimal")?)
        }
        Json::Bool(_) | Json::Array(_) => bail!("a cell is neither number, text, bytes nor null"),
    })
}
