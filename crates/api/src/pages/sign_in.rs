//! `/account/sign-in`: by the issuer of OpenID Connect, or with a password.

use std::fmt::Write as _;

use axum::http::StatusCode;
use axum::response::Response;
use proofdesk_desk::error::DeskError;
use proofdesk_desk::tokens::browser;

use super::cookies::SESSION;
use super::html::{escaped, page, sent};
use super::visit::{Visit, words};
use crate::error::ApiError;

pub(super) const PATH: &str = "/account/sign-in";

/// The page.
pub(super) async fn show(visit: Visit) -> Response {
    match visit.person().await {
        Ok(Some(_)) => sent(PATH, "/account"),
        Ok(None) => form(&visit, StatusCode::OK, "", ""),
        Err(error) => visit.failed(PATH, error.into()),
    }
}

/// Somebody signs in with a password.
pub(super) async fn take(mut visit: Visit) -> Response {
    if let Err(error) = visit.count() {
        return visit.failed(PATH, error);
    }
    let Some(form_sent) = visit.form().await else { return visit.foreign(PATH) };
    let email = form_sent.get("email").trim();
    let code = Some(form_sent.get("code").trim()).filter(|code| !code.is_empty());
    let code = code.map(|code| code.to_owned().into());
    let (password, old) = (form_sent.secret("password"), visit.session.as_ref());
    match browser::sign_in(visit.desk(), &visit.origin, email, password, code, old).await {
        Ok(begun) => {
            let mut response = sent(PATH, "/account");
            SESSION.give(&mut response, visit.secure(), &begun.session, None);
            response
        }
        Err(DeskError::InvalidGrant) => {
            let text = "That is not right. Check e-mail address and password, and the code if you use one.";
            form(&visit, StatusCode::UNAUTHORIZED, email, text)
        }
        Err(error) => {
            let (status, text) = words(ApiError::Desk(error), &visit.origin.request_id);
            form(&visit, status, email, &text)
        }
    }
}

fn form(visit: &Visit, status: StatusCode, email: &str, error: &str) -> Response {
    let settings = visit.desk().settings();
    let mut inner = String::new();
    if !error.is_empty() {
        let _ = writeln!(inner, "    <p id=\"error\" class=\"error\" role=\"alert\">{}</p>", escaped(error));
    }
    if let Some(issuer) = &settings.oidc {
        let _ = writeln!(
            inner,
            "    <p><a id=\"oidc\" class=\"button\" href=\"/account/oidc/start\">Sign in with {}</a></p>",
            escaped(&issuer.name)
        );
        if settings.sessions.password {
            inner.push_str("    <p class=\"or\">or with your password</p>\n");
        }
    }
    if settings.sessions.password {
        inner.push_str(&FIELDS.replace("{email}", &escaped(email)));
    }
    page(PATH, status, "Sign in", &inner)
}

const FIELDS: &str = r#"    <form method="post" action="/account/sign-in">
      <label for="email">E-mail address</label>
      <input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="{email}">
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="128">
      <label for="code">Code of your authenticator, if you use one</label>
      <input id="code" name="code" type="text" autocomplete="one-time-code" maxlength="40" autocapitalize="off"
             spellcheck="false">
      <button id="send" type="submit">Sign in</button>
    </form>
"#;
