//! Rows of the key store as values.

use proofdesk_vault::{BusinessKeyRow, FileKeyRow, KeyCount};
use rusqlite::Row;
use uuid::Uuid;

/// What [`file_row`] reads.
pub(super) const FILE_COLUMNS: &str = "id, business, version, wrapped";
/// What [`business_row`] reads.
pub(super) const BUSINESS_COLUMNS: &str = "business, version, retired, wrapped";

pub(super) fn file_row(row: &Row<'_>) -> rusqlite::Result<FileKeyRow> {
    let id = Uuid::from_bytes(row.get(0)?);
    Ok(FileKeyRow { id, business: row.get(1)?, version: row.get(2)?, wrapped: row.get(3)? })
}

pub(super) fn business_row(row: &Row<'_>) -> rusqlite::Result<BusinessKeyRow> {
    Ok(BusinessKeyRow {
        business: row.get(0)?,
        version: row.get(1)?,
        retired: row.get(2)?,
        wrapped: row.get(3)?,
    })
}

pub(super) fn count_row(row: &Row<'_>) -> rusqlite::Result<KeyCount> {
    let files: i64 = row.get(3)?;
    Ok(KeyCount {
        business: row.get(0)?,
        version: row.get(1)?,
        retired: row.get(2)?,
        files: files.unsigned_abs(),
    })
}
