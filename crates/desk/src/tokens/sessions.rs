//! Who a request comes from. What was found is remembered for a second, and forgotten as soon as rights change here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::hmac;
use moka::sync::Cache;
use proofdesk_domain::ambient::Random;
use proofdesk_domain::entities::token::{self, TokenKind};
use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::Query;
use secrecy::{ExposeSecret, SecretString};

use super::{grants, hash, machines, principal, token_of};
use crate::caller::{Origin, Principal};
use crate::error::DeskError;
use crate::{Desk, clients, sign_in};

/// How long what was found is believed, in milliseconds: other processes may take rights away (the command line, other
/// nodes), and that must work within a second.
const BELIEVED: i64 = 1000;

/// How many callers are remembered.
const REMEMBERED: u64 = 10_000;

/// Remembers who is behind a token or a password.
pub struct Sessions {
    key: hmac::Key,
    found: Cache<[u8; 32], Arc<Known>>,
    epoch: AtomicU64,
}

struct Known {
    principal: Arc<Principal>,
    /// Of [`Sessions::epoch`], when the search began.
    epoch: u64,
    /// Milliseconds since 1970.
    found_on: i64,
    /// Seconds since 1970.
    ends_on: i64,
}

impl Sessions {
    pub(crate) fn new(random: &dyn Random) -> Self {
        let mut key = [0; 32];
        random.fill(&mut key);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        Self { key, found: Cache::new(REMEMBERED), epoch: AtomicU64::new(0) }
    }

    /// Forgets everybody: rights have changed.
    pub(crate) fn forget_all(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    fn recall(&self, desk: &Desk, secret: &[u8; 32]) -> Option<Arc<Principal>> {
        let known = self.found.get(secret)?;
        let now = desk.now();
        let fresh = (0..BELIEVED).contains(&(now.as_millisecond() - known.found_on));
        let current = known.epoch == self.epoch.load(Ordering::SeqCst);
        (fresh && current && now.as_second() < known.ends_on).then(|| known.principal.clone())
    }

    fn remember(
        &self,
        desk: &Desk,
        secret: [u8; 32],
        epoch: u64,
        ends_on: i64,
        principal: Principal,
    ) -> Arc<Principal> {
        let principal = Arc::new(principal);
        let found_on = desk.now().as_millisecond();
        self.found.insert(secret, Arc::new(Known { principal: principal.clone(), epoch, found_on, ends_on }));
        principal
    }

    /// What stands for a secret in memory: only this process can tell which one it was.
    fn tag(&self, parts: [&str; 2]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }
}

/// Who a bearer token belongs to.
///
/// # Errors
/// [`DeskError::Unauthenticated`] if it isn't a live access token of an active user; [`DeskError::Unavailable`].
pub async fn authenticate(desk: &Desk, bearer: &SecretString) -> Result<Arc<Principal>, DeskError> {
    let sessions = desk.sessions();
    let tag = sessions.tag(["bearer", bearer.expose_secret()]);
    if let Some(principal) = sessions.recall(desk, &tag) {
        return Ok(principal);
    }
    let epoch = sessions.epoch.load(Ordering::SeqCst);
    let token = token_of(desk, &hash(bearer))
        .await?
        .filter(|token| grants::is_live(desk, token, TokenKind::Access))
        .ok_or(DeskError::Unauthenticated)?;
    let query = Query::by_id(&USER, Scope::All, token.int(token::USER_ID).unwrap_or(0));
    let user = desk.store().select(&query).await?.pop().filter(|user| user.flag(user::API_ACCESS));
    let user = user.ok_or(DeskError::Unauthenticated)?;
    let principal = principal(desk, &user).await?.ok_or(DeskError::Unauthenticated)?;
    let principal = machines::narrowed(principal, &token);
    let ends_on = token.int(token::EXPIRES_ON).unwrap_or(0);
    Ok(sessions.remember(desk, tag, epoch, ends_on, principal))
}

/// Who an e-mail address and a password belong to (HTTP Basic, RFC 7617), if that user may use the API; or the id and the
/// secret of a machine client.
///
/// # Errors
/// [`DeskError::Unauthenticated`], [`DeskError::Unavailable`].
pub async fn authenticate_basic(
    desk: &Desk,
    origin: &Origin,
    email: &str,
    password: SecretString,
) -> Result<Arc<Principal>, DeskError> {
    let sessions = desk.sessions();
    let tag = sessions.tag([email, password.expose_secret()]);
    if let Some(principal) = sessions.recall(desk, &tag) {
        return Ok(principal);
    }
    let epoch = sessions.epoch.load(Ordering::SeqCst);
    if clients::is_client(email) {
        let machine = machines::authenticated(desk, email, &password).await?;
        let principal = machine.ok_or(DeskError::Unauthenticated)?.principal;
        return Ok(sessions.remember(desk, tag, epoch, i64::MAX, principal));
    }
    let checked = sign_in::check(desk, origin, email, password).await?;
    let may = |user: &&Record| user.flag(user::API_ACCESS) && !user.flag(user::TWO_FACTOR_ENABLED);
    let user = checked.user().filter(may).ok_or(DeskError::Unauthenticated)?;
    let principal = principal(desk, user).await?.ok_or(DeskError::Unauthenticated)?;
    checked.succeed(desk, origin).await;
    Ok(sessions.remember(desk, tag, epoch, i64::MAX, principal))
}
