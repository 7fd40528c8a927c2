//! A sign-in at the issuer, from the desk's page and back to it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form_urlencoded::Serializer;
use proofdesk_domain::entities::spent_state::{self, SPENT_STATE};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::Query;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json, json};

use super::claims::{self, Expected};
use super::{FLOW_SECONDS, Refusal, Settings, exchange, issuer, people};
use crate::Desk;
use crate::caller::Origin;
use crate::error::DeskError;
use crate::tokens::browser::Begun;
use crate::tokens::{self, new_token};

/// What the sealed cookie is bound to.
const PURPOSE: &str = "oidc flows 1";

/// The longest code, state or issuer that is looked at, in bytes.
const MAX_PARAMETER: usize = 4096;

/// Where the browser is sent, and what it keeps meanwhile.
pub struct Started {
    /// The issuer's page.
    pub url: String,
    /// What only this desk can read, for a cookie that lives for [`FLOW_SECONDS`].
    pub cookie: SecretString,
}

/// What the browser brings back.
pub struct Returned<'a> {
    /// The code.
    pub code: Option<&'a str>,
    /// The state.
    pub state: Option<&'a str>,
    /// Which issuer it is from (RFC 9207).
    pub issuer: Option<&'a str>,
    /// Why there is no code.
    pub error: Option<&'a str>,
    /// The cookie of [`Started`].
    pub cookie: Option<&'a SecretString>,
    /// Where the desk is returned to, as it was said at the start.
    pub redirect: &'a str,
    /// The session that the browser has had until now, which ends.
    pub session: Option<&'a SecretString>,
}

/// What the cookie keeps.
struct Flow {
    state: String,
    nonce: String,
    verifier: SecretString,
    /// Seconds since 1970 UTC.
    started_on: i64,
}

/// Starts a sign-in. `redirect`: where the issuer sends the browser back to.
///
/// # Errors
/// [`Refusal::Unreachable`], [`Refusal::Bad`]; [`DeskError::NotFound`] without an issuer.
pub async fn start(desk: &Desk, redirect: &str) -> Result<Started, Refusal> {
    let settings = desk.settings().oidc.as_ref().ok_or(DeskError::NotFound)?;
    let metadata = issuer::metadata(desk, settings).await?;
    let text = || new_token(desk.random());
    let flow = Flow {
        state: text().expose_secret().to_owned(),
        nonce: text().expose_secret().to_owned(),
        verifier: text(),
        started_on: desk.now().as_second(),
    };
    let mut query = Serializer::new(String::new());
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &settings.client_id)
        .append_pair("redirect_uri", redirect)
        .append_pair("scope", &settings.scopes)
        .append_pair("state", &flow.state)
        .append_pair("nonce", &flow.nonce)
        .append_pair("code_challenge", &challenge(&flow.verifier))
        .append_pair("code_challenge_method", "S256");
    let joint = if metadata.authorization.contains('?') { '&' } else { '?' };
    let url = format!("{}{joint}{}", metadata.authorization, query.finish());
    Ok(Started { url, cookie: seal(desk, &flow)? })
}

/// What proves later that it was the desk that started (RFC 7636 section 4.2).
fn challenge(verifier: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.expose_secret().as_bytes()))
}

/// Ends a sign-in: the person is signed in, or it is said why not. A refusal is on record.
///
/// # Errors
/// [`Refusal`]; [`DeskError::NotFound`] without an issuer.
pub async fn finish(desk: &Desk, origin: &Origin, returned: &Returned<'_>) -> Result<Begun, Refusal> {
    let settings = desk.settings().oidc.as_ref().ok_or(DeskError::NotFound)?;
    let outcome = attempt(desk, origin, settings, returned).await;
    if let Err(refusal) = &outcome
        && !matches!(refusal, Refusal::Desk(_))
    {
        tracing::info!(%refusal, "a sign-in by OpenID Connect was refused");
        let text = format!("A sign-in by OpenID Connect was refused: {refusal}");
        tokens::note(desk, origin, None, AuditType::Denied, &text).await?;
    }
    outcome
}

