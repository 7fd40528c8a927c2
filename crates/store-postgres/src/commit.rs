//! Transactions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use deadpool_postgres::Pool;
use proofdesk_domain::entities;
use proofdesk_domain::entity::Entity;
use proofdesk_domain::record::Record;
use proofdesk_store::{StoreError, Transaction, Write};
use proofdesk_store_sql::{Dialect, Parameter, Plan};

use crate::error::refused;
use crate::locks::{all_will_be_found, requirements};
use crate::read::rows_of;
use crate::session::{Reply, Request, Session};

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const COMMIT: &str = "COMMIT";

/// The texts that this store has besides those of the plans.
pub(crate) struct Texts {
    of_tables: BTreeMap<&'static str, TableTexts>,
}

struct TableTexts {
    /// Takes as many ids as its parameter says.
    ids: String,
    /// Inserts a record under an id that was taken before: its last parameter.
    insert: String,
}

impl Texts {
    /// Those of all entities.
    pub(crate) fn new() -> Result<Self, StoreError> {
        let texts = |entity: &'static Entity| {
            let table = entity.table;
            let ids = format!("SELECT nextval('{table}_id_seq') FROM generate_series(1, $1::bigint)");
            let insert = with_id(Plan::of(Dialect::Postgres, entity)?.insert());
            Ok((table, TableTexts { ids, insert }))
        };
        let of_tables: Result<_, StoreError> = entities::all().map(texts).collect();
        Ok(Self { of_tables: of_tables? })
    }

    fn of(&self, entity: &Entity) -> Result<&TableTexts, StoreError> {
        let unknown = || StoreError::Unavailable(format!("there is no table for {}", entity.name));
        self.of_tables.get(entity.table).ok_or_else(unknown)
    }

    /// All of them, for a test that prepares each.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.of_tables.values().flat_map(|texts| [texts.ids.as_str(), texts.insert.as_str()])
    }
}

/// A plan's insert, with one more column and parameter for the id.
fn with_id(insert: &str) -> String {
    let id = insert.matches('$').count() + 1;
    insert.replacen(" (", " (id, ", 1).replacen(" VALUES (", &format!(" VALUES (${id}, "), 1)
}

/// Carries out all of a transaction, or nothing of it.
pub(crate) async fn commit(
    pool: &Pool,
    texts: &Texts,
    transaction: &Transaction,
) -> Result<Vec<i64>, StoreError> {
    if transaction.guards.is_empty() && transaction.writes.is_empty() {
        return Ok(Vec::new());
    }
    let session = Session::of(pool).await?;
    match carry_out(&session, texts, transaction).await {
        Ok(ids) => {
            if transaction.scrub {
                vacuum(&session, transaction).await?;
            }
            session.done();
            Ok(ids)
        }
        Err(error) => {
            session.roll_back().await;
            Err(error)
        }
    }
}

/// Removes what a transaction has left of old rows in the tables that it wrote to, as far as no other transaction can still see
/// them; those are for the server's own vacuum.
async fn vacuum(session: &Session, transaction: &Transaction) -> Result<(), StoreError> {
    let table = |write: &Write| match write {
        Write::Insert(record) | Write::Update(record) => record.entity().table,
        Write::Delete(entity, _) => entity.table,
    };
    let tables: BTreeSet<&str> = transaction.writes.iter().map(table).collect();
    for table in tables {
        let text = format!("VACUUM (SKIP_LOCKED, TRUNCATE FALSE) {table}");
        session.send(vec![Request::Plain(&text)]).await?;
    }
    Ok(())
}

async fn carry_out(
    session: &Session,
    texts: &Texts,
    transaction: &Transaction,
) -> Result<Vec<i64>, StoreError> {
    let ids = begin(session, texts, transaction).await?;
    let mut requests = writes(texts, transaction, &ids)?;
    if all_will_be_found(transaction) {
        requests.push(Request::Plain(COMMIT));
        session.send(requests).await?;
    } else {
        let exact: Vec<bool> =
            requests.iter().map(|request| matches!(request, Request::Change(..))).collect();
        let replies = session.send(requests).await?;
        let missed = |(reply, exact): (&Reply, &bool)| *exact && matches!(reply, Reply::Changed(0));
        if replies.iter().zip(&exact).any(missed) {
            return Err(StoreError::Conflict);
        }
        session.send(vec![Request::Plain(COMMIT)]).await?;
    }
    Ok(ids)
}

