//! The password and the refresh grant (RFC 6749 sections 4.3 and 6).

use proofdesk_domain::entities::token::{self, TOKEN, TokenKind};
use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use secrecy::SecretString;

use super::{hash, new_token, user_by_email};
use crate::audit::{self, Changes, Entry};
use crate::caller::{Caller, Origin, Principal};
use crate::error::DeskError;
use crate::{Desk, retrying};

/// A pair of tokens, given out once.
pub struct Issued {
    /// Authenticates requests.
    pub access: SecretString,
    /// Gets the next pair.
    pub refresh: SecretString,
    /// How long the access token lives, in seconds.
    pub expires_in: i64,
}

/// Tokens for an e-mail address and a password.
///
/// # Errors
/// [`DeskError::InvalidGrant`] without saying what is wrong, [`DeskError::Unavailable`].
pub async fn password_grant(
    desk: &Desk,
    origin: &Origin,
    username: &str,
    password: SecretString,
    client_id: Option<&str>,
) -> Result<Issued, DeskError> {
    let user = user_by_email(desk, username).await?;
    let stored = user.as_ref().and_then(|user| user.text(user::PASSWORD_HASH)).map(str::to_owned);
    let matches = desk.passwords().verify(password, stored).await?;
    let Some(user) = user.filter(may_sign_in).filter(|_| matches && desk.settings().password_grant) else {
        note(desk, origin, None, AuditType::Denied, "A sign-in was refused").await?;
        return Err(DeskError::InvalidGrant);
    };
    let family = desk.random().uuid();
    let client = client_id.unwrap_or_else(|| user.text(user::EMAIL).unwrap_or_default());
    let mut transaction = Transaction::default();
    let issued = issue(desk, &mut transaction, &user, &family.into(), client);
    record(desk, &mut transaction, origin, Some(&user), AuditType::SignIn, "Signed in by password");
    desk.commit(transaction).await?;
    Ok(issued)
}

/// Whether a user may get tokens: active, allowed to use the API, and without a second factor that wasn't asked for.
fn may_sign_in(user: &Record) -> bool {
    user.flag(user::ACTIVE) && user.flag(user::API_ACCESS) && !user.flag(user::TWO_FACTOR_ENABLED)
}

/// The next pair for a refresh token, which ends. Used again, it ends everything that follows from its sign-in: one of
/// the two who used it has stolen it (RFC 9700 section 4.14).
///
/// # Errors
/// [`DeskError::InvalidGrant`], [`DeskError::Unavailable`].
pub async fn refresh_grant(
    desk: &Desk,
    origin: &Origin,
    refresh: SecretString,
    client_id: Option<&str>,
) -> Result<Issued, DeskError> {
    let hash = hash(&refresh);
    retrying(|| async {
        let query = Query::all(&TOKEN, Scope::All, 1).equals(token::HASH, hash.as_str());
        let found = desk.store().select(&query).await?.pop();
        let Some(old) = found.filter(|old| is_live(desk, old, TokenKind::Refresh)) else {
            note(desk, origin, None, AuditType::Denied, "A refresh token was refused").await?;
            return Err(DeskError::InvalidGrant);
        };
        if !old.get(token::USED_ON).is_null() {
            return end_family(desk, origin, &old).await;
        }
        rotate(desk, origin, old, client_id).await
    })
    .await
}

pub(super) fn is_live(desk: &Desk, token: &Record, kind: TokenKind) -> bool {
    let live = token.int(token::EXPIRES_ON).is_some_and(|end| end > desk.now().as_second());
    live && token.int(token::KIND) == Some(kind as i64)
}

async fn rotate(
    desk: &Desk,
    origin: &Origin,
    old: Record,
    client_id: Option<&str>,
) -> Result<Issued, DeskError> {
    let client = old.text(token::CLIENT_ID).unwrap_or_default().to_owned();
    let query = Query::by_id(&USER, Scope::All, old.int(token::USER_ID).unwrap_or(0));
    let user = desk.store().select(&query).await?.pop().filter(may_sign_in);
    let Some(user) = user.filter(|_| client_id.is_none_or(|sent| sent == client)) else {
        note(desk, origin, None, AuditType::Denied, "A refresh token was refused").await?;
        return Err(DeskError::InvalidGrant);
    };
    let mut transaction = Transaction::default();
    transaction.holds(&old, token::USED_ON, Value::Null);
    let family = old.get(token::FAMILY).clone();
    transaction.update(old.with(token::USED_ON, desk.now()));
    let issued = issue(desk, &mut transaction, &user, &family, &client);
    record(desk, &mut transaction, origin, Some(&user), AuditType::SignIn, "Tokens were renewed");
    desk.commit(transaction).await?;
    Ok(issued)
}

async fn end_family(desk: &Desk, origin: &Origin, used: &Record) -> Result<Issued, DeskError> {
    let query = Query::all(&TOKEN, Scope::All, 1000).equals(token::FAMILY, used.get(token::FAMILY).clone());
    let mut transaction = Transaction::default();
    for token in desk.store().select(&query).await? {
        transaction.delete(&token);
    }
    let text = "A refresh token was used twice: its sign-in was ended";
    record(desk, &mut transaction, origin, None, AuditType::Denied, text);
    desk.commit(transaction).await?;
    Err(DeskError::InvalidGrant)
}

/// Adds a pair of tokens to a transaction.
fn issue(desk: &Desk, transaction: &mut Transaction, user: &Record, family: &Value, client: &str) -> Issued {
    let [access, refresh] = [new_token(desk.random()), new_token(desk.random())];
    let settings = desk.settings();
    let lives = [
        (&access, TokenKind::Access, settings.access_token_seconds),
        (&refresh, TokenKind::Refresh, settings.refresh_token_seconds),
    ];
    for (token, kind, seconds) in lives {
        let record = Record::empty(&TOKEN)
            .with(token::HASH, hash(token))
            .with(token::KIND, kind as i64)
            .with(token::USER_ID, user.id())
            .with(token::FAMILY, family.clone())
            .with(token::CLIENT_ID, client)
            .with(token::CREATED_ON, desk.now())
            .with(token::EXPIRES_ON, desk.now().as_second() + seconds);
        transaction.insert(record);
    }
    Issued { access, refresh, expires_in: settings.access_token_seconds }
}

async fn note(
    desk: &Desk,
    origin: &Origin,
    user: Option<&Record>,
    kind: AuditType,
    text: &str,
) -> Result<(), DeskError> {
    let mut transaction = Transaction::default();
    record(desk, &mut transaction, origin, user, kind, text);
    desk.commit(transaction).await.map(drop)
}

fn record(
    desk: &Desk,
    transaction: &mut Transaction,
    origin: &Origin,
    user: Option<&Record>,
    kind: AuditType,
    text: &str,
) {
    let id = user.map(Record::id);
    let email = user.and_then(|user| user.text(user::EMAIL)).unwrap_or_default();
    let principal = Principal::unrestricted(id, email);
    let entry = Entry {
        kind,
        entity: &USER,
        id: id.into(),
        business: Value::Null,
        subject: Value::Null,
        description: text.to_owned(),
        changes: Changes::default(),
    };
    audit::record(desk, transaction, &Caller::new(principal.into(), origin.clone()), entry);
}
