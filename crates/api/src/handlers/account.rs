//! Accounts: where somebody is signed in, and how people set their own passwords.

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use proofdesk_desk::credentials;
use proofdesk_desk::records::Body;
use proofdesk_desk::tokens::sign_ins::{self, SignIn};
use proofdesk_domain::json::instant;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::call::Call;
use crate::error::{Answer, ApiError};
use crate::{dispatch, envelope};

/// The most sign-ins that one request ends by name.
pub(crate) const MAX_IDS: usize = 1000;

/// `GET /api/auth/sessions`.
pub(crate) async fn own_sessions(call: Call) -> Answer {
    let bearer = dispatch::bearer(&call.headers);
    let found = sign_ins::own(call.desk(), call.caller()?, bearer.as_ref()).await?;
    Ok(listed(&found))
}

/// `GET /api/sys/users/getsessions/{id}`.
pub(crate) async fn sessions(call: Call) -> Answer {
    let bearer = dispatch::bearer(&call.headers);
    let found = sign_ins::of_other(call.desk(), call.grant()?, call.path_id()?, bearer.as_ref()).await?;
    Ok(listed(&found))
}

fn listed(found: &[SignIn]) -> Response {
    let one = |sign_in: &SignIn| {
        json!({
            "Id": sign_in.id,
            "ClientId": sign_in.client_id,
            "StartedOn": instant(sign_in.started_on),
            "RenewedOn": instant(sign_in.renewed_on),
            "ExpiresOn": instant(sign_in.expires_on),
            "IsCurrent": sign_in.is_current,
        })
    };
    Json(found.iter().map(one).collect::<Vec<Value>>()).into_response()
}

/// `POST /api/auth/endsessions`.
pub(crate) async fn end_own_sessions(mut call: Call) -> Answer {
    let ids = ids(&call.properties().await?)?;
    let bearer = dispatch::bearer(&call.headers);
    let caller = call.caller()?;
    let ended = sign_ins::end_own(call.desk(), caller, bearer.as_ref(), ids.as_deref()).await?;
    Ok(envelope::done(&said(ended), call.desk().now().as_second(), caller.email()))
}

/// `POST /api/sys/users/endsessions/{id}`.
pub(crate) async fn end_sessions(mut call: Call) -> Answer {
    let ids = ids(&call.properties().await?)?;
    let bearer = dispatch::bearer(&call.headers);
    let (grant, id) = (call.grant()?, call.path_id()?);
    let ended = sign_ins::end_of_other(call.desk(), grant, id, bearer.as_ref(), ids.as_deref()).await?;
    Ok(envelope::done(&said(ended), call.desk().now().as_second(), grant.caller().email()))
}

fn said(ended: usize) -> String {
    if ended == 1 { "1 sign-in was ended.".to_owned() } else { format!("{ended} sign-ins were ended.") }
}

/// `POST /api/sys/users/invite/{id}`.
pub(crate) async fn invite(call: Call) -> Answer {
    let made = credentials::invite(call.desk(), call.grant()?, call.path_id()?).await?;
    let issuer = &call.api.settings.issuer;
    let body = json!({
        "Url": credentials::link(issuer, &made.token).expose_secret(),
        "ExpiresOn": instant(made.expires_on),
    });
    let mut response = Json(body).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `POST /api/auth/setpassword`, by whoever has a link.
pub(crate) async fn set_password(mut call: Call) -> Answer {
    let body = call.properties().await?;
    let (token, password) = both(&body, "Token", "NewPassword")?;
    credentials::set_by_link(call.desk(), &call.origin, &token, &password).await?;
    Ok(envelope::done(
        "The password was set. You can sign in with it now.",
        call.desk().now().as_second(),
        "",
    ))
}

/// `POST /api/auth/changepassword`.
pub(crate) async fn change_password(mut call: Call) -> Answer {
    let body = call.properties().await?;
    let (present, password) = both(&body, "Password", "NewPassword")?;
    let bearer = dispatch::bearer(&call.headers);
    let caller = call.caller()?;
    credentials::change_own(call.desk(), caller, bearer.as_ref(), present, &password).await?;
    Ok(envelope::done("The password was changed.", call.desk().now().as_second(), caller.email()))
}

fn property<'a>(body: &'a Body, name: &str) -> Option<&'a Value> {
    body.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Two secret texts that a body must have.
fn both(body: &Body, first: &str, second: &str) -> Result<(SecretString, SecretString), ApiError> {
    let text = |name: &str| match property(body, name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(SecretString::from(text.clone())),
        None | Some(Value::Null | Value::String(_)) => Err(ApiError::invalid(name, "is a required field")),
        Some(_) => Err(ApiError::invalid(name, "must be a text")),
    };
    Ok((text(first)?, text(second)?))
}

/// GUIDs of sign-ins; None where the body names none.
fn ids(body: &Body) -> Result<Option<Vec<String>>, ApiError> {
    let wrong = || ApiError::invalid("Ids", format!("must be a list of at most {MAX_IDS} GUIDs"));
    let guid = |value: &Value| match value {
        Value::String(text) => uuid::Uuid::parse_str(text).map(|id| id.to_string()).map_err(|_| wrong()),
        _ => Err(wrong()),
    };
    match property(body, "Ids") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(ids)) if ids.len() <= MAX_IDS => {
            ids.iter().map(guid).collect::<Result<_, _>>().map(Some)
        }
        Some(Value::Array(_)) => Err(wrong()),
        Some(one) => Ok(Some(vec![guid(one)?])),
    }
}
