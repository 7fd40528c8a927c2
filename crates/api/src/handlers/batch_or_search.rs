//! `GET /api/…/{e}`: a search, or with `id=[1,2,3]` a batch.

use proofdesk_desk::caller::Grant;
use proofdesk_desk::error::DeskError;
use proofdesk_desk::records;
use proofdesk_domain::list::{self, ListRequest};
use proofdesk_domain::roles::Operation;
use proofdesk_domain::validation::FieldError;
use proofdesk_store::Listed;
use serde::Serialize;

use super::{json, write_records};
use crate::call::Call;
use crate::error::{Answer, ApiError};

pub(crate) async fn handle(call: Call) -> Answer {
    let ids = call.query.get("id").filter(|ids| ids.trim_start().starts_with('['));
    match ids {
        Some(ids) => batch(&call, &grant(&call, Operation::Read)?, ids).await,
        None => search(&call, &grant(&call, Operation::List)?).await,
    }
}

fn grant(call: &Call, operation: Operation) -> Result<Grant, ApiError> {
    let entity = call.entity.ok_or_else(ApiError::not_found)?;
    Ok(call.caller()?.grant(entity, operation)?)
}

async fn batch(call: &Call, grant: &Grant, ids: &str) -> Answer {
    let wrong = |message| DeskError::Invalid(vec![FieldError::new("id", message).attempted(ids)]);
    let ids = list::ids(ids.trim()).map_err(wrong)?;
    // The other keys don't matter to a batch, but a mistake in one of them is told as in a search.
    ListRequest::parse(grant.entity(), call.query.pairs()).map_err(DeskError::Invalid)?;
    let records = records::batch(call.desk(), grant, ids).await?;
    let mut body = Vec::with_capacity(1024 * records.len());
    write_records(&mut body, &records);
    Ok(json(body))
}

async fn search(call: &Call, grant: &Grant) -> Answer {
    let request = ListRequest::parse(grant.entity(), call.query.pairs()).map_err(DeskError::Invalid)?;
    let place = Place::of(grant, &request);
    let listed = records::search(call.desk(), grant, request).await?;
    let mut body = Vec::with_capacity(512 + 1024 * listed.records.len());
    body.extend_from_slice(b"{\"Records\":");
    write_records(&mut body, &listed.records);
    place.write(&mut body, &listed)?;
    Ok(json(body))
}

/// Where a page stands in its list.
struct Place {
    number: u64,
    size: u32,
    order: &'static str,
    descending: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Paged<'a> {
    current_page_size: u32,
    current_page: u64,
    current_order_field: &'a str,
    current_sort_direction: u8,
    first_item: u64,
    last_item: u64,
    has_next_page: bool,
    has_previous_page: bool,
    page_number: u64,
    page_size: u32,
    total_items: u64,
    total_pages: u64,
}

impl Place {
    fn of(grant: &Grant, request: &ListRequest) -> Self {
        Self {
            number: request.page.number,
            size: request.page.size,
            order: grant.entity().field(request.order.field).name,
            descending: request.order.descending,
        }
    }

    /// Appends what goes with the records: `,"CurrentPageSize":…}`.
    fn write(&self, body: &mut Vec<u8>, listed: &Listed) -> Result<(), ApiError> {
        let count = listed.records.len() as u64;
        let before = (self.number - 1).saturating_mul(u64::from(self.size));
        let paged = Paged {
            current_page_size: self.size,
            current_page: self.number,
            current_order_field: self.order,
            current_sort_direction: u8::from(self.descending),
            first_item: if count == 0 { 0 } else { before + 1 },
            last_item: if count == 0 { 0 } else { before + count },
            has_next_page: before.saturating_add(count) < listed.total && count > 0,
            has_previous_page: self.number > 1 && listed.total > 0,
            page_number: self.number,
            page_size: self.size,
            total_items: listed.total,
            total_pages: listed.total.div_ceil(u64::from(self.size)),
        };
        let text = serde_json::to_vec(&paged).map_err(|error| DeskError::Unavailable(error.to_string()))?;
        body.push(b',');
        body.extend_from_slice(&text[1..]);
        Ok(())
    }
}
