//! People sign in by OpenID Connect: the authorization code flow with PKCE (OpenID Connect Core section 3.1, RFC 7636, RFC 9700).
//!
//! [`start`] sends the browser to the issuer, with a state, a nonce and a challenge that a sealed cookie keeps. [`finish`] takes
//! what the browser brings back: the state must be that browser's, and is good once; the code is changed for a signed token,
//! which is checked whole; and the person it names is looked up, by who it is at the issuer, or once by its verified e-mail
//! address. What roles the issuer says it has is set in the same transaction as the sign-in.

mod claims;
mod exchange;
mod flow;
mod issuer;
mod keys;
mod mapping;
mod people;
mod refusal;

#[cfg(test)]
mod tests;

pub use flow::{Returned, Started, finish, start};
pub use issuer::Examined;
pub(crate) use issuer::Issuer;
pub use mapping::{Given, missing_roles};
pub use refusal::Refusal;

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::Desk;

/// How long somebody may take at the issuer, in seconds.
pub const FLOW_SECONDS: i64 = 600;

/// How far the issuer's clock and the desk's may be apart, in seconds.
pub const SKEW_SECONDS: i64 = 300;

/// What the operator says of the issuer.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its identifier: a URL, compared letter by letter.
    pub issuer: String,
    /// Who the desk is there.
    pub client_id: String,
    /// The desk's secret there; None for a public client, which PKCE alone protects.
    pub client_secret: Option<SecretString>,
    /// What people call it.
    pub name: String,
    /// What is asked for, with spaces between; `openid` is among it.
    pub scopes: String,
    /// The claim that names a person's roles; with dots for a claim inside of others. None: roles are given by hand.
    pub roles_claim: Option<String>,
    /// What each value of that claim gives.
    pub roles: BTreeMap<String, Vec<Given>>,
    /// Whether somebody who isn't known gets a user.
    pub create_users: bool,
    /// Whether an e-mail address that the issuer has not verified is nobody's.
    pub require_verified_email: bool,
}

/// Asks the issuer for its documents, and says what doesn't fit.
///
/// # Errors
/// What is wrong, in words for the operator.
pub async fn examine(desk: &Desk) -> Result<Examined, String> {
    match &desk.settings().oidc {
        Some(settings) => issuer::examine(desk, settings).await,
        None => Err("oidc.issuer is not set".to_owned()),
    }
}
