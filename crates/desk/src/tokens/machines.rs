//! The client credentials grant (RFC 6749 section 4.4): a program signs in for itself.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use proofdesk_domain::entities::client;
use proofdesk_domain::entities::token::TokenKind;
use proofdesk_domain::entities::{token, user, user::USER};
use proofdesk_domain::enumeration::AuditType;
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::Role;
use proofdesk_domain::scope::Scope;
use proofdesk_store::{Query, Transaction};
use secrecy::SecretString;

use super::grants::{Family, Issued, note, record, row};
use super::{hash, new_token, principal};
use crate::caller::{Origin, Principal};
use crate::error::DeskError;
use crate::{Desk, clients, retrying};

/// An access token for a program. `scope` names roles, with spaces between; without it the token opens all that the
/// program's user may do.
///
/// # Errors
/// [`DeskError::InvalidClient`] if the credentials are no good, [`DeskError::InvalidScope`] if a role isn't there or isn't
/// held anywhere, [`DeskError::Unavailable`].
pub async fn client_grant(
    desk: &Desk,
    origin: &Origin,
    client_id: &str,
    secret: &SecretString,
    scope: Option<&str>,
) -> Result<Issued, DeskError> {
    retrying(|| async {
        let Some(machine) = authenticated(desk, client_id, secret).await? else {
            note(desk, origin, None, AuditType::Denied, "A machine client was refused").await?;
            return Err(DeskError::InvalidClient);
        };
        let roles = scope.map(|scope| roles(scope, &machine.principal)).transpose()?;
        let seconds = desk.settings().client_token_seconds;
        let access = new_token(desk.random());
        let started_on = desk.now().as_second();
        let id = desk.random().uuid().into();
        let family = Family { id, user: &machine.user, client: client_id, started_on };
        let scope = roles.as_ref().map(|roles| names(roles));
        let numbers = roles.map(|roles| numbers(&roles));
        let row = row(desk, &family, TokenKind::Access, &access, seconds)
            .with(token::MACHINE_ID, machine.client.id())
            .with(token::SCOPE, numbers);
        let mut transaction = Transaction::default();
        // Not if the client was ended, or got a new secret, since it was looked at.
        for field in [client::SECRET_HASH, client::ACTIVE] {
            transaction.holds(&machine.client, field, machine.client.get(field).clone());
        }
        transaction.insert(row);
        let text = "Signed in as a machine client";
        record(desk, &mut transaction, origin, Some(&machine.user), AuditType::SignIn, text);
        desk.commit(transaction).await?;
        let scope = scope.or_else(|| Some(machine.principal.role_names().join(" ")));
        Ok(Issued { access, refresh: None, expires_in: seconds, scope })
    })
    .await
}

/// A program that proved who it is.
pub(super) struct Machine {
    client: Record,
    user: Record,
    /// What its user may do.
    pub(super) principal: Principal,
}

/// The program with these credentials; None if they are no good, or it or its user may not sign in.
pub(super) async fn authenticated(
    desk: &Desk,
    client_id: &str,
    secret: &SecretString,
) -> Result<Option<Machine>, DeskError> {
    let found = clients::find(desk, client_id).await?;
    let Some(client) = found.filter(|client| client.flag(client::ACTIVE) && has(client, secret)) else {
        return Ok(None);
    };
    let query = Query::by_id(&USER, Scope::All, client.int(client::USER_ID).unwrap_or(0));
    let user = desk.store().select(&query).await?.pop();
    let Some(user) = user.filter(|user| user.flag(user::API_ACCESS)) else { return Ok(None) };
    let principal = principal(desk, &user).await?;
    Ok(principal.map(|principal| Machine { client, user, principal }))
}

fn has(client: &Record, secret: &SecretString) -> bool {
    let kept = client.text(client::SECRET_HASH).unwrap_or_default();
    verify_slices_are_equal(kept.as_bytes(), hash(secret).as_bytes()).is_ok()
}

/// The roles that a scope names.
fn roles(scope: &str, principal: &Principal) -> Result<Vec<Role>, DeskError> {
    let held = principal.role_names();
    let named = |name: &str| Role::from_name(name).filter(|role| held.contains(&role.name()));
    let roles: Option<Vec<Role>> = scope.split(' ').filter(|name| !name.is_empty()).map(named).collect();
    roles.filter(|roles| !roles.is_empty()).ok_or(DeskError::InvalidScope)
}

fn names(roles: &[Role]) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(" ")
}

fn numbers(roles: &[Role]) -> String {
    roles.iter().map(|role| role.number().to_string()).collect::<Vec<_>>().join(" ")
}

/// What a user may do with a token: all, or the roles that the token is narrowed to.
pub(super) fn narrowed(principal: Principal, token: &Record) -> Principal {
    let Some(scope) = token.text(token::SCOPE) else { return principal };
    let roles: Vec<Role> =
        scope.split(' ').filter_map(|number| number.parse().ok()).filter_map(Role::from_number).collect();
    principal.narrowed(&roles)
}
