//! Search, get and batch.

use proofdesk_domain::entity::ID;
use proofdesk_domain::list::{ListRequest, Test};
use proofdesk_domain::record::Record;
use proofdesk_store::{Listed, Query};

use super::sight;
use crate::Desk;
use crate::caller::Grant;
use crate::error::DeskError;

/// One page of what matches, and the size of the whole.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn search(desk: &Desk, grant: &Grant, mut request: ListRequest) -> Result<Listed, DeskError> {
    sight::narrow(desk, grant.scope(), grant.entity(), &mut request).await?;
    let query = Query::search(grant.entity(), grant.scope().clone(), request);
    let listed = desk.store().list(&query).await?;
    let records = sight::visible(desk, grant.scope(), listed.records).await?;
    Ok(Listed { records, total: listed.total })
}

/// One record.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Unavailable`].
pub async fn get(desk: &Desk, grant: &Grant, id: i64) -> Result<Record, DeskError> {
    let seen = sight::visible(desk, grant.scope(), vec![grant.load(desk, id).await?]).await?;
    seen.into_iter().next().ok_or(DeskError::NotFound)
}

/// The records with these ids, in the order of the ids; unknown ones left out.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn batch(desk: &Desk, grant: &Grant, ids: Vec<i64>) -> Result<Vec<Record>, DeskError> {
    let limit = ids.len().max(1) as u32;
    let query = Query::all(grant.entity(), grant.scope().clone(), limit).filter(ID, Test::OneOf(ids));
    let records = desk.store().select(&query).await?;
    sight::visible(desk, grant.scope(), records).await
}
