//! What tables there are, and what is wrong with them.

use proofdesk_store::StoreError;
use proofdesk_store::tables::Table;
use tokio_postgres::Client;

use super::{Kind, NOTE, quoted};
use crate::error::refused;

/// The tables that are ours, in the order of their names' bytes; the parts of one in parts are it.
pub(super) async fn names(client: &Client) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) \
        AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN ('refinery_schema_history', $1) \
        ORDER BY c.relname::text COLLATE \"C\"";
    let rows = client.query(sql, &[&NOTE]).await.map_err(|error| refused(&error))?;
    rows.iter().map(|row| row.try_get(0).map_err(|error| refused(&error))).collect()
}

/// A table, and how its columns are read.
pub(super) async fn described(client: &Client, name: &str) -> Result<(Table, Vec<Kind>), StoreError> {
    let sql = "SELECT a.attname::text, format_type(a.atttypid, NULL) FROM pg_attribute a \
        WHERE a.attrelid = quote_ident($1)::regclass AND a.attnum > 0 AND NOT a.attisdropped \
        ORDER BY a.attname::text COLLATE \"C\"";
    let (mut columns, mut kinds) = (Vec::new(), Vec::new());
    for row in client.query(sql, &[&name]).await.map_err(|error| refused(&error))? {
        let (column, kind): (String, String) = (row.get(0), row.get(1));
        kinds.push(match kind.as_str() {
            "bigint" | "integer" | "smallint" => Kind::Number,
            "boolean" => Kind::Flag,
            "text" => Kind::Text,
            "bytea" => Kind::Bytes,
            _ => {
                let text =
                    format!("the column {name}.{column} is of the type {kind}, which can't be exported");
                return Err(StoreError::Unavailable(text));
            }
        });
        columns.push(column);
    }
    let last_id = last_id(client, name, &columns).await?;
    Ok((Table { name: name.to_owned(), columns, last_id }, kinds))
}

/// The highest id that was given; none where ids aren't counted, or none was given yet.
async fn last_id(client: &Client, name: &str, columns: &[String]) -> Result<Option<i64>, StoreError> {
    if !columns.iter().any(|column| column == "id") {
        return Ok(None);
    }
    let sql = "SELECT pg_get_serial_sequence(quote_ident($1), 'id')";
    let row = client.query_one(sql, &[&name]).await.map_err(|error| refused(&error))?;
    let Some(sequence) = row.get::<_, Option<String>>(0) else { return Ok(None) };
    // The next one is what the sequence says, if it has not been given yet.
    let sql =
        format!("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END::bigint FROM {sequence}");
    let last: i64 = client.query_one(&sql, &[]).await.map_err(|error| refused(&error))?.get(0);
    Ok(Some(last).filter(|last| *last > 0))
}

/// References to rows that aren't there. The server refuses to make them; a damaged disk doesn't.
pub(super) async fn dangling(client: &Client) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text, b.attname::text \
        FROM pg_constraint c \
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] \
        WHERE c.contype = 'f' AND c.connamespace = to_regnamespace(quote_ident(current_schema()))";
    let mut found = Vec::new();
    for row in client.query(sql, &[]).await.map_err(|error| refused(&error))? {
        // The server's own names, quoted where they must be.
        let (table, column): (String, String) = (row.get(0), quoted(row.get(1)));
        let (parent, key): (String, String) = (row.get(2), quoted(row.get(3)));
        let sql = format!(
            "SELECT count(*) FROM {table} c WHERE c.{column} IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.{key} = c.{column})"
        );
        let count: i64 = client.query_one(&sql, &[]).await.map_err(|error| refused(&error))?.get(0);
        if count > 0 {
            found.push(format!(
                "{count} rows of {table} refer by {column} to rows of {parent} that aren't there"
            ));
        }
    }
    Ok(found)
}

pub(super) async fn is_there(client: &Client, table: &str) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM pg_class c WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) \
        AND c.relname = $1";
    let count: i64 = client.query_one(sql, &[&table]).await.map_err(|error| refused(&error))?.get(0);
    Ok(count > 0)
}

/// Whether there is nothing but what migrations put there: the roles.
pub(super) async fn is_empty(client: &Client) -> Result<bool, StoreError> {
    let schema = client.query_one("SELECT current_schema() IS NULL", &[]).await;
    if schema.map_err(|error| refused(&error))?.get(0) {
        return Ok(true);
    }
    for name in names(client).await?.iter().filter(|name| *name != "roles") {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", quoted(name));
        if client.query_one(&sql, &[]).await.map_err(|error| refused(&error))?.get(0) {
            return Ok(false);
        }
    }
    Ok(true)
}
