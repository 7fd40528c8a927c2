//! The changes of the key store that take more than one statement. Each locks the row of the check value first: whole to
//! change which keys of businesses there are, shared to rely on it. The statements after that see what the lock waited for.

use deadpool_postgres::{Object, Transaction};
use proofdesk_vault::{
    BusinessKeyChange, BusinessKeyRow, FileKeyChange, FileKeyRow, KeyStoreError, MASTER_CHECK,
    PutBusinessKeys,
};
use tokio_postgres::types::ToSql;

use super::failed;
use super::rows::{bytes, first};

/// How the row of the check value is locked.
#[derive(Clone, Copy)]
enum Lock {
    Whole,
    Shared,
}

/// Begins a transaction, and gives the check value with it.
async fn begin(client: &mut Object, lock: Lock) -> Result<(Transaction<'_>, Option<Vec<u8>>), KeyStoreError> {
    let transaction = client.transaction().await.map_err(|error| failed(&error))?;
    let sql = match lock {
        Lock::Whole => "SELECT value FROM settings WHERE name = $1 FOR UPDATE",
        Lock::Shared => "SELECT value FROM settings WHERE name = $1 FOR SHARE",
    };
    let rows = transaction.query(sql, &[&MASTER_CHECK]).await.map_err(|error| failed(&error))?;
    let check = first(&rows)?;
    Ok((transaction, check))
}

async fn execute(
    transaction: &Transaction<'_>,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<usize, KeyStoreError> {
    let changed = transaction.execute(sql, parameters).await.map_err(|error| failed(&error))?;
    Ok(usize::try_from(changed).unwrap_or(usize::MAX))
}

async fn commit(transaction: Transaction<'_>) -> Result<(), KeyStoreError> {
    transaction.commit().await.map_err(|error| failed(&error))
}

pub(super) async fn replace_file_keys(
    client: &mut Object,
    changes: &[FileKeyChange],
) -> Result<usize, KeyStoreError> {
    let (transaction, _) = begin(client, Lock::Shared).await?;
    let sql = "UPDATE keys k SET version = c.version, wrapped = c.wrapped \
        FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bytea[]) \
            AS c (id, business, old_version, old, version, wrapped), business_keys b \
        WHERE k.id = c.id AND k.business = c.business AND k.version = c.old_version AND k.wrapped = c.old \
            AND b.business = c.business AND b.version = c.version AND NOT b.retired";
    let ids: Vec<&[u8]> = changes.iter().map(|change| bytes(&change.old.id)).collect();
    let businesses: Vec<i64> = changes.iter().map(|change| change.old.business).collect();
    let old_versions: Vec<i64> = changes.iter().map(|change| i64::from(change.old.version)).collect();
    let olds: Vec<&[u8]> = changes.iter().map(|change| change.old.wrapped.as_slice()).collect();
    let versions: Vec<i64> = changes.iter().map(|change| i64::from(change.version)).collect();
    let wraps: Vec<&[u8]> = changes.iter().map(|change| change.wrapped.as_slice()).collect();
    let parameters: [&(dyn ToSql + Sync); 6] = [&ids, &businesses, &old_versions, &olds, &versions, &wraps];
    let replaced = execute(&transaction, sql, &parameters).await?;
    commit(transaction).await?;
    Ok(replaced)
}

pub(super) async fn put_business_keys(
    client: &mut Object,
    keys: &[BusinessKeyRow],
    check: &[u8],
) -> Result<PutBusinessKeys, KeyStoreError> {
    let (transaction, found) = begin(client, Lock::Whole).await?;
    if found.as_deref() != Some(check) {
        return Ok(PutBusinessKeys::OtherMaster);
    }
    let businesses: Vec<i64> = keys.iter().map(|key| key.business).collect();
    let versions: Vec<i64> = keys.iter().map(|key| i64::from(key.version)).collect();
    let wraps: Vec<&[u8]> = keys.iter().map(|key| key.wrapped.as_slice()).collect();
    let taken = "SELECT 1 FROM business_keys b, unnest($1::bigint[], $2::bigint[]) AS c (business, version) \
        WHERE b.business = c.business AND b.version >= c.version LIMIT 1";
    let taken = transaction.query(taken, &[&businesses, &versions]).await.map_err(|error| failed(&error))?;
    if !taken.is_empty() {
        return Ok(PutBusinessKeys::Taken);
    }
    let retire = "UPDATE business_keys SET retired = true WHERE business = ANY ($1) AND NOT retired";
    execute(&transaction, retire, &[&businesses]).await?;
    let insert = "INSERT INTO business_keys (business, version, retired, wrapped) \
        SELECT business, version, false, wrapped \
        FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS c (business, version, wrapped)";
    execute(&transaction, insert, &[&businesses, &versions, &wraps]).await?;
    commit(transaction).await?;
    Ok(PutBusinessKeys::Kept)
}

