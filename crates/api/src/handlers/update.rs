//! `PUT /api/…/{e}`, `PUT /api/…/{e}/{id}` and `PATCH /api/…/{e}`.

use proofdesk_desk::records;
use proofdesk_domain::draft::Write;

use crate::call::Call;
use crate::envelope;
use crate::error::Answer;

pub(crate) async fn replace(call: Call) -> Answer {
    update(call, Write::Replace).await
}

pub(crate) async fn merge(call: Call) -> Answer {
    update(call, Write::Merge).await
}

async fn update(mut call: Call, write: Write) -> Answer {
    let body = call.properties().await?;
    let grant = call.grant()?;
    let saved = records::update(call.desk(), grant, write, call.id, &body).await?;
    Ok(envelope::saved(grant.entity().name, "updated", &saved))
}
