//! `GET /api/…/{e}/{id}`: the bare record.

use proofdesk_desk::records;
use proofdesk_domain::json::write_record;

use super::json;
use crate::call::Call;
use crate::error::Answer;

pub(crate) async fn handle(call: Call) -> Answer {
    let record = records::get(call.desk(), call.grant()?, call.path_id()?).await?;
    let mut body = Vec::with_capacity(1024);
    write_record(&mut body, &record);
    Ok(json(body))
}
