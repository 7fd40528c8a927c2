//! Users from the command line, and the administrator of the first start.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proofdesk_domain::draft::Write;
use proofdesk_domain::entities::{user, user::USER};
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Operation;
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Transaction};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::caller::Caller;
use crate::credentials::{self, Invitation};
use crate::error::DeskError;
use crate::records::{self, Body, Saved};
use crate::{Desk, names};

/// What the command line says of a new user.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The e-mail address to sign in with.
    pub email: String,
    /// The person's name.
    pub full_name: String,
    /// Whether it is an unrestricted administrator.
    pub admin: bool,
}

/// Makes a user.
///
/// # Errors
/// [`DeskError::Invalid`], [`DeskError::Unavailable`].
pub async fn create(desk: &Desk, new: &NewUser, password: &SecretString) -> Result<Saved, DeskError> {
    let grant = Caller::system().grant(&USER, Operation::Create)?;
    let body = json!({
        "Email": new.email, "FullName": new.full_name, "IsAdmin": new.admin, "APIAccess": true,
        "NewPassword": password.expose_secret(),
    });
    records::create(desk, &grant, &object(body)).await
}

/// Sets a user's password, which ends all of the user's tokens.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Invalid`], [`DeskError::Unavailable`].
pub async fn set_password(desk: &Desk, email: &str, password: &SecretString) -> Result<(), DeskError> {
    edit(desk, email, json!({ "NewPassword": password.expose_secret() })).await
}

/// Makes a link with which a user sets a password.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Invalid`] if the user may not sign in, [`DeskError::Unavailable`].
pub async fn invite(desk: &Desk, email: &str) -> Result<Invitation, DeskError> {
    let user = by_email(desk, email).await?;
    let grant = Caller::system().grant(&USER, Operation::Edit)?;
    credentials::invite(desk, &grant, user.id()).await
}

/// Takes from a user the right to sign in, at once.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Unavailable`].
pub async fn disable(desk: &Desk, email: &str) -> Result<(), DeskError> {
    edit(desk, email, json!({ "Active": false })).await
}

/// Takes away the second factor of a user who has lost it, recovery codes too.
///
/// # Errors
/// [`DeskError::NotFound`], [`DeskError::Unavailable`].
pub async fn take_second_factor(desk: &Desk, email: &str) -> Result<(), DeskError> {
    edit(desk, email, json!({ "TwoFactorEnabled": false })).await
}

/// The record of who asks.
///
/// # Errors
/// [`DeskError::NotFound`] for the desk itself, [`DeskError::Unavailable`].
pub async fn me(desk: &Desk, caller: &Caller) -> Result<Record, DeskError> {
    let id = caller.principal().user_id.ok_or(DeskError::NotFound)?;
    let found = desk.store().select(&Query::by_id(&USER, Scope::All, id)).await?.pop();
    found.ok_or(DeskError::NotFound)
}

/// All users, by id.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn list(desk: &Desk) -> Result<Vec<Record>, DeskError> {
    let mut users: Vec<Record> = Vec::new();
    loop {
        let page = page(desk, users.last().map_or(0, Record::id)).await?;
        if page.is_empty() {
            return Ok(users);
        }
        users.extend(page);
    }
}

async fn page(desk: &Desk, after: i64) -> Result<Vec<Record>, DeskError> {
    let query = Query::all(&USER, Scope::All, 500)
        .filter(proofdesk_domain::entity::ID, proofdesk_domain::list::Test::AtLeast(after + 1));
    Ok(desk.store().select(&query).await?)
}

/// Brings the sign-in names that an older desk wrote into the form in which they are compared now. Gives the users for whom
/// that can't be done, because it would be another user's: they can't sign in until one of the two has another address.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn renew_logins(desk: &Desk) -> Result<Vec<i64>, DeskError> {
    let (mut taken, mut after) = (Vec::new(), 0);
    loop {
        let page = page(desk, after).await?;
        let Some(last) = page.last() else { return Ok(taken) };
        after = last.id();
        for user in page {
            let login = names::fold(user.text(user::EMAIL).unwrap_or_default());
            if user.text(user::LOGIN) != Some(login.as_str()) && !renew_login(desk, &user, &login).await? {
                taken.push(user.id());
            }
        }
    }
}

/// Whether it could be done, or somebody else has changed the user meanwhile.
async fn renew_login(desk: &Desk, user: &Record, login: &str) -> Result<bool, DeskError> {
    let grant = Caller::system().grant(&USER, Operation::Edit)?;
    let mut transaction = Transaction::default();
    records::change(desk, &grant, &mut transaction, user, &mut user.clone().with(user::LOGIN, login));
    match desk.commit(transaction).await {
        Ok(_) | Err(DeskError::Conflict) => Ok(true),
        Err(DeskError::Invalid(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Makes the administrator of a desk that has no users yet. Gives the password if it was made up here.
///
/// # Errors
/// [`DeskError::Invalid`] if the password or the address is no good, [`DeskError::Unavailable`].
pub async fn first_administrator(
    desk: &Desk,
    email: &str,
    password: Option<SecretString>,
) -> Result<Option<FirstAdministrator>, DeskError> {
    if !desk.store().select(&Query::all(&USER, Scope::All, 1)).await?.is_empty() {
        return Ok(None);
    }
    let made_up = password.is_none();
    let password = password.unwrap_or_else(|| make_up(desk));
    let new = NewUser { email: email.to_owned(), full_name: "Administrator".to_owned(), admin: true };
    create(desk, &new, &password).await?;
    Ok(Some(FirstAdministrator { email: email.to_owned(), made_up: made_up.then_some(password) }))
}

/// The administrator of the first start.
pub struct FirstAdministrator {
    /// The e-mail address to sign in with.
    pub email: String,
    /// The password, if it was made up: shown once.
    pub made_up: Option<SecretString>,
}

/// A password of 144 random bits.
pub fn make_up(desk: &Desk) -> SecretString {
    let mut bytes = [0; 18];
    desk.random().fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes).into()
}

/// The user with this e-mail address.
pub(crate) async fn by_email(desk: &Desk, email: &str) -> Result<Record, DeskError> {
    let query = Query::all(&USER, Scope::All, 1).equals(user::LOGIN, names::fold(email));
    desk.store().select(&query).await?.pop().ok_or(DeskError::NotFound)
}

async fn edit(desk: &Desk, email: &str, change: serde_json::Value) -> Result<(), DeskError> {
    let user = by_email(desk, email).await?;
    let grant = Caller::system().grant(&USER, Operation::Edit)?;
    records::update(desk, &grant, Write::Merge, Some(user.id()), &object(change)).await.map(drop)
}

fn object(body: serde_json::Value) -> Body {
    if let serde_json::Value::Object(body) = body { body } else { Body::new() }
}
