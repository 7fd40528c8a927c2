//! Carries out one transaction, within whatever database transaction is open.

use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use proofdesk_store::{Guard, StoreError, Transaction, Write};
use proofdesk_store_sql::{Dialect, ListWrites, Lock, Parameter, Plan};
use rusqlite::Connection;

use crate::error::{failed, refused};
use crate::rows;

/// Carries out a transaction; gives the ids of its inserts. After an error the caller takes back what was written.
pub(crate) fn transact(connection: &Connection, transaction: &Transaction) -> Result<Vec<i64>, StoreError> {
    transaction.guards.iter().try_for_each(|guard| require(connection, guard))?;
    let mut inserted = Vec::new();
    for write in &transaction.writes {
        match write {
            Write::Insert(record) => {
                let id = insert(connection, record, &inserted)?;
                inserted.push(id);
            }
            Write::Update(record) => update(connection, record, &inserted)?,
            Write::Delete(entity, id) => {
                let plan = Plan::of(Dialect::Sqlite, entity)?;
                one(rows::execute(connection, plan.delete(), &[Parameter::Int(*id)]))?;
            }
        }
    }
    Ok(inserted)
}

fn require(connection: &Connection, guard: &Guard) -> Result<(), StoreError> {
    let statement = Plan::of(Dialect::Sqlite, guard.entity)?.guard(guard, Lock::Share)?;
    let found = rows::number(connection, &statement).map_err(failed)?;
    found.map(drop).ok_or(StoreError::Conflict)
}

fn insert(connection: &Connection, record: &Record, inserted: &[i64]) -> Result<i64, StoreError> {
    let plan = Plan::of(Dialect::Sqlite, record.entity())?;
    let parameters = plan.insert_parameters(record, inserted)?;
    rows::execute(connection, plan.insert(), &parameters).map_err(refused)?;
    let id = connection.last_insert_rowid();
    for list in plan.lists() {
        add(connection, list, id, record.get(list.field))?;
    }
    Ok(id)
}

fn update(connection: &Connection, record: &Record, inserted: &[i64]) -> Result<(), StoreError> {
    let plan = Plan::of(Dialect::Sqlite, record.entity())?;
    let mut parameters = plan.update_parameters(record, inserted)?;
    let changed = rows::changed(connection, plan.stored(), record.id(), &parameters).map_err(refused)?;
    let changed = changed.ok_or(StoreError::Conflict)?;
    if let Some(sql) = plan.update_of(&changed) {
        let key = parameters.split_off(plan.columns());
        let set = changed.iter().map(|place| parameters[*place]);
        let parameters: Vec<Parameter<'_>> = set.chain(key).collect();
        one(rows::execute(connection, &sql, &parameters))?;
    }
    for list in plan.lists().iter().filter(|list| !record.get(list.field).is_null()) {
        let kept = Parameter::Ids(record.list(list.field));
        rows::execute(connection, &list.remove, &[Parameter::Int(record.id()), kept]).map_err(refused)?;
        add(connection, list, record.id(), record.get(list.field))?;
    }
    Ok(())
}

fn add(connection: &Connection, list: &ListWrites, id: i64, ids: &Value) -> Result<(), StoreError> {
    if ids.as_list().is_empty() {
        return Ok(());
    }
    let parameters = [Parameter::Int(id), Parameter::Ids(ids.as_list())];
    rows::execute(connection, &list.add, &parameters).map(drop).map_err(refused)
}

/// A write that must change a record: if it finds none, the record was changed or removed meanwhile.
fn one(changed: rusqlite::Result<usize>) -> Result<(), StoreError> {
    match changed.map_err(refused)? {
        0 => Err(StoreError::Conflict),
        _ => Ok(()),
    }
}
