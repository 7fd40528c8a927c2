//! Tokens (contract section 6): opaque, 256 random bits, kept as hashes; and who a request comes from.

pub mod browser;
mod grants;
mod machines;
mod refresh;
mod revoke;
mod sessions;
pub mod sign_ins;

pub(crate) use grants::note;
pub use grants::{Issued, password_grant};
pub use machines::client_grant;
pub use refresh::refresh_grant;
pub use revoke::{Introspected, introspect, revoke};
pub use sessions::{Sessions, authenticate, authenticate_basic};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proofdesk_domain::ambient::Random;
use proofdesk_domain::entities::token::{self, TOKEN};
use proofdesk_domain::entities::{user, user::USER, user_role, user_role::USER_ROLE};
use proofdesk_domain::entity::{FieldIndex, ID};
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Role;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::Query;
use secrecy::{ExposeSecret, SecretString};

use crate::Desk;
use crate::caller::Principal;
use crate::error::DeskError;

/// A new token: 256 random bits, base64url without padding.
pub(crate) fn new_token(random: &dyn Random) -> SecretString {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes).into()
}

/// What is kept of a token: its SHA-256, in hexadecimal. The token has 256 random bits, so it needs no salt.
pub(crate) fn hash(token: &SecretString) -> String {
    hex::encode(digest::digest(&digest::SHA256, token.expose_secret().as_bytes()))
}

/// What is kept of the token with a hash.
pub(crate) async fn token_of(desk: &Desk, hash: &str) -> Result<Option<Record>, DeskError> {
    let query = Query::all(&TOKEN, Scope::All, 1).equals(token::HASH, hash);
    Ok(desk.store().select(&query).await?.pop())
}

/// All tokens that follow from the same sign-in as one.
pub(crate) async fn of_family(desk: &Desk, token: &Record) -> Result<Vec<Record>, DeskError> {
    all_tokens(desk, token::FAMILY, token.get(token::FAMILY)).await
}

/// All tokens of a user.
pub(crate) async fn of_user(desk: &Desk, user: i64) -> Result<Vec<Record>, DeskError> {
    all_tokens(desk, token::USER_ID, &Value::Int(user)).await
}

/// All tokens with a value in a field.
pub(crate) async fn all_tokens(
    desk: &Desk,
    field: FieldIndex,
    value: &Value,
) -> Result<Vec<Record>, DeskError> {
    let mut tokens: Vec<Record> = Vec::new();
    loop {
        let after = tokens.last().map_or(0, Record::id);
        let query = Query::all(&TOKEN, Scope::All, 1000)
            .equals(field, value.clone())
            .filter(ID, Test::AtLeast(after + 1));
        let page = desk.store().select(&query).await?;
        if page.is_empty() {
            return Ok(tokens);
        }
        tokens.extend(page);
    }
}

/// A user and what they may do; None if they may not sign in.
async fn principal(desk: &Desk, user: &Record) -> Result<Option<Principal>, DeskError> {
    if !user.flag(user::ACTIVE) {
        return Ok(None);
    }
    let email = user.text(user::EMAIL).unwrap_or_default();
    let bundles = user.list(user::USER_ROLES);
    if bundles.is_empty() && user.flag(user::IS_ADMIN) {
        return Ok(Some(Principal::unrestricted(Some(user.id()), email)));
    }
    let query = Query::all(&USER_ROLE, Scope::All, bundles.len().max(1) as u32)
        .filter(ID, Test::OneOf(bundles.to_vec()));
    let bundles = desk.store().select(&query).await?;
    let businesses = user.list(user::BUSINESSES);
    let held = bundles.iter().flat_map(|bundle| held(bundle, businesses));
    Ok(Some(Principal::with_roles(user.id(), email, held)))
}

/// The roles of a bundle, where its business is one of the user's.
fn held(bundle: &Record, businesses: &[i64]) -> Vec<(Role, i64)> {
    let business = bundle.int(user_role::BUSINESS_ID).unwrap_or(0);
    if !businesses.contains(&business) {
        return Vec::new();
    }
    let roles = bundle.list(user_role::ROLES).iter().filter_map(|number| Role::from_number(*number));
    roles.map(|role| (role, business)).collect()
}

/// The user who signs in with this e-mail address.
pub(crate) async fn user_by_email(desk: &Desk, email: &str) -> Result<Option<Record>, DeskError> {
    let query = Query::all(&USER, Scope::All, 1).equals(user::LOGIN, crate::names::fold(email));
    Ok(desk.store().select(&query).await?.pop())
}
