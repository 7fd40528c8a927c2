//! Values on their way into statements and out of rows.

use std::error::Error;

use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use proofdesk_store_sql::{Parameter, Plan, Shape, parse_ids};
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A parameter as PostgreSQL takes it. A null is of every type; a value of another type than its column's is refused
/// before it is sent.
#[derive(Debug)]
pub(crate) struct Bound<'a>(pub(crate) Parameter<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Parameter::Null => Ok(IsNull::Yes),
            Parameter::Int(n) => n.to_sql_checked(kind, out),
            Parameter::Text(text) => text.to_sql_checked(kind, out),
            Parameter::Ids(ids) => ids.to_sql_checked(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The record in a row of the answer to [`Plan::select`].
pub(crate) fn record(plan: &Plan, row: &Row) -> Result<Record, tokio_postgres::Error> {
    let shapes = plan.shapes().iter().enumerate();
    let values: Result<Vec<Value>, _> = shapes.map(|(place, shape)| value(row, place, *shape)).collect();
    Ok(Record::from_values(plan.entity(), values?))
}

fn value(row: &Row, place: usize, shape: Shape) -> Result<Value, tokio_postgres::Error> {
    Ok(match shape {
        Shape::Int => row.try_get::<_, Option<i64>>(place)?.into(),
        Shape::Text => row.try_get::<_, Option<&str>>(place)?.into(),
        Shape::Ids => parse_ids(row.try_get(place)?),
        Shape::Nothing => Value::Null,
    })
}
