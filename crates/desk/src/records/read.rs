//! Search, get and batch.

use proofdesk_domain::entity::ID;
use proofdesk_domain::list::{ListRequest, Test};
use proofdesk_domain::record::Record;
use proofdesk_store::{Listed, Query};

use crate::Desk;
use crate::caller::Grant;
use crate::error::DeskError;

/// One page of what matches, and the size of the whole.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn search(desk: &Desk, grant: &Grant, request: ListRequest) -> Result<Listed, DeskError> {
    let query = Query::search(grant.entity(), grant.scope().clone(), request);
    let listed = desk.store().list(&query).await?;
    let records = listed.records.into_iter().map(|record| grant.visible(record)).collect();
    Ok(Listed { records, total: listed.total })
}

/// One record.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Unavailable`].
pub async fn get(desk: &Desk, grant: &Grant, id: i64) -> Result<Record, DeskError> {
    Ok(grant.visible(grant.load(desk, id).await?))
}

/// The records with these ids, in the order of the ids; unknown ones left out.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn batch(desk: &Desk, grant: &Grant, ids: Vec<i64>) -> Result<Vec<Record>, DeskError> {
    let limit = ids.len().max(1) as u32;
    let query = Query::all(grant.entity(), grant.scope().clone(), limit).filter(ID, Test::OneOf(ids));
    let records = desk.store().select(&query).await?;
    Ok(records.into_iter().map(|record| grant.visible(record)).collect())
}
