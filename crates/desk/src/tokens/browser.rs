//! Sessions of browsers at the desk's pages: a token of a kind of its own, which the API never takes. A session is one of the
//! user's sign-ins, and ends with them; besides, it ends when nobody has used it for a while.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proofdesk_domain::entities::token::{self, TOKEN, TokenKind};
use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use secrecy::{ExposeSecret, SecretString};

use super::grants::{by, is_live, note, record};
use super::{hash, new_token, of_user, principal, token_of};
use crate::caller::{Caller, Origin};
use crate::error::DeskError;
use crate::totp::{self, Shown};
use crate::{Desk, retrying, sign_in};

/// How browsers stay signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a session lives that nobody uses, in seconds.
    pub idle_seconds: i64,
    /// How long a session lives at the longest, in seconds.
    pub absolute_seconds: i64,
    /// Whether people may sign in with a password.
    pub password: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { idle_seconds: 900, absolute_seconds: 12 * 3600, password: true }
    }
}

/// By what a session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Password,
    Issuer,
}

impl By {
    /// What stands in the place of the client among the user's sign-ins.
    fn name(self) -> &'static str {
        match self {
            Self::Password => "Browser, by password",
            Self::Issuer => "Browser, by OpenID Connect",
        }
    }
}

/// A session that has just begun.
pub struct Begun {
    /// What stands for it, for a cookie; given out once.
    pub session: SecretString,
    /// Whose it is, in the transaction that it begins in.
    pub(crate) user: Value,
}

/// Who is signed in with a browser.
pub struct SignedIn {
    /// For the verbs.
    pub caller: Caller,
    /// The person's name.
    pub name: String,
    /// Whether there is a password that could be changed.
    pub has_password: bool,
}

/// Adds a session to the transaction of a sign-in.
pub(crate) fn begin(desk: &Desk, transaction: &mut Transaction, user: Value, by: By) -> Begun {
    let settings = desk.settings().sessions;
    let (session, now) = (new_token(desk.random()), desk.now().as_second());
    let row = Record::empty(&TOKEN)
        .with(token::HASH, hash(&session))
        .with(token::KIND, TokenKind::Session as i64)
        .with(token::USER_ID, user.clone())
        .with(token::FAMILY, desk.random().uuid())
        .with(token::CLIENT_ID, by.name())
        .with(token::CREATED_ON, now)
        .with(token::STARTED_ON, now)
        .with(token::EXPIRES_ON, now + settings.idle_seconds.min(settings.absolute_seconds));
    transaction.insert(row);
    Begun { session, user }
}

/// Ends the session that a browser has had until now, in the transaction of a new one.
pub(crate) async fn end_old(
    desk: &Desk,
    transaction: &mut Transaction,
    session: Option<&SecretString>,
) -> Result<(), DeskError> {
    let Some(session) = session else { return Ok(()) };
    let gone = |old: &Record| {
        transaction.writes.iter().any(|write| {
            matches!(write, proofdesk_store::Write::Delete(entity, id) if *entity == &TOKEN && *id == old.id())
        })
    };
    if let Some(old) = token_of(desk, &hash(session)).await?.filter(is_session).filter(|old| !gone(old)) {
        transaction.delete(&old);
    }
    Ok(())
}

/// Ends all sessions of a user.
pub(crate) async fn end_all(desk: &Desk, transaction: &mut Transaction, user: i64) -> Result<(), DeskError> {
    for old in of_user(desk, user).await?.iter().filter(|token| is_session(token)) {
        transaction.delete(old);
    }
    Ok(())
}

fn is_session(token: &Record) -> bool {
    token.int(token::KIND) == Some(TokenKind::Session as i64)
}

/// Begins a session for an e-mail address and a password, and a code where the user has a second factor. `old`: the session
/// that the browser has had until now.
///
/// # Errors
/// [`DeskError::InvalidGrant`] without saying what is wrong; [`DeskError::TooMany`], [`DeskError::Busy`],
/// [`DeskError::Unavailable`]; [`DeskError::NotFound`] where people can't sign in with a password.
pub async fn sign_in(
    desk: &Desk,
    origin: &Origin,
    email: &str,
    password: SecretString,
    code: Option<SecretString>,
    old: Option<&SecretString>,
) -> Result<Begun, DeskError> {
    if !desk.settings().sessions.password {
        return Err(DeskError::NotFound);
    }
    retrying(|| async {
        let checked = sign_in::check(desk, origin, email, password.clone()).await?;
        let mut transaction = Transaction::default();
        let shown = totp::look_at(desk, checked.found(), code.as_ref(), &mut transaction).await?;
        let may = |user: &&Record| user.flag(user::ACTIVE) && shown != Shown::Wrong;
        let Some(user) = checked.user().filter(may).cloned() else {
            note(desk, origin, None, AuditType::Denied, "A sign-in was refused").await?;
            return Err(DeskError::InvalidGrant);
        };
        // Not if the password was changed, or the user disabled, since they were looked at.
        transaction.holds(&user, user::PASSWORD_HASH, user.get(user::PASSWORD_HASH).clone());
        transaction.holds(&user, user::ACTIVE, true);
        end_old(desk, &mut transaction, old).await?;
        let begun = begin(desk, &mut transaction, user.id().into(), By::Password);
        record(desk, &mut transaction, origin, Some(&user), AuditType::SignIn, by(shown));
        desk.commit(transaction).await?;
        checked.succeed(desk, origin).await;
        Ok(begun)
    })
    .await
}

