//! How people set their own passwords: by a link that somebody sent them (an invitation, or a reset), or with the one that
//! they have.

use proofdesk_domain::entities::token::{self, TOKEN, TokenKind};
use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Query, Transaction};
use secrecy::{ExposeSecret, SecretString};

use crate::audit::{self, Changes, Entry};
use crate::caller::{Caller, Grant, Origin, Principal};
use crate::error::DeskError;
use crate::records::{business_of, may_set_sign_in};
use crate::{Desk, accounts, passwords, retrying, sign_in, tokens};

/// What a link holds, given out once.
pub struct Invitation {
    /// Sets the password of its user, once.
    pub token: SecretString,
    /// When it ends; seconds since 1970 UTC.
    pub expires_on: i64,
}

/// The link that is sent. What stands behind the `#` stays in the browser: no server or proxy on the way sees it.
pub fn link(issuer: &str, token: &SecretString) -> SecretString {
    format!("{issuer}/account/password#{}", token.expose_secret()).into()
}

/// Makes a link with which a user sets a password. An earlier link of the user ends.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Invalid`] if the caller may not set the user's password, or the user may not sign in,
/// [`DeskError::Unavailable`].
pub async fn invite(desk: &Desk, grant: &Grant, user: i64) -> Result<Invitation, DeskError> {
    retrying(|| async {
        let user = grant.load(desk, user).await?;
        if !user.flag(user::ACTIVE) {
            return Err(DeskError::field("Active", "must be true: the user can't sign in"));
        }
        let mut transaction = Transaction::default();
        may_set_sign_in(desk, grant, &user, &mut transaction).await?;
        transaction.unchanged(&user);
        for old in tokens::of_user(desk, user.id()).await?.iter().filter(|token| is_link(token)) {
            transaction.delete(old);
        }
        let token = tokens::new_token(desk.random());
        let now = desk.now().as_second();
        let expires_on = now + desk.settings().link_seconds;
        let row = Record::empty(&TOKEN)
            .with(token::HASH, tokens::hash(&token))
            .with(token::KIND, TokenKind::Link as i64)
            .with(token::USER_ID, user.id())
            .with(token::FAMILY, desk.random().uuid())
            .with(token::CREATED_ON, now)
            .with(token::EXPIRES_ON, expires_on);
        transaction.insert(row);
        note(desk, &mut transaction, grant.caller(), &user, "A link to set the password was made");
        desk.commit(transaction).await?;
        Ok(Invitation { token, expires_on })
    })
    .await
}

/// Sets the password of the user whose link it is. The link, and all tokens that the user has, end.
///
/// # Errors
/// [`DeskError::Invalid`] if the link or the password is no good, [`DeskError::Unavailable`].
pub async fn set_by_link(
    desk: &Desk,
    origin: &Origin,
    link: &SecretString,
    password: &SecretString,
) -> Result<(), DeskError> {
    let hash = tokens::hash(link);
    let (_, user) = linked(desk, &hash).await?;
    let password_hash = hashed(desk, &user, password).await?;
    retrying(|| async {
        let (link, user) = linked(desk, &hash).await?;
        let email = user.text(user::EMAIL).unwrap_or_default();
        let caller = Caller::new(Principal::unrestricted(Some(user.id()), email).into(), origin.clone());
        let mut transaction = Transaction::default();
        transaction.unchanged(&link);
        for token in tokens::of_user(desk, user.id()).await? {
            transaction.delete(&token);
        }
        store(desk, &mut transaction, &caller, &user, &password_hash, "The password was set by a link");
        desk.commit(transaction).await.map(drop)
    })
    .await
}

/// Changes the caller's own password, and ends all that the user is signed in with but what asks.
///
/// # Errors
/// [`DeskError::Invalid`] if the present password is wrong or the new one no good, [`DeskError::NotFound`] for the desk
/// itself, [`DeskError::Unavailable`].
pub async fn change_own(
    desk: &Desk,
    caller: &Caller,
    bearer: Option<&SecretString>,
    present: SecretString,
    password: &SecretString,
) -> Result<(), DeskError> {
    let wrong = || DeskError::field("Password", "is not the present password");
    let checked = sign_in::check(desk, &caller.origin, caller.email(), present).await?;
    let user = checked.user().filter(|user| Some(user.id()) == caller.principal().user_id).cloned();
    let user = user.ok_or_else(wrong)?;
    let stored = user.text(user::PASSWORD_HASH).map(str::to_owned);
    checked.right();
    let password_hash = hashed(desk, &user, password).await?;
    retrying(|| async {
        let user = accounts::me(desk, caller).await?;
        if user.text(user::PASSWORD_HASH).map(str::to_owned) != stored {
            return Err(wrong());
        }
        let asks = match bearer {
            Some(bearer) => tokens::token_of(desk, &tokens::hash(bearer)).await?,
            None => None,
        };
        let kept = asks.as_ref().map(|token| token.get(token::FAMILY));
        let mut transaction = Transaction::default();
        for token in tokens::of_user(desk, user.id()).await? {
            if Some(token.get(token::FAMILY)) != kept {
                transaction.delete(&token);
            }
        }
        store(desk, &mut transaction, caller, &user, &password_hash, "The password was changed by its user");
        desk.commit(transaction).await.map(drop)
    })
    .await
}

fn is_link(token: &Record) -> bool {
    token.int(token::KIND) == Some(TokenKind::Link as i64)
}

/// A live link, and its user, if that one may sign in.
async fn linked(desk: &Desk, hash: &str) -> Result<(Record, Record), DeskError> {
    let gone = || DeskError::field("Token", "is of a link that was used or has ended: ask for another");
    let live = |token: &Record| {
        is_link(token) && token.int(token::EXPIRES_ON).is_some_and(|end| end > desk.now().as_second())
    };
    let link = tokens::token_of(desk, hash).await?.filter(live).ok_or_else(gone)?;
    let query = Query::by_id(&USER, Scope::All, link.int(token::USER_ID).unwrap_or(0));
    let user = desk.store().select(&query).await?.pop();
    let user = user.filter(|user| user.flag(user::ACTIVE)).ok_or_else(gone)?;
    Ok((link, user))
}

async fn hashed(desk: &Desk, user: &Record, password: &SecretString) -> Result<String, DeskError> {
    let own = [user::EMAIL, user::FULL_NAME].map(|field| user.text(field).unwrap_or_default());
    let weak = passwords::weakness("NewPassword", password.expose_secret(), &own);
    match weak {
        Some(error) => Err(DeskError::Invalid(vec![error])),
        None => desk.passwords().hash(password.clone()).await,
    }
}

/// Adds the new password and its audit entry.
fn store(
    desk: &Desk,
    transaction: &mut Transaction,
    caller: &Caller,
    user: &Record,
    password_hash: &str,
    said: &str,
) {
    let mut after = user.clone();
    after.set(user::PASSWORD_HASH, password_hash);
    desk.stamp_change(&mut after, caller);
    transaction.update(after);
    note(desk, transaction, caller, user, said);
}

fn note(desk: &Desk, transaction: &mut Transaction, caller: &Caller, user: &Record, said: &str) {
    let entry = Entry {
        kind: AuditType::Credentials,
        entity: &USER,
        id: user.id().into(),
        business: business_of(user),
        subject: Value::Null,
        description: said.to_owned(),
        changes: Changes::default(),
    };
    audit::record(desk, transaction, caller, entry);
}
