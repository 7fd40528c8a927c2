//! `POST /api/…/{e}`.

use proofdesk_desk::idempotency::once;
use proofdesk_desk::records;

use crate::call::Call;
use crate::envelope;
use crate::error::Answer;
use crate::idempotency::marked;

pub(crate) async fn handle(mut call: Call) -> Answer {
    let body = call.properties().await?;
    let grant = call.grant()?;
    let work = records::create(call.desk(), grant, &body);
    let (saved, replayed) = once(call.desk(), grant, work).await?;
    Ok(marked(envelope::saved(grant.entity().name, "created", &saved), replayed))
}
