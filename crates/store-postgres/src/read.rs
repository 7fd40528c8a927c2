//! Questions.

use deadpool_postgres::Pool;
use proofdesk_domain::record::Record;
use proofdesk_store::{Listed, Query, StoreError};
use proofdesk_store_sql::{Dialect, Plan, Statement};
use tokio_postgres::Row;

use crate::bound::record;
use crate::error::refused;
use crate::session::{Reply, Request, Session};

/// From this many records before the page on, it pays to ask for the total first: a page near the end is then read from
/// the end.
const DEEP: u64 = 1000;

/// One snapshot for all statements until the end.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const END: &str = "COMMIT";

/// The records of a page.
pub(crate) async fn select(pool: &Pool, query: &Query) -> Result<Vec<Record>, StoreError> {
    let plan = Plan::of(Dialect::Postgres, query.entity)?;
    let Some(statement) = plan.select(query, None) else { return Ok(Vec::new()) };
    let session = Session::of(pool).await?;
    let replies = session.send(vec![rows(&statement)]).await;
    // A single statement leaves no transaction open, whatever becomes of it.
    session.done();
    records(plan, replies?.pop())
}

/// The records of a page and how many there are on all pages.
pub(crate) async fn list(pool: &Pool, query: &Query) -> Result<Listed, StoreError> {
    let plan = Plan::of(Dialect::Postgres, query.entity)?;
    let Some(count) = plan.count(query) else { return Ok(Listed { records: Vec::new(), total: 0 }) };
    let session = Session::of(pool).await?;
    let listed = if query.page.offset() < DEEP {
        at_once(&session, plan, query, &count).await
    } else {
        total_first(&session, plan, query, &count).await
    };
    match listed {
        Ok(listed) => {
            session.done();
            Ok(listed)
        }
        Err(error) => {
            session.roll_back().await;
            Err(error)
        }
    }
}

/// In one round trip.
async fn at_once(
    session: &Session,
    plan: &'static Plan,
    query: &Query,
    count: &Statement<'_>,
) -> Result<Listed, StoreError> {
    let page = plan.select(query, None);
    let mut requests = vec![Request::Plain(BEGIN), rows(count)];
    requests.extend(page.as_ref().map(rows));
    requests.push(Request::Plain(END));
    let mut replies = session.send(requests).await?.into_iter().skip(1);
    let total = total(replies.next())?;
    let records = if page.is_some() { records(plan, replies.next())? } else { Vec::new() };
    Ok(Listed { records, total })
}

/// In two.
async fn total_first(
    session: &Session,
    plan: &'static Plan,
    query: &Query,
    count: &Statement<'_>,
) -> Result<Listed, StoreError> {
    let total = total(session.send(vec![Request::Plain(BEGIN), rows(count)]).await?.pop())?;
    let page = plan.select(query, Some(total));
    let requests = page.as_ref().map(rows).into_iter().chain([Request::Plain(END)]).collect();
    let mut replies = session.send(requests).await?.into_iter();
    let records = if page.is_some() { records(plan, replies.next())? } else { Vec::new() };
    Ok(Listed { records, total })
}

fn rows<'a>(statement: &'a Statement<'a>) -> Request<'a> {
    Request::Rows(&statement.sql, statement.parameters.clone())
}

fn records(plan: &Plan, reply: Option<Reply>) -> Result<Vec<Record>, StoreError> {
    let read = |row: &Row| record(plan, row).map_err(|error| refused(&error));
    rows_of(reply)?.iter().map(read).collect()
}

fn total(reply: Option<Reply>) -> Result<u64, StoreError> {
    let rows = rows_of(reply)?;
    let total: i64 = rows.first().ok_or_else(unanswered)?.try_get(0).map_err(|error| refused(&error))?;
    Ok(total.unsigned_abs())
}

/// The rows of a reply.
pub(crate) fn rows_of(reply: Option<Reply>) -> Result<Vec<Row>, StoreError> {
    match reply {
        Some(Reply::Rows(rows)) => Ok(rows),
        _ => Err(unanswered()),
    }
}

fn unanswered() -> StoreError {
    StoreError::Unavailable("the server's answer is not to the question".to_owned())
}
