//! Where a user is signed in: all that follows from one sign-in is one, however often its tokens were renewed.

use std::collections::{BTreeMap, BTreeSet};

use proofdesk_domain::entities::token::{self, TokenKind};
use proofdesk_domain::entities::user::USER;
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::value::Value;
use proofdesk_store::Transaction;
use secrecy::SecretString;

use super::{hash, of_user, token_of};
use crate::audit::{self, Changes, Entry};
use crate::caller::{Caller, Grant};
use crate::error::DeskError;
use crate::records::{business_of, may_set_sign_in};
use crate::{Desk, accounts, retrying};

/// One sign-in that still opens something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Its GUID.
    pub id: String,
    /// The client, as it called itself; of a program its id.
    pub client_id: String,
    /// When it was; seconds since 1970 UTC.
    pub started_on: i64,
    /// When its tokens were renewed last; seconds since 1970 UTC.
    pub renewed_on: i64,
    /// When its last token ends; seconds since 1970 UTC.
    pub expires_on: i64,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// Where the caller is signed in, the newest first. `bearer` is the token that asks, if one does.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn own(
    desk: &Desk,
    caller: &Caller,
    bearer: Option<&SecretString>,
) -> Result<Vec<SignIn>, DeskError> {
    match caller.principal().user_id {
        Some(user) => of(desk, user, &asking(desk, bearer).await?).await,
        None => Ok(Vec::new()),
    }
}

/// Where a user is signed in, the newest first, for whoever may read the user.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Unavailable`].
pub async fn of_other(
    desk: &Desk,
    grant: &Grant,
    user: i64,
    bearer: Option<&SecretString>,
) -> Result<Vec<SignIn>, DeskError> {
    let user = grant.load(desk, user).await?;
    of(desk, user.id(), &asking(desk, bearer).await?).await
}

/// Ends sign-ins of the caller: those with these GUIDs, or all but the one that asks. Gives how many.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn end_own(
    desk: &Desk,
    caller: &Caller,
    bearer: Option<&SecretString>,
    ids: Option<&[String]>,
) -> Result<usize, DeskError> {
    let user = accounts::me(desk, caller).await?;
    let asking = asking(desk, bearer).await?;
    retrying(|| end(desk, caller, &user, &asking, ids, Transaction::default())).await
}

/// The same for a user, by whoever may set that user's password.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Invalid`] if the user has rights that the caller hasn't,
/// [`DeskError::Unavailable`].
pub async fn end_of_other(
    desk: &Desk,
    grant: &Grant,
    user: i64,
    bearer: Option<&SecretString>,
    ids: Option<&[String]>,
) -> Result<usize, DeskError> {
    let asking = &asking(desk, bearer).await?;
    retrying(|| async {
        let user = grant.load(desk, user).await?;
        let mut transaction = Transaction::default();
        may_set_sign_in(desk, grant, &user, &mut transaction).await?;
        end(desk, grant.caller(), &user, asking, ids, transaction).await
    })
    .await
}

/// The sign-in that a token follows from; empty for none.
async fn asking(desk: &Desk, bearer: Option<&SecretString>) -> Result<String, DeskError> {
    let Some(bearer) = bearer else { return Ok(String::new()) };
    let token = token_of(desk, &hash(bearer)).await?;
    Ok(token.and_then(|token| token.text(token::FAMILY).map(str::to_owned)).unwrap_or_default())
}

async fn of(desk: &Desk, user: i64, current: &str) -> Result<Vec<SignIn>, DeskError> {
    let now = desk.now().as_second();
    let mut found: BTreeMap<String, SignIn> = BTreeMap::new();
    for token in of_user(desk, user).await?.iter().filter(|token| is_of_sign_in(token)) {
        let family = token.text(token::FAMILY).unwrap_or_default();
        let time = |field| token.int(field).unwrap_or(0);
        let sign_in = found.entry(family.to_owned()).or_insert_with(|| SignIn {
            id: family.to_owned(),
            client_id: token.text(token::CLIENT_ID).unwrap_or_default().to_owned(),
            started_on: token.int(token::STARTED_ON).unwrap_or_else(|| time(token::CREATED_ON)),
            renewed_on: 0,
            expires_on: 0,
            is_current: family == current,
        });
        sign_in.renewed_on = sign_in.renewed_on.max(time(token::CREATED_ON));
        if token.get(token::USED_ON).is_null() {
            sign_in.expires_on = sign_in.expires_on.max(time(token::EXPIRES_ON));
        }
    }
    let mut all: Vec<SignIn> = found.into_values().filter(|sign_in| sign_in.expires_on > now).collect();
    all.sort_by_key(|sign_in| std::cmp::Reverse(sign_in.started_on));
    Ok(all)
}

/// Not of a link by which a password is set.
fn is_of_sign_in(token: &Record) -> bool {
    token.int(token::KIND) != Some(TokenKind::Link as i64)
}

async fn end(
    desk: &Desk,
    caller: &Caller,
    user: &Record,
    asking: &str,
    ids: Option<&[String]>,
    mut transaction: Transaction,
) -> Result<usize, DeskError> {
    let named = |token: &Record| {
        let family = token.text(token::FAMILY).unwrap_or_default();
        match ids {
            Some(ids) => ids.iter().any(|id| id.eq_ignore_ascii_case(family)),
            None => family != asking,
        }
    };
    let mut families = BTreeSet::new();
    for token in of_user(desk, user.id()).await?.iter().filter(|token| is_of_sign_in(token) && named(token)) {
        transaction.delete(token);
        families.insert(token.text(token::FAMILY).unwrap_or_default().to_owned());
    }
    let entry = Entry {
        kind: AuditType::SignOut,
        entity: &USER,
        id: user.id().into(),
        business: business_of(user),
        subject: Value::Null,
        description: format!("Sign-ins were ended: {}", families.len()),
        changes: Changes::default(),
    };
    audit::record(desk, &mut transaction, caller, entry);
    desk.commit(transaction).await?;
    Ok(families.len())
}
