//! `/account`: who is signed in, where else, and the way out.

use std::fmt::Write as _;

use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use proofdesk_desk::error::DeskError;
use proofdesk_desk::rights::{self, Rights};
use proofdesk_desk::tokens::browser;
use proofdesk_desk::tokens::sign_ins::{self, SignIn};

use super::cookies::SESSION;
use super::html::{escaped, page, sent};
use super::sign_in;
use super::visit::{Person, Visit};

pub(super) const PATH: &str = "/account";
pub(super) const END: &str = "/account/end";
pub(super) const SIGN_OUT: &str = "/account/sign-out";
pub(super) const SIGNED_OUT: &str = "/account/signed-out";
pub(super) const SIGNED_OUT_STYLE: &str = "/account/signed-out.css";

const CLEAR: HeaderName = HeaderName::from_static("clear-site-data");

/// The page.
pub(super) async fn show(visit: Visit) -> Response {
    match visit.person().await {
        Ok(None) => sent(PATH, sign_in::PATH),
        Ok(Some(person)) => match shown(&visit, &person).await {
            Ok(response) => response,
            Err(error) => visit.failed(PATH, error.into()),
        },
        Err(error) => visit.failed(PATH, error.into()),
    }
}

async fn shown(visit: &Visit, person: &Person) -> Result<Response, DeskError> {
    let caller = &person.who.caller;
    let rights = rights::of(visit.desk(), caller).await?;
    let sign_ins = sign_ins::own(visit.desk(), caller, Some(&person.session)).await?;
    let mut inner = String::new();
    if visit.parameter("done") == Some("password") {
        inner.push_str("    <p class=\"done\" role=\"status\">The password was changed.</p>\n");
    }
    let _ = writeln!(
        inner,
        "    <p>You are signed in as <strong id=\"name\">{}</strong>, <span id=\"email\">{}</span>.</p>",
        escaped(&person.who.name),
        escaped(caller.email())
    );
    inner.push_str(&roles(&rights));
    inner.push_str("    <h2>Where you are signed in</h2>\n    <ul id=\"sign-ins\">\n");
    for sign_in in &sign_ins {
        inner.push_str(&listed(sign_in, &person.form_token));
    }
    inner.push_str("    </ul>\n");
    if person.who.has_password {
        inner.push_str("    <p><a href=\"/account/change-password\">Change your password</a></p>\n");
    }
    inner.push_str(&button(SIGN_OUT, &person.form_token, "", "Sign out", "sign-out"));
    Ok(page(PATH, StatusCode::OK, "Your account", &inner))
}

fn roles(rights: &Rights) -> String {
    let mut html = "    <h2>What you may do</h2>\n".to_owned();
    if rights.everything {
        html.push_str("    <p id=\"roles\">Everything: you are an administrator without limits.</p>\n");
    } else if rights.bundles.is_empty() {
        html.push_str("    <p id=\"roles\">You have no roles yet. Ask your administrator.</p>\n");
    } else {
        html.push_str("    <ul id=\"roles\">\n");
        for bundle in &rights.bundles {
            let (place, name) = (escaped(&bundle.business), escaped(&bundle.name));
            let _ = writeln!(html, "      <li>{place}: {name}</li>");
        }
        html.push_str("    </ul>\n");
    }
    html
}

fn listed(sign_in: &SignIn, form_token: &str) -> String {
    let since = time(sign_in.started_on);
    let client = escaped(&sign_in.client_id);
    let here = if sign_in.is_current { " <strong>(here)</strong>" } else { "" };
    let end = if sign_in.is_current {
        String::new()
    } else {
        let id = format!("<input type=\"hidden\" name=\"id\" value=\"{}\">", escaped(&sign_in.id));
        button(END, form_token, &id, "End", "end")
    };
    format!("      <li><span>{client}{here}<br><small>since {since}</small></span>\n{end}      </li>\n")
}

fn time(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn button(action: &str, form_token: &str, more: &str, text: &str, class: &str) -> String {
    format!(
        "    <form method=\"post\" action=\"{action}\" class=\"{class}\">\
         <input type=\"hidden\" name=\"form\" value=\"{form_token}\">{more}\
         <button type=\"submit\">{text}</button></form>\n"
    )
}

/// Ends one of the person's sign-ins.
pub(super) async fn end(mut visit: Visit) -> Response {
    let Some(form) = visit.form().await else { return visit.foreign(END) };
    let outcome = async {
        let Some(person) = visit.person().await? else { return Ok(Some(sent(END, sign_in::PATH))) };
        if !person.made(visit.desk(), &form)? {
            return Ok(None);
        }
        let ids = [form.get("id").to_owned()];
        let caller = &person.who.caller;
        sign_ins::end_own(visit.desk(), caller, Some(&person.session), Some(&ids)).await?;
        Ok::<_, DeskError>(Some(sent(END, PATH)))
    };
    match outcome.await {
        Ok(Some(response)) => response,
        Ok(None) => visit.foreign(END),
        Err(error) => visit.failed(END, error.into()),
    }
}

/// Signs out, and leaves nothing in the browser. Cookies of other desks of the same domain stay, which clearing all would end.
pub(super) async fn sign_out(mut visit: Visit) -> Response {
    let Some(form) = visit.form().await else { return visit.foreign(SIGN_OUT) };
    if let Some(session) = &visit.session {
        match browser::is_form_token(visit.desk(), session, form.get("form")) {
            Ok(true) => {}
            Ok(false) => return visit.foreign(SIGN_OUT),
            Err(error) => return visit.failed(SIGN_OUT, error.into()),
        }
        if let Err(error) = browser::sign_out(visit.desk(), &visit.origin, session).await {
            return visit.failed(SIGN_OUT, error.into());
        }
    }
    let mut response = sent(SIGN_OUT, SIGNED_OUT);
    SESSION.take(&mut response, visit.secure());
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(CLEAR, clear);
    response
}

/// The page after signing out.
pub(super) async fn signed_out() -> Response {
    let inner = format!(
        "    <link rel=\"stylesheet\" href=\"{SIGNED_OUT_STYLE}\">\n    <p class=\"done\" role=\"status\">You are signed out of \
         this browser.</p>\n    <p><a href=\"{}\">Sign in again</a></p>\n",
        sign_in::PATH
    );
    page(SIGNED_OUT, StatusCode::OK, "Signed out", &inner)
}

/// An empty style, with which that page clears what the browser keeps. Some keep the page before in memory, for the way back,
/// even one that is never to be stored (Chromium does); it goes there only after the answer that signs out has come, which is
/// too early to clear it.
pub(super) async fn signed_out_style() -> Response {
    let mut response = super::file(SIGNED_OUT_STYLE, super::STYLE, super::POLICY, axum::body::Body::empty());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(CLEAR, HeaderValue::from_static("\"cache\""));
    response
}
