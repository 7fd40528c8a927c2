//! The code is changed for a token (RFC 6749 section 4.1.3), and what that doesn't say of the person is asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::{Serializer, byte_serialize};
use proofdesk_egress::Call;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json};

use super::issuer::{Metadata, unreachable};
use super::{Refusal, Settings, claims};
use crate::Desk;

/// What the issuer gave for a code.
pub(super) struct Tokens {
    pub(super) id: SecretString,
    access: Option<SecretString>,
}

/// Changes a code for tokens.
pub(super) async fn tokens(
    desk: &Desk,
    settings: &Settings,
    metadata: &Metadata,
    code: &str,
    verifier: &str,
    redirect: &str,
) -> Result<Tokens, Refusal> {
    let mut call = Call::post(&metadata.token, form(settings, metadata, code, verifier, redirect));
    if let Some(secret) = settings.client_secret.as_ref().filter(|_| !metadata.secret_in_form) {
        let basic = basic(&settings.client_id, secret);
        call =
            call.authorized(basic.expose_secret()).ok_or(Refusal::Bad("the desk's secret can't be sent"))?;
    }
    let called = desk.gateway().call(&call).await.map_err(|error| unreachable(&error))?;
    if called.status != 200 {
        return Err(Refusal::Bad("the code was refused"));
    }
    let json: Json =
        serde_json::from_slice(&called.body).map_err(|_| Refusal::Bad("the answer is not JSON"))?;
    let text =
        |name: &str| json.get(name).and_then(Json::as_str).map(|text| SecretString::from(text.to_owned()));
    let id = text("id_token").ok_or(Refusal::Bad("there is no ID token"))?;
    Ok(Tokens { id, access: text("access_token") })
}

/// What is sent for a code. A public client says who it is; so does one whose secret isn't taken as HTTP Basic.
fn form(settings: &Settings, metadata: &Metadata, code: &str, verifier: &str, redirect: &str) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", redirect)
        .append_pair("code_verifier", verifier);
    let in_form = settings.client_secret.as_ref().filter(|_| metadata.secret_in_form);
    if settings.client_secret.is_none() || in_form.is_some() {
        form.append_pair("client_id", &settings.client_id);
    }
    if let Some(secret) = in_form {
        form.append_pair("client_secret", secret.expose_secret());
    }
    form.finish()
}

/// HTTP Basic with both halves as in a form (RFC 6749 section 2.3.1).
fn basic(id: &str, secret: &SecretString) -> SecretString {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(id), encoded(secret.expose_secret()));
    format!("Basic {}", STANDARD.encode(pair)).into()
}

/// Adds what the issuer says of the person elsewhere than in the ID token (OpenID Connect Core section 5.3), if something is
/// missing and it says it anywhere. What the ID token says stays.
pub(super) async fn complete(
    desk: &Desk,
    settings: &Settings,
    metadata: &Metadata,
    tokens: &Tokens,
    known: &mut Map<String, Json>,
) -> Result<(), Refusal> {
    let roles = settings.roles_claim.as_deref();
    let has_roles = roles.is_none_or(|name| claims::at(known, name).is_some());
    let (Some(url), Some(access)) = (&metadata.userinfo, &tokens.access) else { return Ok(()) };
    if known.contains_key("email") && has_roles {
        return Ok(());
    }
    let call = Call::get(url).authorized(&format!("Bearer {}", access.expose_secret()));
    let call = call.ok_or(Refusal::Bad("the access token can't be sent"))?;
    let called = desk.gateway().call(&call).await.map_err(|error| unreachable(&error))?;
    if called.status != 200 || called.media_type != "application/json" {
        return Err(Refusal::Bad("what it says of the person can't be read"));
    }
    let more: Map<String, Json> = serde_json::from_slice(&called.body)
        .map_err(|_| Refusal::Bad("what it says of the person is not JSON"))?;
    // Section 5.3.2: else it may be of somebody else.
    if claims::subject(&more) != claims::subject(known) {
        return Err(Refusal::Bad("what it says is of somebody else"));
    }
    // The address and whether it is verified belong together.
    if known.contains_key("email") {
        known.entry("email_verified").or_insert(Json::Null);
    }
    for (name, value) in more {
        known.entry(name).or_insert(value);
    }
    Ok(())
}
