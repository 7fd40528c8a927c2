//! A connection while somebody uses it.

use deadpool_postgres::{Object, Pool};
use futures::future::BoxFuture;
use proofdesk_store::StoreError;
use proofdesk_store_sql::Parameter;
use tokio_postgres::{Error, Row, Statement};

use crate::bound::Bound;
use crate::error::{refused, unconnected};
use crate::pipeline::in_order;

/// How many statements one connection keeps prepared. Lists have a text for each combination of filters that clients
/// think of, so there is no end to them.
const PREPARED: usize = 500;

/// A connection while somebody uses it. Unless it is [`Session::done`], it is closed when this is dropped: a caller that
/// goes away in the middle must not leave its transaction to the next one.
pub(crate) struct Session {
    client: Option<Object>,
}

/// What the server answered to a request.
pub(crate) enum Reply {
    /// Rows.
    Rows(Vec<Row>),
    /// How many rows were changed.
    Changed(u64),
    /// That it is done.
    Done,
}

/// A statement with what goes into it, ready to be sent.
pub(crate) enum Request<'a> {
    /// One that gives rows.
    Rows(&'a str, Vec<Parameter<'a>>),
    /// One that changes rows.
    Change(&'a str, Vec<Parameter<'a>>),
    /// One without parameters and rows, such as `BEGIN`; needn't be prepared.
    Plain(&'a str),
}

impl Request<'_> {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Rows(sql, _) | Self::Change(sql, _) => Some(sql),
            Self::Plain(_) => None,
        }
    }
}

impl Session {
    /// A connection of the pool.
    pub(crate) async fn of(pool: &Pool) -> Result<Self, StoreError> {
        let client = pool.get().await.map_err(unconnected)?;
        if client.statement_cache.size() > PREPARED {
            client.statement_cache.clear();
        }
        Ok(Self { client: Some(client) })
    }

    /// Gives the connection back to the pool: no transaction is open on it.
    pub(crate) fn done(mut self) {
        drop(self.client.take());
    }

    fn client(&self) -> Result<&Object, StoreError> {
        self.client.as_ref().ok_or_else(|| StoreError::Unavailable("the connection is closed".to_owned()))
    }

    /// Sends all requests at once, and gives the replies in their order, or the first error. Inside a transaction the
    /// server refuses whatever comes after an error.
    pub(crate) async fn send(&self, requests: Vec<Request<'_>>) -> Result<Vec<Reply>, StoreError> {
        let client = self.client()?;
        let prepare = |request: &Request<'_>| {
            let text = request.text().map(str::to_owned);
            async move {
                match text {
                    Some(sql) => client.prepare_cached(&sql).await.map(Some),
                    None => Ok(None),
                }
            }
        };
        let prepared = in_order(requests.iter().map(prepare)).await;
        let prepared: Result<Vec<Option<Statement>>, Error> = prepared.into_iter().collect();
        let prepared = prepared.map_err(|error| refused(&error))?;
        let pending =
            requests.into_iter().zip(prepared).map(|(request, statement)| sent(client, request, statement));
        let replies: Result<Vec<Reply>, Error> = in_order(pending).await.into_iter().collect();
        replies.map_err(|error| refused(&error))
    }

    /// Ends the transaction without effect. If that can't be done, the connection is closed, which does it too.
    pub(crate) async fn roll_back(self) {
        if self.send(vec![Request::Plain("ROLLBACK")]).await.is_ok() {
            self.done();
        }
    }
}

fn sent<'a>(
    client: &'a Object,
    request: Request<'a>,
    statement: Option<Statement>,
) -> BoxFuture<'a, Result<Reply, Error>> {
    Box::pin(async move {
        match (request, statement) {
            (Request::Rows(_, parameters), Some(statement)) => {
                client.query(&statement, &references(&bound(parameters))).await.map(Reply::Rows)
            }
            (Request::Change(_, parameters), Some(statement)) => {
                client.execute(&statement, &references(&bound(parameters))).await.map(Reply::Changed)
            }
            (Request::Plain(sql), _) => client.batch_execute(sql).await.map(|()| Reply::Done),
            // Whatever has parameters was prepared.
            (Request::Rows(..) | Request::Change(..), None) => Ok(Reply::Done),
        }
    })
}

fn bound(parameters: Vec<Parameter<'_>>) -> Vec<Bound<'_>> {
    parameters.into_iter().map(Bound).collect()
}

fn references<'a>(bound: &'a [Bound<'_>]) -> Vec<&'a (dyn tokio_postgres::types::ToSql + Sync)> {
    bound.iter().map(|parameter| parameter as _).collect()
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}
