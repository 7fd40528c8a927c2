//! `/account/oidc/start` and `/account/oidc/callback`: to the issuer and back.

use axum::http::StatusCode;
use axum::response::Response;
use proofdesk_desk::error::DeskError;
use proofdesk_desk::oidc::{self, FLOW_SECONDS, Refusal, Returned};

use super::cookies::{FLOW, SESSION};
use super::html::{said, sent};
use super::visit::{Visit, words};
use super::{account, sign_in};
use crate::error::{self, ApiError};

pub(super) const START: &str = "/account/oidc/start";
pub(super) const CALLBACK: &str = "/account/oidc/callback";

/// Sends the browser to the issuer.
pub(super) async fn start(visit: Visit) -> Response {
    if visit.desk().settings().oidc.is_none() {
        return error::no_route().await;
    }
    if let Err(error) = visit.count() {
        return visit.failed(START, error);
    }
    match oidc::start(visit.desk(), &redirect(&visit)).await {
        Ok(started) => {
            let mut response = sent(START, &started.url);
            FLOW.give(&mut response, visit.secure(), &started.cookie, Some(FLOW_SECONDS));
            response
        }
        Err(refusal) => {
            tracing::warn!(%refusal, "a sign-in by OpenID Connect could not be started");
            refused(&visit, START, refusal)
        }
    }
}

/// Takes what the browser brings back.
pub(super) async fn callback(visit: Visit) -> Response {
    if visit.desk().settings().oidc.is_none() {
        return error::no_route().await;
    }
    if let Err(error) = visit.count() {
        return visit.failed(CALLBACK, error);
    }
    let redirect = redirect(&visit);
    let returned = Returned {
        code: visit.parameter("code"),
        state: visit.parameter("state"),
        issuer: visit.parameter("iss"),
        error: visit.parameter("error"),
        cookie: visit.flow.as_ref(),
        redirect: &redirect,
        session: visit.session.as_ref(),
    };
    let mut response = match oidc::finish(visit.desk(), &visit.origin, &returned).await {
        Ok(begun) => {
            let mut response = sent(CALLBACK, account::PATH);
            SESSION.give(&mut response, visit.secure(), &begun.session, None);
            response
        }
        Err(refusal) => refused(&visit, CALLBACK, refusal),
    };
    // Whoever sends a browser here with something made up doesn't end the sign-in that it has started itself.
    if response.status() != StatusCode::BAD_REQUEST {
        FLOW.take(&mut response, visit.secure());
    }
    response
}

fn redirect(visit: &Visit) -> String {
    format!("{}{CALLBACK}", visit.api.settings.issuer)
}

/// Why not, in words for a person. Nothing that the issuer wrote is among them.
fn refused(visit: &Visit, path: &'static str, refusal: Refusal) -> Response {
    let (status, text) = match refusal {
        Refusal::OtherBrowser => (
            StatusCode::BAD_REQUEST,
            "This sign-in was not started in this browser, or another one was since: start again.".to_owned(),
        ),
        Refusal::TooOld => {
            (StatusCode::FORBIDDEN, "The sign-in was started too long ago: start again.".to_owned())
        }
        Refusal::Used => (StatusCode::FORBIDDEN, "This sign-in was used already: start again.".to_owned()),
        Refusal::Denied => {
            (StatusCode::FORBIDDEN, "You were not signed in there, or said no: start again.".to_owned())
        }
        Refusal::Unreachable(_) => (
            StatusCode::BAD_GATEWAY,
            "The place where you sign in does not answer. Try again soon.".to_owned(),
        ),
        Refusal::Bad(_) => (
            StatusCode::FORBIDDEN,
            "What came back from the place where you sign in is not good: start again.".to_owned(),
        ),
        Refusal::Unknown => (
            StatusCode::FORBIDDEN,
            "You have no account at this desk. Ask your administrator for one.".to_owned(),
        ),
        Refusal::Unverified => (
            StatusCode::FORBIDDEN,
            "Your e-mail address is not verified where you signed in. Have it verified, and start again."
                .to_owned(),
        ),
        Refusal::Disabled => {
            (StatusCode::FORBIDDEN, "Your account is disabled. Ask your administrator.".to_owned())
        }
        Refusal::LinkedToOther => (
            StatusCode::FORBIDDEN,
            "The account with your e-mail address belongs to somebody else. Ask your administrator."
                .to_owned(),
        ),
        Refusal::Desk(DeskError::NotFound) => (StatusCode::NOT_FOUND, "There is no such page.".to_owned()),
        Refusal::Desk(error) => words(ApiError::Desk(error), &visit.origin.request_id),
    };
    said(path, status, &text, (sign_in::PATH, "To the sign-in"))
}
