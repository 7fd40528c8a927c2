//! Ending tokens before their time (RFC 7009), and telling what they stand for (RFC 7662).

use proofdesk_domain::entities::token::{self, TokenKind};
use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Transaction};
use secrecy::SecretString;

use super::grants::{is_live, record};
use super::{hash, machines, of_family, principal, token_of};
use crate::caller::{Caller, Origin, Principal};
use crate::error::DeskError;
use crate::{Desk, retrying};

/// Ends a token: an access token alone, a refresh token with everything that follows from its sign-in. A token that isn't
/// one, or not any more, is as good as ended.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn revoke(desk: &Desk, origin: &Origin, token: &SecretString) -> Result<(), DeskError> {
    let hash = hash(token);
    retrying(|| async {
        // A browser's session is ended at its own page: what is in a cookie is no token of the API.
        let of_api = |token: &Record| token.int(token::KIND) != Some(TokenKind::Session as i64);
        let Some(token) = token_of(desk, &hash).await?.filter(of_api) else { return Ok(()) };
        let query = Query::by_id(&USER, Scope::All, token.int(token::USER_ID).unwrap_or(0));
        let user = desk.store().select(&query).await?.pop();
        let refresh = token.int(token::KIND) == Some(TokenKind::Refresh as i64);
        let ended = if refresh { of_family(desk, &token).await? } else { vec![token] };
        let mut transaction = Transaction::default();
        for token in &ended {
            transaction.delete(token);
        }
        let text = if refresh { "A sign-in was ended by its token" } else { "A token was ended" };
        record(desk, &mut transaction, origin, user.as_ref(), AuditType::SignOut, text);
        desk.commit(transaction).await.map(drop)
    })
    .await
}

/// What a live token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introspected {
    /// Whose it is: the user's id.
    pub user_id: i64,
    /// The user's e-mail address.
    pub username: String,
    /// The client that it was given to, as it called itself.
    pub client_id: String,
    /// The names of the roles that it opens.
    pub roles: Vec<String>,
    /// Whether it is an access token; else a refresh token.
    pub is_access: bool,
    /// When it was given out; seconds since 1970 UTC.
    pub issued_on: i64,
    /// When it ends; seconds since 1970 UTC.
    pub expires_on: i64,
}

/// What a token stands for; None if it isn't live, or not for the caller to know: one's own tokens are, and all of them for
/// an unrestricted administrator.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn introspect(
    desk: &Desk,
    caller: &Caller,
    token: &SecretString,
) -> Result<Option<Introspected>, DeskError> {
    let Some(token) = token_of(desk, &hash(token)).await?.filter(|token| good(desk, token)) else {
        return Ok(None);
    };
    let user_id = token.int(token::USER_ID).unwrap_or(0);
    let asker = caller.principal();
    if !asker.is_unrestricted() && asker.user_id != Some(user_id) {
        return Ok(None);
    }
    let user = desk.store().select(&Query::by_id(&USER, Scope::All, user_id)).await?.pop();
    let Some(user) = user.filter(|user| user.flag(user::API_ACCESS)) else { return Ok(None) };
    let principal = principal(desk, &user).await?.map(|principal| machines::narrowed(principal, &token));
    Ok(principal.map(|principal| told(&token, &user, &principal)))
}

/// Live, and a refresh token not used yet.
fn good(desk: &Desk, token: &Record) -> bool {
    let unused = || token.get(token::USED_ON).is_null();
    is_live(desk, token, TokenKind::Access) || (is_live(desk, token, TokenKind::Refresh) && unused())
}

fn told(token: &Record, user: &Record, principal: &Principal) -> Introspected {
    Introspected {
        user_id: user.id(),
        username: user.text(user::EMAIL).unwrap_or_default().to_owned(),
        client_id: token.text(token::CLIENT_ID).unwrap_or_default().to_owned(),
        roles: principal.role_names(),
        is_access: token.int(token::KIND) == Some(TokenKind::Access as i64),
        issued_on: token.int(token::CREATED_ON).unwrap_or(0),
        expires_on: token.int(token::EXPIRES_ON).unwrap_or(0),
    }
}