/// Who is signed in with a session; None for nobody any more. Using it keeps it alive.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn look(
    desk: &Desk,
    origin: &Origin,
    session: &SecretString,
) -> Result<Option<SignedIn>, DeskError> {
    let hash = hash(session);
    retrying(|| async {
        let live = |token: &Record| is_live(desk, token, TokenKind::Session) && left(desk, token) > 0;
        let Some(token) = token_of(desk, &hash).await?.filter(live) else { return Ok(None) };
        let query = Query::by_id(&USER, Scope::All, token.int(token::USER_ID).unwrap_or(0));
        let Some(user) = desk.store().select(&query).await?.pop() else { return Ok(None) };
        let Some(principal) = principal(desk, &user).await? else { return Ok(None) };
        let started_on = token.int(token::STARTED_ON).unwrap_or(0);
        let by_issuer = token.text(token::CLIENT_ID) == Some(By::Issuer.name());
        // A password alone doesn't do any more once there is a second factor; an issuer answers for its own.
        if !by_issuer && !totp::lets_renew(desk, &user, started_on).await? {
            return Ok(None);
        }
        keep_alive(desk, &token).await?;
        Ok(Some(SignedIn {
            caller: Caller::new(Arc::new(principal), origin.clone()),
            name: user.text(user::FULL_NAME).unwrap_or_default().to_owned(),
            has_password: !user.get(user::PASSWORD_HASH).is_null(),
        }))
    })
    .await
}

/// How long a session may live yet, however much it is used, in seconds.
fn left(desk: &Desk, token: &Record) -> i64 {
    let started_on = token.int(token::STARTED_ON).unwrap_or(0);
    started_on + desk.settings().sessions.absolute_seconds - desk.now().as_second()
}

/// Puts off the end of a session that is used. Not at each use: a fifteenth of the time is close enough, and saves the writes.
/// It has no audit entry, because what is done in the session has.
async fn keep_alive(desk: &Desk, token: &Record) -> Result<(), DeskError> {
    let idle = desk.settings().sessions.idle_seconds;
    let now = desk.now().as_second();
    let later = now + idle.min(left(desk, token));
    let gained = later - token.int(token::EXPIRES_ON).unwrap_or(0);
    if gained <= idle / 15 {
        return Ok(());
    }
    let mut transaction = Transaction::default();
    transaction.holds(token, token::EXPIRES_ON, token.get(token::EXPIRES_ON).clone());
    transaction.update(token.clone().with(token::EXPIRES_ON, later));
    desk.commit(transaction).await.map(drop)
}

/// Ends a session, if there is one.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn sign_out(desk: &Desk, origin: &Origin, session: &SecretString) -> Result<(), DeskError> {
    let hash = hash(session);
    retrying(|| async {
        let Some(token) = token_of(desk, &hash).await?.filter(is_session) else { return Ok(()) };
        let query = Query::by_id(&USER, Scope::All, token.int(token::USER_ID).unwrap_or(0));
        let user = desk.store().select(&query).await?.pop();
        let mut transaction = Transaction::default();
        transaction.delete(&token);
        record(desk, &mut transaction, origin, user.as_ref(), AuditType::SignOut, "Signed out of a browser");
        desk.commit(transaction).await.map(drop)
    })
    .await
}

/// What a form of this session must send with it: HMAC-SHA256 over the session, by a key that only the desk has.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub fn form_token(desk: &Desk, session: &SecretString) -> Result<String, DeskError> {
    let secret = desk.vault().secret("forms 1");
    let secret =
        secret.map_err(|_| DeskError::Unavailable("the desk's secret can't be derived".to_owned()))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice());
    Ok(URL_SAFE_NO_PAD.encode(hmac::sign(&key, session.expose_secret().as_bytes())))
}

/// Whether a form was made for this session.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub fn is_form_token(desk: &Desk, session: &SecretString, sent: &str) -> Result<bool, DeskError> {
    let token = form_token(desk, session)?;
    Ok(verify_slices_are_equal(token.as_bytes(), sent.as_bytes()).is_ok())
}
