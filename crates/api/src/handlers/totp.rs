//! `POST` and `DELETE /api/auth/totp`, `POST /api/auth/totp/confirm`: the caller's own second factor.

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use proofdesk_desk::records::Body;
use proofdesk_desk::totp;
use proofdesk_domain::validation::FieldError;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::call::Call;
use crate::envelope;
use crate::error::{Answer, ApiError};

/// Gives a secret and recovery codes, once.
pub(crate) async fn enrol(mut call: Call) -> Answer {
    let body = call.properties().await?;
    let password = text(&body, "Password")?;
    let enrolment = totp::enrol(call.desk(), call.caller()?, password).await?;
    let codes: Vec<&str> = enrolment.recovery_codes.iter().map(ExposeSecret::expose_secret).collect();
    let answer = json!({
        "Secret": enrolment.secret.expose_secret(),
        "Url": enrolment.url.expose_secret(),
        "RecoveryCodes": codes,
    });
    let mut response = Json(answer).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Turns it on.
pub(crate) async fn confirm(mut call: Call) -> Answer {
    let body = call.properties().await?;
    let code = text(&body, "Code")?;
    let caller = call.caller()?;
    totp::confirm(call.desk(), caller, &code).await?;
    Ok(envelope::done(
        "The second factor was successfully turned on.",
        call.desk().now().as_second(),
        caller.email(),
    ))
}

/// Turns it off.
pub(crate) async fn turn_off(mut call: Call) -> Answer {
    let body = call.properties().await?;
    let (password, code) = (text(&body, "Password")?, text(&body, "Code")?);
    let caller = call.caller()?;
    totp::turn_off(call.desk(), caller, password, &code).await?;
    Ok(envelope::done(
        "The second factor was successfully turned off.",
        call.desk().now().as_second(),
        caller.email(),
    ))
}

/// A secret text in a body. It isn't said back.
fn text(body: &Body, name: &str) -> Result<SecretString, ApiError> {
    let sent = body.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    match sent {
        None | Some(Value::Null) => {
            Err(proofdesk_desk::error::DeskError::Invalid(vec![FieldError::required(name)]).into())
        }
        Some(Value::String(text)) => Ok(text.clone().into()),
        Some(_) => Err(ApiError::invalid(name, "must be a text")),
    }
}
