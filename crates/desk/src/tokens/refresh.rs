//! The refresh grant (RFC 6749 section 6), with rotation: a refresh token is good once.
//!
//! An answer can be lost on its way, and two tabs can ask at the same time. So for a short grace the same token gives the
//! same next pair again. That pair isn't kept: it follows from the token, which only its owner has, and a secret of the
//! desk, so neither the database nor a stolen old token is enough to find it. After the grace, or once the next pair was
//! refreshed itself, a second use ends the whole sign-in: one of the two who used the token has stolen it (RFC 9700 section
//! 4.14).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proofdesk_domain::entities::token::{self, TokenKind};
use proofdesk_domain::entities::user::USER;
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use secrecy::{ExposeSecret, SecretString};

use super::grants::{Family, Issued, Pair, is_live, issue, may_sign_in, note, record};
use super::{hash, of_family, token_of};
use crate::caller::Origin;
use crate::error::DeskError;
use crate::{Desk, retrying, totp};

/// What is said in the audit trail of a token that isn't taken.
const REFUSED: &str = "A refresh token was refused";

/// The next pair for a refresh token.
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
        let usable = |old: &Record| is_live(desk, old, TokenKind::Refresh) && lasts(desk, old);
        let found = token_of(desk, &hash).await?.filter(usable);
        let Some(old) = found else { return refuse(desk, origin).await };
        let query = Query::by_id(&USER, Scope::All, old.int(token::USER_ID).unwrap_or(0));
        let user = desk.store().select(&query).await?.pop().filter(may_sign_in);
        let client = old.text(token::CLIENT_ID).unwrap_or_default();
        let Some(user) = user.filter(|_| client_id.is_none_or(|sent| sent == client)) else {
            return refuse(desk, origin).await;
        };
        if !totp::lets_renew(desk, &user, started_on(&old)).await? {
            return refuse(desk, origin).await;
        }
        match old.int(token::USED_ON) {
            None => rotate(desk, origin, &old, &user, &refresh).await,
            Some(used_on) => again(desk, origin, &old, &user, used_on, &refresh).await,
        }
    })
    .await
}

/// Whether the sign-in may go on; the operator may have made its longest time shorter since.
fn lasts(desk: &Desk, token: &Record) -> bool {
    started_on(token) + desk.settings().session_seconds > desk.now().as_second()
}

/// When the sign-in was that a token follows from.
fn started_on(token: &Record) -> i64 {
    token.int(token::STARTED_ON).or(token.int(token::CREATED_ON)).unwrap_or(0)
}

async fn refuse(desk: &Desk, origin: &Origin) -> Result<Issued, DeskError> {
    note(desk, origin, None, AuditType::Denied, REFUSED).await?;
    Err(DeskError::InvalidGrant)
}

async fn rotate(
    desk: &Desk,
    origin: &Origin,
    old: &Record,
    user: &Record,
    refresh: &SecretString,
) -> Result<Issued, DeskError> {
    let mut transaction = Transaction::default();
    transaction.holds(old, token::USED_ON, Value::Null);
    transaction.update(old.clone().with(token::USED_ON, desk.now()));
    let family = Family {
        id: old.get(token::FAMILY).clone(),
        user,
        client: old.text(token::CLIENT_ID).unwrap_or_default(),
        started_on: started_on(old),
    };
    let issued = issue(desk, &mut transaction, &family, successor(desk, refresh)?);
    record(desk, &mut transaction, origin, Some(user), AuditType::SignIn, "Tokens were renewed");
    desk.commit(transaction).await?;
    Ok(issued)
}

/// A token that was used before.
async fn again(
    desk: &Desk,
    origin: &Origin,
    old: &Record,
    user: &Record,
    used_on: i64,
    refresh: &SecretString,
) -> Result<Issued, DeskError> {
    let now = desk.now().as_second();
    let pair = successor(desk, refresh)?;
    let next = token_of(desk, &hash(&pair.refresh)).await?;
    let unused = next.is_some_and(|next| next.get(token::USED_ON).is_null());
    let access = token_of(desk, &hash(&pair.access)).await?;
    let expires_in = access.and_then(|access| access.int(token::EXPIRES_ON)).unwrap_or(0) - now;
    if !unused || expires_in <= 0 || now - used_on >= desk.settings().grace_seconds {
        return end_family(desk, origin, old).await;
    }
    note(desk, origin, Some(user), AuditType::SignIn, "Tokens were renewed, and asked for again").await?;
    Ok(Issued { access: pair.access, refresh: Some(pair.refresh), expires_in, scope: None })
}

/// The pair that follows a refresh token: HMAC-SHA256 over the token, by a key that only the desk has.
fn successor(desk: &Desk, refresh: &SecretString) -> Result<Pair, DeskError> {
    let secret = desk.vault().secret("refresh tokens 1");
    let secret =
        secret.map_err(|_| DeskError::Unavailable("the desk's secret can't be derived".to_owned()))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice());
    let derived = |kind: &[u8]| -> SecretString {
        let mut context = hmac::Context::with_key(&key);
        context.update(kind);
        context.update(refresh.expose_secret().as_bytes());
        URL_SAFE_NO_PAD.encode(context.sign()).into()
    };
    Ok(Pair { access: derived(b"access\0"), refresh: derived(b"refresh\0") })
}

async fn end_family(desk: &Desk, origin: &Origin, used: &Record) -> Result<Issued, DeskError> {
    let mut transaction = Transaction::default();
    for token in of_family(desk, used).await? {
        transaction.delete(&token);
    }
    let text = "A refresh token was used twice: its sign-in was ended";
    record(desk, &mut transaction, origin, None, AuditType::Denied, text);
    desk.commit(transaction).await?;
    Err(DeskError::InvalidGrant)
}