async fn attempt(
    desk: &Desk,
    origin: &Origin,
    settings: &Settings,
    returned: &Returned<'_>,
) -> Result<Begun, Refusal> {
    let flow = own_flow(desk, returned)?;
    let hash = tokens::hash(&flow.state.clone().into());
    if desk.now().as_second() >= flow.started_on + FLOW_SECONDS {
        return Err(Refusal::TooOld);
    }
    if is_spent(desk, &hash).await? {
        return Err(Refusal::Used);
    }
    let metadata = issuer::metadata(desk, settings).await?;
    match returned.issuer {
        Some(named) if named != settings.issuer => return Err(Refusal::Bad("it comes from another issuer")),
        None if metadata.names_itself => return Err(Refusal::Bad("it does not say where it comes from")),
        _ => {}
    }
    let code = match (returned.error, returned.code) {
        (None, Some(code)) if code.len() <= MAX_PARAMETER => code,
        (None, _) => return Err(Refusal::Bad("there is no code")),
        (Some(_), _) => return Err(Refusal::Denied),
    };
    let given =
        exchange::tokens(desk, settings, &metadata, code, flow.verifier.expose_secret(), returned.redirect)
            .await?;
    let mut said = issuer::verified(desk, settings, given.id.expose_secret()).await?;
    judge(desk, settings, &flow, &said)?;
    exchange::complete(desk, settings, &metadata, &given, &mut said).await?;
    let spent = Record::empty(&SPENT_STATE)
        .with(spent_state::HASH, hash.as_str())
        .with(spent_state::EXPIRES_ON, flow.started_on + FLOW_SECONDS);
    people::sign_in(desk, origin, settings, &said, &spent, returned.session).await
}

fn judge(desk: &Desk, settings: &Settings, flow: &Flow, said: &Map<String, Json>) -> Result<(), Refusal> {
    let expected = Expected {
        issuer: &settings.issuer,
        client_id: &settings.client_id,
        nonce: &flow.nonce,
        started_on: flow.started_on,
        now: desk.now().as_second(),
    };
    claims::judge(said, &expected).map_err(Refusal::Bad)
}

/// The sign-in that this browser has started, if what comes back is of that one.
fn own_flow(desk: &Desk, returned: &Returned<'_>) -> Result<Flow, Refusal> {
    let state = returned.state.filter(|state| state.len() <= MAX_PARAMETER).ok_or(Refusal::OtherBrowser)?;
    let flow = returned.cookie.and_then(|cookie| open(desk, cookie).transpose());
    let flow = flow.transpose()?.ok_or(Refusal::OtherBrowser)?;
    let same = verify_slices_are_equal(flow.state.as_bytes(), state.as_bytes());
    same.map_err(|_| Refusal::OtherBrowser).map(|()| flow)
}

/// Whether a sign-in with this state has come back before.
pub(super) async fn is_spent(desk: &Desk, hash: &str) -> Result<bool, DeskError> {
    let query = Query::all(&SPENT_STATE, Scope::All, 1).equals(spent_state::HASH, hash);
    Ok(!desk.store().select(&query).await?.is_empty())
}

fn cipher(desk: &Desk) -> Result<LessSafeKey, DeskError> {
    let secret = desk.vault().secret(PURPOSE).map_err(|_| failed())?;
    UnboundKey::new(&AES_256_GCM, secret.as_slice()).map(LessSafeKey::new).map_err(|_| failed())
}

fn failed() -> DeskError {
    DeskError::Unavailable("a sign-in can't be sealed or opened".to_owned())
}

/// Random nonces allow 2^32 under one key (NIST SP 800-38D section 8.3).
fn seal(desk: &Desk, flow: &Flow) -> Result<SecretString, DeskError> {
    let text = json!({
        "s": flow.state, "n": flow.nonce, "v": flow.verifier.expose_secret(), "t": flow.started_on,
    });
    let mut nonce = [0; NONCE_LEN];
    desk.random().fill(&mut nonce);
    let mut sealed = text.to_string().into_bytes();
    let used = Nonce::assume_unique_for_key(nonce);
    cipher(desk)?.seal_in_place_append_tag(used, Aad::from(PURPOSE), &mut sealed).map_err(|_| failed())?;
    Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()).into())
}

/// What a cookie keeps; None if it isn't the desk's.
fn open(desk: &Desk, cookie: &SecretString) -> Result<Option<Flow>, DeskError> {
    let cipher = cipher(desk)?;
    let opened = || {
        let mut bytes = URL_SAFE_NO_PAD.decode(cookie.expose_secret()).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let text = cipher.open_in_place(nonce, Aad::from(PURPOSE), sealed).ok()?;
        let json: Json = serde_json::from_slice(text).ok()?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        Some(Flow {
            state: text("s")?,
            nonce: text("n")?,
            verifier: text("v")?.into(),
            started_on: json.get("t")?.as_i64()?,
        })
    };
    Ok(opened())
}