/// Begins, locks, tests the guards, and takes the ids of the inserts, in their order.
async fn begin(session: &Session, texts: &Texts, transaction: &Transaction) -> Result<Vec<i64>, StoreError> {
    let required = requirements(transaction);
    let mut guards = Vec::new();
    for (guard, lock) in &required {
        guards.push(Plan::of(Dialect::Postgres, guard.entity)?.guard(guard, *lock)?);
    }
    let inserted = inserted(transaction);
    let mut requests = vec![Request::Plain(BEGIN)];
    requests.extend(guards.iter().map(|guard| Request::Rows(&guard.sql, guard.parameters.clone())));
    for (entity, count) in inserted.values() {
        requests.push(Request::Rows(&texts.of(entity)?.ids, vec![Parameter::Int(*count)]));
    }
    let mut replies = session.send(requests).await?.into_iter().skip(1);
    for _ in &guards {
        if rows_of(replies.next())?.is_empty() {
            return Err(StoreError::Conflict);
        }
    }
    let mut taken = BTreeMap::new();
    for table in inserted.keys() {
        let ids: Result<VecDeque<i64>, _> =
            rows_of(replies.next())?.iter().map(|row| row.try_get(0)).collect();
        taken.insert(*table, ids.map_err(|error| refused(&error))?);
    }
    let next = |record: &Record| taken.get_mut(record.entity().table).and_then(VecDeque::pop_front);
    let ids: Option<Vec<i64>> = inserts(transaction).map(next).collect();
    ids.ok_or_else(|| StoreError::Unavailable("the server gave too few ids".to_owned()))
}

fn inserts(transaction: &Transaction) -> impl Iterator<Item = &Record> {
    transaction.writes.iter().filter_map(|write| match write {
        Write::Insert(record) => Some(record),
        Write::Update(_) | Write::Delete(..) => None,
    })
}

/// How many records of each entity a transaction inserts, by table.
fn inserted(transaction: &Transaction) -> BTreeMap<&'static str, (&'static Entity, i64)> {
    let mut counts = BTreeMap::new();
    for record in inserts(transaction) {
        let entity = record.entity();
        counts.entry(entity.table).or_insert((entity, 0)).1 += 1;
    }
    counts
}

/// The writes in their order, each followed by those of its lists.
fn writes<'a>(
    texts: &'a Texts,
    transaction: &'a Transaction,
    ids: &[i64],
) -> Result<Vec<Request<'a>>, StoreError> {
    let mut requests = Vec::new();
    let mut inserted = 0;
    for write in &transaction.writes {
        match write {
            Write::Insert(record) => {
                let plan = Plan::of(Dialect::Postgres, record.entity())?;
                let mut parameters = plan.insert_parameters(record, &ids[..inserted])?;
                parameters.push(Parameter::Int(ids[inserted]));
                requests.push(Request::Change(&texts.of(record.entity())?.insert, parameters));
                requests.extend(list_additions(plan, record, ids[inserted]));
                inserted += 1;
            }
            Write::Update(record) => {
                let plan = Plan::of(Dialect::Postgres, record.entity())?;
                let parameters = plan.update_parameters(record, &ids[..inserted])?;
                requests.push(Request::Change(plan.update(), parameters));
                requests.extend(list_removals(plan, record));
                requests.extend(list_additions(plan, record, record.id()));
            }
            Write::Delete(entity, id) => {
                let plan = Plan::of(Dialect::Postgres, entity)?;
                requests.push(Request::Change(plan.delete(), vec![Parameter::Int(*id)]));
            }
        }
    }
    Ok(requests)
}

/// As [`Request::Rows`], because they may well change nothing.
fn list_additions<'a>(plan: &'static Plan, record: &'a Record, id: i64) -> impl Iterator<Item = Request<'a>> {
    let filled = plan.lists().iter().filter(|list| !record.list(list.field).is_empty());
    filled.map(move |list| {
        Request::Rows(&list.add, vec![Parameter::Int(id), Parameter::Ids(record.list(list.field))])
    })
}

fn list_removals<'a>(plan: &'static Plan, record: &'a Record) -> impl Iterator<Item = Request<'a>> {
    let given = plan.lists().iter().filter(|list| !record.get(list.field).is_null());
    given.map(move |list| {
        Request::Rows(
            &list.remove,
            vec![Parameter::Int(record.id()), Parameter::Ids(record.list(list.field))],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insert_takes_its_id_last() {
        assert_eq!(
            with_id("INSERT INTO tokens (hash, kind) VALUES ($1, $2) RETURNING id"),
            "INSERT INTO tokens (id, hash, kind) VALUES ($3, $1, $2) RETURNING id"
        );
        assert_eq!(
            with_id("INSERT INTO roles (version, name) VALUES (1, $1)"),
            "INSERT INTO roles (id, version, name) VALUES ($2, 1, $1)"
        );
    }
}