/// Gives how many keys of the business there were, and the tables that had something of it.
pub(super) async fn destroy_business(
    client: &mut Object,
    business: i64,
) -> Result<(usize, Vec<String>), KeyStoreError> {
    let (transaction, _) = begin(client, Lock::Whole).await?;
    // First, because it waits for keys of files that are being put under them.
    let latest = "UPDATE business_keys SET retired = true, wrapped = '' \
        WHERE business = $1 AND length(wrapped) > 0 AND version = \
            (SELECT max(version) FROM business_keys WHERE business = $1)";
    let mut keys = execute(&transaction, latest, &[&business]).await?;
    let earlier = "DELETE FROM business_keys WHERE business = $1 AND length(wrapped) > 0";
    keys += execute(&transaction, earlier, &[&business]).await?;
    let sql = "WITH gone AS (DELETE FROM keys WHERE business = $1 RETURNING tableoid) \
        SELECT DISTINCT tableoid::regclass::text FROM gone";
    let rows = transaction.query(sql, &[&business]).await.map_err(|error| failed(&error))?;
    let mut parts = super::rows::all(&rows, |row| row.try_get(0))?;
    if keys > 0 {
        parts.push("business_keys".to_owned());
    }
    commit(transaction).await?;
    Ok((keys, parts))
}

pub(super) async fn switch_master(
    client: &mut Object,
    old: &[u8],
    new: &[u8],
    keys: &[BusinessKeyChange],
) -> Result<bool, KeyStoreError> {
    let (transaction, check) = begin(client, Lock::Whole).await?;
    if check.as_deref() != Some(old) {
        return Ok(false);
    }
    let rows =
        transaction.query("SELECT count(*) FROM business_keys", &[]).await.map_err(|error| failed(&error))?;
    let there = first::<i64>(&rows)?.and_then(|count| usize::try_from(count).ok());
    let sql = "UPDATE business_keys b SET wrapped = c.wrapped \
        FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]) AS c (business, version, old, wrapped) \
        WHERE b.business = c.business AND b.version = c.version AND b.wrapped = c.old";
    let businesses: Vec<i64> = keys.iter().map(|change| change.old.business).collect();
    let versions: Vec<i64> = keys.iter().map(|change| i64::from(change.old.version)).collect();
    let olds: Vec<&[u8]> = keys.iter().map(|change| change.old.wrapped.as_slice()).collect();
    let wraps: Vec<&[u8]> = keys.iter().map(|change| change.wrapped.as_slice()).collect();
    let changed = execute(&transaction, sql, &[&businesses, &versions, &olds, &wraps]).await?;
    if changed != keys.len() || there != Some(changed) {
        return Ok(false);
    }
    let sql = "UPDATE settings SET value = $1 WHERE name = $2";
    execute(&transaction, sql, &[&new, &MASTER_CHECK]).await?;
    commit(transaction).await?;
    Ok(true)
}

pub(super) async fn restore(
    client: &mut Object,
    businesses: &[BusinessKeyRow],
    files: &[FileKeyRow],
) -> Result<(), KeyStoreError> {
    let (transaction, _) = begin(client, Lock::Whole).await?;
    let insert = "INSERT INTO business_keys (business, version, retired, wrapped) VALUES ($1, $2, $3, $4) \
        ON CONFLICT DO NOTHING";
    for key in businesses {
        let version = i64::from(key.version);
        execute(&transaction, insert, &[&key.business, &version, &key.retired, &key.wrapped]).await?;
    }
    let sql = "INSERT INTO keys (id, business, version, wrapped) \
        SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bytea[]) ON CONFLICT DO NOTHING";
    let ids: Vec<&[u8]> = files.iter().map(|key| bytes(&key.id)).collect();
    let owners: Vec<i64> = files.iter().map(|key| key.business).collect();
    let versions: Vec<i64> = files.iter().map(|key| i64::from(key.version)).collect();
    let wraps: Vec<&[u8]> = files.iter().map(|key| key.wrapped.as_slice()).collect();
    execute(&transaction, sql, &[&ids, &owners, &versions, &wraps]).await?;
    commit(transaction).await
}
