//! `GET /api/utils/enums` and `GET /api/auth/me`.

use axum::Json;
use axum::response::IntoResponse;
use proofdesk_desk::accounts;
use proofdesk_domain::enumeration::ENUMERATIONS;
use proofdesk_domain::json::write_record;
use serde_json::{Value, json};

use crate::call::Call;
use crate::error::{Answer, ApiError};

/// The values of an enumeration.
pub(crate) async fn enums(call: Call) -> Answer {
    let name = call.query.get("name").unwrap_or_default();
    if name.is_empty() {
        return Err(ApiError::invalid("name", "is a required field"));
    }
    let table = ENUMERATIONS.iter().find(|table| table.name.eq_ignore_ascii_case(name));
    let table = table.ok_or_else(|| ApiError::invalid("name", "is not the name of an enumeration"))?;
    let values =
        table.values.iter().map(|(id, name, label)| json!({ "Id": id, "Name": name, "Label": label }));
    Ok(Json(values.collect::<Vec<Value>>()).into_response())
}

/// The record of the user who is signed in, and the names of the roles that it has.
pub(crate) async fn me(call: Call) -> Answer {
    let caller = call.caller()?;
    let user = accounts::me(call.desk(), caller).await?;
    let mut body = Vec::with_capacity(1024);
    write_record(&mut body, &user);
    body.pop();
    body.extend_from_slice(b",\"Roles\":");
    body.extend_from_slice(json!(caller.principal().role_names()).to_string().as_bytes());
    body.push(b'}');
    Ok(super::json(body))
}
