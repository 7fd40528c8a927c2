//! What somebody may do, as a page tells it.

use proofdesk_domain::entities::user;
use proofdesk_domain::entities::user_role::{self, USER_ROLE};
use proofdesk_domain::entity::ID;
use proofdesk_domain::list::Test;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::Query;

use crate::caller::Caller;
use crate::error::DeskError;
use crate::{Desk, accounts};

/// What somebody may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Whether it is an administrator without limits.
    pub everything: bool,
    /// The bundles of roles that hold, by location.
    pub bundles: Vec<Bundle>,
}

/// A bundle of roles, at a location.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bundle {
    /// The location's name.
    pub business: String,
    /// What the bundle is called.
    pub name: String,
}

/// What the caller may do. A bundle holds at a location that is one of the caller's.
///
/// # Errors
/// [`DeskError::NotFound`] for the desk itself, [`DeskError::Unavailable`].
pub async fn of(desk: &Desk, caller: &Caller) -> Result<Rights, DeskError> {
    let user = accounts::me(desk, caller).await?;
    let ids = user.list(user::USER_ROLES).to_vec();
    let query = Query::all(&USER_ROLE, Scope::All, ids.len().max(1) as u32).filter(ID, Test::OneOf(ids));
    let holds = |bundle: &Record| {
        let business = bundle.int(user_role::BUSINESS_ID).unwrap_or(0);
        user.list(user::BUSINESSES).contains(&business)
    };
    let text = |bundle: &Record, field| bundle.text(field).unwrap_or_default().to_owned();
    let found = desk.store().select(&query).await?;
    let mut bundles: Vec<Bundle> = found
        .iter()
        .filter(|bundle| holds(bundle))
        .map(|bundle| Bundle {
            business: text(bundle, user_role::BUSINESS_NAME),
            name: text(bundle, user_role::NAME),
        })
        .collect();
    bundles.sort();
    Ok(Rights { everything: caller.principal().is_unrestricted(), bundles })
}
