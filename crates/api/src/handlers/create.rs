//! `POST /api/…/{e}`.

use proofdesk_desk::records;

use crate::call::Call;
use crate::envelope;
use crate::error::Answer;

pub(crate) async fn handle(mut call: Call) -> Answer {
    let body = call.properties().await?;
    let grant = call.grant()?;
    let saved = records::create(call.desk(), grant, &body).await?;
    Ok(envelope::saved(grant.entity().name, "created", &saved))
}
