//! Values on their way into statements and out of rows.

use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use proofdesk_store_sql::{Parameter, Plan, Shape, Statement, parse_ids};
use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use rusqlite::{Connection, Result, Row, ToSql};

/// A parameter as SQLite takes it; a set of ids is a JSON array.
struct Bound<'a>(Parameter<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Parameter::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Parameter::Int(n) => ToSqlOutput::Borrowed(ValueRef::Integer(n)),
            Parameter::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Parameter::Ids(ids) => ToSqlOutput::Owned(Owned::Text(json(ids))),
        })
    }
}

fn json(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    format!("[{}]", ids.join(","))
}

fn bind(statement: &mut rusqlite::Statement<'_>, parameters: &[Parameter<'_>]) -> Result<()> {
    parameters
        .iter()
        .enumerate()
        .try_for_each(|(place, parameter)| statement.raw_bind_parameter(place + 1, Bound(*parameter)))
}

/// Carries out a write; gives how many rows it changed.
pub(crate) fn execute(connection: &Connection, sql: &str, parameters: &[Parameter<'_>]) -> Result<usize> {
    let mut prepared = connection.prepare_cached(sql)?;
    bind(&mut prepared, parameters)?;
    prepared.raw_execute()
}

/// The records that a select of a plan gives.
pub(crate) fn records(
    connection: &Connection,
    plan: &Plan,
    statement: &Statement<'_>,
) -> Result<Vec<Record>> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    bind(&mut prepared, &statement.parameters)?;
    let mut rows = prepared.raw_query();
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(record(plan, row)?);
    }
    Ok(records)
}

/// The first number that a statement gives, if it gives a row.
pub(crate) fn number(connection: &Connection, statement: &Statement<'_>) -> Result<Option<i64>> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    bind(&mut prepared, &statement.parameters)?;
    let mut rows = prepared.raw_query();
    rows.next()?.map(|row| row.get(0)).transpose()
}

/// The places of the columns that hold something else than these parameters; None if there is no record with this id.
pub(crate) fn changed(
    connection: &Connection,
    sql: &str,
    id: i64,
    parameters: &[Parameter<'_>],
) -> Result<Option<Vec<usize>>> {
    let mut prepared = connection.prepare_cached(sql)?;
    let columns = prepared.column_count();
    bind(&mut prepared, &[Parameter::Int(id)])?;
    let mut rows = prepared.raw_query();
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut changed = Vec::new();
    for (place, parameter) in parameters.iter().enumerate().take(columns) {
        if !holds(row.get_ref(place)?, *parameter) {
            changed.push(place);
        }
    }
    Ok(Some(changed))
}

fn holds(stored: ValueRef<'_>, parameter: Parameter<'_>) -> bool {
    match (stored, parameter) {
        (ValueRef::Null, Parameter::Null) => true,
        (ValueRef::Integer(stored), Parameter::Int(n)) => stored == n,
        (ValueRef::Text(stored), Parameter::Text(text)) => stored == text.as_bytes(),
        _ => false,
    }
}

fn record(plan: &Plan, row: &Row<'_>) -> Result<Record> {
    let shapes = plan.shapes().iter().enumerate();
    let values: Result<Vec<Value>> = shapes.map(|(place, shape)| value(row, place, *shape)).collect();
    Ok(Record::from_values(plan.entity(), values?))
}

fn value(row: &Row<'_>, place: usize, shape: Shape) -> Result<Value> {
    let stored = match shape {
        Shape::Nothing => return Ok(Value::Null),
        Shape::Ids => return Ok(parse_ids(row.get_ref(place)?.as_str_or_null()?)),
        Shape::Int | Shape::Text => row.get_ref(place)?,
    };
    Ok(match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        text => Value::Text(text.as_str()?.to_owned()),
    })
}
