//! The issuer's documents: what it offers (OpenID Connect Discovery section 4) and its keys. Both are kept for a while, and asked
//! for by one at a time; an issuer that has just failed isn't asked again for a moment.

use std::sync::Arc;

use jiff::Timestamp;
use proofdesk_egress::Call;
use serde_json::{Map, Value as Json};
use tokio::sync::Mutex;

use super::keys::{self, Fault, Key};
use super::{Refusal, Settings};
use crate::Desk;

/// How long a document is believed, in seconds.
const BELIEVED: i64 = 3600;

/// How long after the keys were asked for they aren't asked for again, however many tokens name others, in seconds.
const KEYS_REST: i64 = 10;

/// How long an issuer that failed is left alone, in seconds.
const FAILED_REST: i64 = 5;

/// What the issuer offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) authorization: String,
    pub(super) token: String,
    pub(super) keys: String,
    pub(super) userinfo: Option<String>,
    /// Whether the secret is sent in the form, because it isn't taken as HTTP Basic.
    pub(super) secret_in_form: bool,
    /// Whether what comes back always says which issuer it is from (RFC 9207).
    pub(super) names_itself: bool,
    /// Whether it says that it knows PKCE with SHA-256; None if it says nothing of PKCE.
    challenges: Option<bool>,
}

/// What is known of the issuer.
#[derive(Default)]
pub(crate) struct Issuer(Mutex<Known>);

#[derive(Default)]
struct Known {
    metadata: Option<(Arc<Metadata>, i64)>,
    keys: Option<(Arc<Vec<Key>>, i64)>,
    failed_on: Option<i64>,
}

/// What was found of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// How many of its keys can sign what the desk takes.
    pub keys: usize,
    /// Whether it says that it knows PKCE with SHA-256. One that says nothing may know it.
    pub says_pkce: bool,
}

/// What the issuer offers.
pub(super) async fn metadata(desk: &Desk, settings: &Settings) -> Result<Arc<Metadata>, Refusal> {
    let mut known = desk.oidc().0.lock().await;
    known.metadata(desk, settings).await
}

/// What a token says that the issuer has signed. A key that isn't known is asked for, but not over and over.
pub(super) async fn verified(
    desk: &Desk,
    settings: &Settings,
    token: &str,
) -> Result<Map<String, Json>, Refusal> {
    let mut known = desk.oidc().0.lock().await;
    let keys = known.keys(desk, settings, BELIEVED).await?;
    let read = match keys::verified(token, &keys) {
        Err(Fault::UnknownKey) => {
            let keys = known.keys(desk, settings, KEYS_REST).await?;
            keys::verified(token, &keys)
        }
        other => other,
    };
    read.map_err(|fault| match fault {
        Fault::Bad(why) => Refusal::Bad(why),
        Fault::UnknownKey => Refusal::Bad("it is signed with a key that the issuer does not publish"),
    })
}

impl Known {
    async fn metadata(&mut self, desk: &Desk, settings: &Settings) -> Result<Arc<Metadata>, Refusal> {
        let now = desk.now();
        if let Some((metadata, found_on)) = &self.metadata
            && is_fresh(now, *found_on, BELIEVED)
        {
            return Ok(metadata.clone());
        }
        self.rested(now)?;
        let url = format!("{}/.well-known/openid-configuration", settings.issuer.trim_end_matches('/'));
        let read = document(desk, &url).await.and_then(|json| read(&json, settings));
        let metadata = Arc::new(self.noted(now, read)?);
        self.metadata = Some((metadata.clone(), now.as_second()));
        Ok(metadata)
    }

    async fn keys(
        &mut self,
        desk: &Desk,
        settings: &Settings,
        believed: i64,
    ) -> Result<Arc<Vec<Key>>, Refusal> {
        let now = desk.now();
        if let Some((keys, found_on)) = &self.keys
            && is_fresh(now, *found_on, believed)
        {
            return Ok(keys.clone());
        }
        let url = self.metadata(desk, settings).await?.keys.clone();
        self.rested(now)?;
        let read = document(desk, &url).await;
        let read = read.and_then(|json| keys::read(&json).ok_or(Refusal::Bad("its keys can't be read")));
        let keys = Arc::new(self.noted(now, read)?);
        self.keys = Some((keys.clone(), now.as_second()));
        Ok(keys)
    }

    fn rested(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.failed_on {
            Some(failed_on) if is_fresh(now, failed_on, FAILED_REST) => {
                Err(Refusal::Unreachable("it failed a moment ago"))
            }
            _ => Ok(()),
        }
    }

    fn noted<T>(&mut self, now: Timestamp, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        self.failed_on = outcome.is_err().then_some(now.as_second());
        outcome
    }
}

fn is_fresh(now: Timestamp, found_on: i64, seconds: i64) -> bool {
    (0..seconds).contains(&(now.as_second() - found_on))
}

async fn document(desk: &Desk, url: &str) -> Result<Json, Refusal> {
    let called = desk.gateway().call(&Call::get(url)).await;
    let called = called.map_err(|error| unreachable(&error))?;
    if called.status != 200 {
        return Err(Refusal::Unreachable("it has another status than 200"));
    }
    serde_json::from_slice(&called.body).map_err(|_| Refusal::Bad("a document is not JSON"))
}

/// Why the issuer couldn't be asked: the gateway's verdict, which holds nothing of the URL.
pub(super) fn unreachable(error: &proofdesk_egress::FetchError) -> Refusal {
    Refusal::Unreachable(error.verdict().as_str())
}

fn read(json: &Json, settings: &Settings) -> Result<Metadata, Refusal> {
    let text = |name: &str| json.get(name).and_then(Json::as_str);
    let url = |name: &str, missing: &'static str| text(name).map(str::to_owned).ok_or(Refusal::Bad(missing));
    // The document must be of the issuer that was asked (OpenID Connect Discovery section 4.3).
    if text("issuer") != Some(settings.issuer.as_str()) {
        return Err(Refusal::Bad("its document names another issuer"));
    }
    let methods = json.get("token_endpoint_auth_methods_supported").and_then(Json::as_array);
    let takes = |method: &str| methods.is_some_and(|all| all.iter().any(|one| one == method));
    let challenges = json.get("code_challenge_methods_supported").and_then(Json::as_array);
    Ok(Metadata {
        authorization: url("authorization_endpoint", "its document has no authorization_endpoint")?,
        token: url("token_endpoint", "its document has no token_endpoint")?,
        keys: url("jwks_uri", "its document has no jwks_uri")?,
        userinfo: text("userinfo_endpoint").map(str::to_owned),
        secret_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
        names_itself: json.get("authorization_response_iss_parameter_supported") == Some(&Json::Bool(true)),
        challenges: challenges.map(|all| all.iter().any(|one| one == "S256")),
    })
}

/// Asks anew, and says what doesn't fit.
pub(super) async fn examine(desk: &Desk, settings: &Settings) -> Result<Examined, String> {
    let mut known = Known::default();
    let metadata = known.metadata(desk, settings).await.map_err(|refusal| refusal.to_string())?;
    if metadata.challenges == Some(false) {
        return Err("the issuer does not know PKCE with S256".to_owned());
    }
    let keys = known.keys(desk, settings, BELIEVED).await.map_err(|refusal| refusal.to_string())?;
    if keys.is_empty() {
        return Err("the issuer has no key for RS256, PS256, ES256 or EdDSA".to_owned());
    }
    Ok(Examined { keys: keys.len(), says_pkce: metadata.challenges.is_some() })
}
