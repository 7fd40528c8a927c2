//! Rows of the key store as values.

use proofdesk_vault::{BusinessKeyRow, FileKeyRow, KeyCount, KeyStoreError};
use tokio_postgres::types::FromSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use super::failed;

/// What [`file_row`] reads.
pub(super) const FILE_COLUMNS: &str = "id, business, version, wrapped";
/// What [`business_row`] reads.
pub(super) const BUSINESS_COLUMNS: &str = "business, version, retired, wrapped";

/// All rows as values.
pub(super) fn all<T>(rows: &[Row], read: impl Fn(&Row) -> Result<T, Error>) -> Result<Vec<T>, KeyStoreError> {
    rows.iter().map(|row| read(row).map_err(|error| failed(&error))).collect()
}

/// The first column of the first row.
pub(super) fn first<'a, T: FromSql<'a>>(rows: &'a [Row]) -> Result<Option<T>, KeyStoreError> {
    rows.first().map(|row| row.try_get(0)).transpose().map_err(|error| failed(&error))
}

pub(super) fn bytes(id: &Uuid) -> &[u8] {
    id.as_bytes()
}

pub(super) fn row_id(row: &Row) -> Result<Uuid, KeyStoreError> {
    Uuid::from_slice(row.try_get(0).map_err(|error| failed(&error))?).map_err(KeyStoreError::new)
}

pub(super) fn file_row(row: &Row) -> Result<FileKeyRow, Error> {
    // The table takes ids of 16 bytes only.
    let id = Uuid::from_slice(row.try_get(0)?).unwrap_or_default();
    Ok(FileKeyRow { id, business: row.try_get(1)?, version: version(row, 2)?, wrapped: row.try_get(3)? })
}

pub(super) fn business_row(row: &Row) -> Result<BusinessKeyRow, Error> {
    Ok(BusinessKeyRow {
        business: row.try_get(0)?,
        version: version(row, 1)?,
        retired: row.try_get(2)?,
        wrapped: row.try_get(3)?,
    })
}

pub(super) fn count_row(row: &Row) -> Result<KeyCount, Error> {
    let files: i64 = row.try_get(3)?;
    Ok(KeyCount {
        business: row.try_get(0)?,
        version: version(row, 1)?,
        retired: row.try_get(2)?,
        files: files.unsigned_abs(),
    })
}

/// A version that this program never wrote is none that it knows: 0, which no key has.
fn version(row: &Row, column: usize) -> Result<u32, Error> {
    let version: i64 = row.try_get(column)?;
    Ok(u32::try_from(version).unwrap_or_default())
}
