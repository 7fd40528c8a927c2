//! The changes of the key store, each within the transaction that its caller holds: nobody else writes meanwhile, also from
//! another process, so what was looked at holds until the end.

use proofdesk_vault::{
    BusinessKeyChange, BusinessKeyRow, FileKeyChange, FileKeyRow, MASTER_CHECK, PutBusinessKeys, PutFileKey,
};
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::execute;

/// Whether a key of a business is its current one.
const CURRENT: &str = "SELECT 1 FROM business_keys WHERE business = ? AND version = ? AND retired = 0";

/// Whether a question has an answer.
fn any(connection: &Connection, sql: &str, parameters: impl Params) -> rusqlite::Result<bool> {
    connection.prepare_cached(sql)?.exists(parameters)
}

pub(super) fn put(connection: &Connection, key: &FileKeyRow) -> rusqlite::Result<PutFileKey> {
    if any(connection, "SELECT 1 FROM keys WHERE id = ?", [key.id.as_bytes()])? {
        return Ok(PutFileKey::Taken);
    }
    if !any(connection, CURRENT, params![key.business, key.version])? {
        return Ok(PutFileKey::Retired);
    }
    insert_file_key(connection, key)?;
    Ok(PutFileKey::Kept)
}

fn insert_file_key(connection: &Connection, key: &FileKeyRow) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO keys (id, business, version, wrapped) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
    execute(connection, sql, params![key.id.as_bytes(), key.business, key.version, key.wrapped])
}

fn insert_business_key(
    connection: &Connection,
    key: &BusinessKeyRow,
    retired: bool,
) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO business_keys (business, version, retired, wrapped) VALUES (?, ?, ?, ?) \
        ON CONFLICT DO NOTHING";
    execute(connection, sql, params![key.business, key.version, retired, key.wrapped])
}

pub(super) fn replace_file_keys(
    connection: &Connection,
    changes: &[FileKeyChange],
) -> rusqlite::Result<usize> {
    let sql = "UPDATE keys SET version = ?, wrapped = ? \
        WHERE id = ? AND business = ? AND version = ? AND wrapped = ?";
    let mut replaced = 0;
    for FileKeyChange { old, version, wrapped } in changes {
        let id = old.id.as_bytes();
        if any(connection, CURRENT, params![old.business, version])? {
            let there = params![version, wrapped, id, old.business, old.version, old.wrapped];
            replaced += execute(connection, sql, there)?;
        }
    }
    Ok(replaced)
}

/// The check value of the master key that the store belongs to.
fn check_value(connection: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare_cached("SELECT value FROM settings WHERE name = ?")?;
    statement.query_row([MASTER_CHECK], |row| row.get(0)).optional()
}

pub(super) fn put_business_keys(
    connection: &Connection,
    keys: &[BusinessKeyRow],
    check: &[u8],
) -> rusqlite::Result<PutBusinessKeys> {
    if check_value(connection)?.as_deref() != Some(check) {
        return Ok(PutBusinessKeys::OtherMaster);
    }
    let taken = "SELECT 1 FROM business_keys WHERE business = ? AND version >= ?";
    for key in keys {
        if any(connection, taken, params![key.business, key.version])? {
            return Ok(PutBusinessKeys::Taken);
        }
    }
    let retire = "UPDATE business_keys SET retired = 1 WHERE business = ? AND retired = 0";
    for key in keys {
        execute(connection, retire, [key.business])?;
        insert_business_key(connection, key, false)?;
    }
    Ok(PutBusinessKeys::Kept)
}

pub(super) fn destroy_business(connection: &Connection, business: i64) -> rusqlite::Result<usize> {
    execute(connection, "DELETE FROM keys WHERE business = ?", [business])?;
    let earlier = "DELETE FROM business_keys WHERE business = ?1 AND version < \
        (SELECT max(version) FROM business_keys WHERE business = ?1)";
    let latest = "UPDATE business_keys SET retired = 1, wrapped = x'' \
        WHERE business = ? AND length(wrapped) > 0";
    Ok(execute(connection, earlier, [business])? + execute(connection, latest, [business])?)
}

pub(super) fn delete_retired(connection: &Connection, business: i64, version: u32) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM business_keys WHERE business = ?1 AND version = ?2 AND retired = 1 AND length(wrapped) > 0 \
        AND NOT EXISTS (SELECT 1 FROM keys WHERE business = ?1 AND version = ?2)";
    Ok(execute(connection, sql, params![business, version])? > 0)
}

pub(super) fn switch_master(
    connection: &Connection,
    old: &[u8],
    new: &[u8],
    keys: &[BusinessKeyChange],
) -> rusqlite::Result<bool> {
    let count: i64 = connection.query_row("SELECT count(*) FROM business_keys", [], |row| row.get(0))?;
    let known = usize::try_from(count).is_ok_and(|count| count == keys.len());
    if !known || check_value(connection)?.as_deref() != Some(old) {
        return Ok(false);
    }
    let as_said = "SELECT 1 FROM business_keys WHERE business = ? AND version = ? AND wrapped = ?";
    for BusinessKeyChange { old, .. } in keys {
        if !any(connection, as_said, params![old.business, old.version, old.wrapped])? {
            return Ok(false);
        }
    }
    let change = "UPDATE business_keys SET wrapped = ? WHERE business = ? AND version = ?";
    for BusinessKeyChange { old, wrapped } in keys {
        execute(connection, change, params![wrapped, old.business, old.version])?;
    }
    execute(connection, "UPDATE settings SET value = ? WHERE name = ?", params![new, MASTER_CHECK])?;
    Ok(true)
}

pub(super) fn restore(
    connection: &Connection,
    businesses: &[BusinessKeyRow],
    files: &[FileKeyRow],
) -> rusqlite::Result<()> {
    for key in businesses {
        insert_business_key(connection, key, key.retired)?;
    }
    for key in files {
        insert_file_key(connection, key)?;
    }
    Ok(())
}
