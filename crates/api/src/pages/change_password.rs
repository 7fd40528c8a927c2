//! `/account/change-password`: with the present one.

use axum::http::StatusCode;
use axum::response::Response;
use proofdesk_desk::credentials;
use proofdesk_desk::error::DeskError;

use super::html::{escaped, page, sent};
use super::visit::{Person, Visit, words};
use super::{account, sign_in};
use crate::error::ApiError;

pub(super) const PATH: &str = "/account/change-password";

/// The page.
pub(super) async fn show(visit: Visit) -> Response {
    match visit.person().await {
        Ok(Some(person)) => form(&person, StatusCode::OK, ""),
        Ok(None) => sent(PATH, sign_in::PATH),
        Err(error) => visit.failed(PATH, error.into()),
    }
}

/// The new password.
pub(super) async fn take(mut visit: Visit) -> Response {
    if let Err(error) = visit.count() {
        return visit.failed(PATH, error);
    }
    let Some(sent_form) = visit.form().await else { return visit.foreign(PATH) };
    let person = match visit.person().await {
        Ok(Some(person)) => person,
        Ok(None) => return sent(PATH, sign_in::PATH),
        Err(error) => return visit.failed(PATH, error.into()),
    };
    match person.made(visit.desk(), &sent_form) {
        Ok(true) => {}
        Ok(false) => return visit.foreign(PATH),
        Err(error) => return visit.failed(PATH, error.into()),
    }
    let (present, new) = (sent_form.secret("present"), sent_form.secret("password"));
    let caller = &person.who.caller;
    match credentials::change_own(visit.desk(), caller, Some(&person.session), present, &new).await {
        Ok(()) => sent(PATH, &format!("{}?done=password", account::PATH)),
        Err(DeskError::Invalid(errors)) => {
            let said = errors.first().map_or("can't be taken", |error| error.message.as_str());
            let wrong = errors.iter().any(|error| error.property == "Password");
            let text = if wrong {
                "The present password is wrong.".to_owned()
            } else {
                format!("The password {said}.")
            };
            form(&person, StatusCode::BAD_REQUEST, &text)
        }
        Err(error) => {
            let (status, text) = words(ApiError::Desk(error), &visit.origin.request_id);
            form(&person, status, &text)
        }
    }
}

fn form(person: &Person, status: StatusCode, error: &str) -> Response {
    let said = if error.is_empty() {
        String::new()
    } else {
        format!("    <p id=\"error\" class=\"error\" role=\"alert\">{}</p>\n", escaped(error))
    };
    let fields = FIELDS.replace("{form}", &person.form_token);
    let fields = fields.replace("{email}", &escaped(person.who.caller.email()));
    page(PATH, status, "Change your password", &(said + &fields))
}

const FIELDS: &str = r#"    <form method="post" action="/account/change-password">
      <input type="hidden" name="form" value="{form}">
      <input type="text" name="username" autocomplete="username" value="{email}" hidden>
      <label for="present">Present password</label>
      <input id="present" name="present" type="password" autocomplete="current-password" required maxlength="128">
      <label for="password">New password</label>
      <input id="password" name="password" type="password" autocomplete="new-password" required minlength="8"
             maxlength="128" aria-describedby="rule">
      <p id="rule">At least 8 characters. A sentence that only you would say is best. You are signed out everywhere else.</p>
      <button id="send" type="submit">Change the password</button>
    </form>
    <p><a href="/account">Back</a></p>
"#;
