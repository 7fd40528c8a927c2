//! `DELETE /api/…/{e}/{id}`.

use proofdesk_desk::records;

use crate::call::Call;
use crate::envelope;
use crate::error::Answer;

pub(crate) async fn handle(call: Call) -> Answer {
    let grant = call.grant()?;
    records::delete(call.desk(), grant, call.path_id()?).await?;
    let message = format!("{} was successfully deleted.", grant.entity().name);
    Ok(envelope::done(&message, call.desk().now().as_second(), grant.caller().email()))
}
