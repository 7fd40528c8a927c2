//! Who may set another user's password or sign-in address: with either, one signs in as that user. So it takes all the
//! rights that the user has, at every location, also at those that the two don't share.

use proofdesk_domain::draft::{Draft, Write};
use proofdesk_domain::entities::{user, user::USER, user_role::USER_ROLE};
use proofdesk_domain::entity::{FieldIndex, ID};
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::validation::FieldError;
use proofdesk_store::{Query, Transaction};
use secrecy::ExposeSecret;

use super::{Body, prepare};
use crate::caller::Grant;
use crate::error::DeskError;
use crate::references::exceeds;
use crate::{Desk, accounts};

/// What is wrong with the sign-in data that a change sets; the user's bundles of roles are guarded in its transaction.
pub(super) async fn check(
    desk: &Desk,
    grant: &Grant,
    before: Option<&Record>,
    draft: &Draft,
    after: &Record,
    transaction: &mut Transaction,
) -> Result<Vec<FieldError>, DeskError> {
    let principal = grant.caller().principal();
    let others = before.filter(|before| before.entity() == &USER && principal.user_id != Some(before.id()));
    let Some(before) = others.filter(|_| !principal.is_unrestricted()) else { return Ok(Vec::new()) };
    let set = sets(before, draft, after);
    if set.is_empty() || !has_more(desk, grant, before, transaction).await? {
        return Ok(Vec::new());
    }
    let error =
        |field| FieldError::new(USER.field(field).name, "is of a user with rights that you don't have");
    Ok(set.into_iter().map(error).collect())
}

/// Whether the caller may set how a user signs in; the user's rights are guarded in the transaction.
///
/// # Errors
/// [`DeskError::Invalid`] if not.
pub(crate) async fn may_set_sign_in(
    desk: &Desk,
    grant: &Grant,
    user: &Record,
    transaction: &mut Transaction,
) -> Result<(), DeskError> {
    let password = accounts::make_up(desk);
    let mut body = Body::new();
    body.insert(USER.field(user::NEW_PASSWORD).name.to_owned(), password.expose_secret().into());
    let (draft, errors) = Draft::parse(&USER, Write::Merge, &body);
    prepare(desk, grant, Some(user), &draft, errors, transaction).await.map(drop)
}

fn sets(before: &Record, draft: &Draft, after: &Record) -> Vec<FieldIndex> {
    let password = draft.text(user::NEW_PASSWORD).map(|_| user::NEW_PASSWORD);
    let email = (before.get(user::LOGIN) != after.get(user::LOGIN)).then_some(user::EMAIL);
    password.into_iter().chain(email).collect()
}

/// Whether a user has a role at a location where the caller doesn't have it.
async fn has_more(
    desk: &Desk,
    grant: &Grant,
    user: &Record,
    transaction: &mut Transaction,
) -> Result<bool, DeskError> {
    let ids = user.list(user::USER_ROLES).to_vec();
    let query = Query::all(&USER_ROLE, Scope::All, ids.len().max(1) as u32).filter(ID, Test::OneOf(ids));
    let bundles = desk.store().select(&query).await?;
    for bundle in &bundles {
        transaction.unchanged(bundle);
    }
    Ok(bundles.iter().any(|bundle| exceeds(grant.caller().principal(), bundle)))
}
