//! From what an issuer says of a person's roles to a user's rights here. What was given by hand stays as it is.

use std::collections::BTreeSet;

use proofdesk_domain::entities::identity;
use proofdesk_domain::entities::{business, business::BUSINESS, user, user_role, user_role::USER_ROLE};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_store::Query;
use serde_json::{Map, Value as Json};

use super::{Settings, claims};
use crate::Desk;
use crate::error::DeskError;

/// What one value of the roles' claim gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// The administrator's flag; with no bundle of roles it is everything.
    Administrator,
    /// A bundle of roles, by its name, at a location, by its name or id.
    Bundle {
        /// The bundle's name.
        bundle: String,
        /// The location's name or id.
        business: String,
    },
}

/// Rights, as ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) admin: bool,
    pub(super) bundles: BTreeSet<i64>,
    pub(super) businesses: BTreeSet<i64>,
}

/// What the claims give. A name that nothing bears gives nothing, and is logged.
pub(super) async fn wanted(
    desk: &Desk,
    settings: &Settings,
    claim: &str,
    said: &Map<String, Json>,
) -> Result<Rights, DeskError> {
    let mut rights = Rights::default();
    let values: BTreeSet<String> = claims::texts(said, claim).into_iter().collect();
    let given = settings.roles.iter().filter(|(value, _)| values.contains(*value));
    for given in given.flat_map(|(_, given)| given) {
        match given {
            Given::Administrator => rights.admin = true,
            Given::Bundle { bundle, business } => {
                if let Some((bundle, business)) = found(desk, bundle, business).await? {
                    rights.bundles.insert(bundle);
                    rights.businesses.insert(business);
                } else {
                    tracing::warn!(bundle, business, "oidc.roles names what is not there");
                }
            }
        }
    }
    Ok(rights)
}

/// What `oidc.roles` names that isn't there: bundle and location of each.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub async fn missing_roles(desk: &Desk) -> Result<Vec<(String, String)>, DeskError> {
    let mut missing = Vec::new();
    for given in desk.settings().oidc.iter().flat_map(|settings| settings.roles.values().flatten()) {
        if let Given::Bundle { bundle, business } = given
            && found(desk, bundle, business).await?.is_none()
        {
            missing.push((bundle.clone(), business.clone()));
        }
    }
    Ok(missing)
}

/// The ids of a bundle and its location. A name that several bear is nobody's.
async fn found(desk: &Desk, bundle: &str, business: &str) -> Result<Option<(i64, i64)>, DeskError> {
    let query = match business.parse::<i64>() {
        Ok(id) => Query::by_id(&BUSINESS, Scope::All, id),
        Err(_) => Query::all(&BUSINESS, Scope::All, 2).equals(business::NAME, business),
    };
    let Some(business) = only(desk.store().select(&query).await?) else { return Ok(None) };
    let query = Query::all(&USER_ROLE, Scope::All, 2)
        .equals(user_role::BUSINESS_ID, business.id())
        .equals(user_role::NAME, bundle);
    Ok(only(desk.store().select(&query).await?).map(|bundle| (bundle.id(), business.id())))
}

fn only(mut found: Vec<Record>) -> Option<Record> {
    if found.len() == 1 { found.pop() } else { None }
}

/// What the claims gave at the last sign-in.
pub(super) fn granted(identity: &Record) -> Rights {
    let ids = |field| {
        let text = identity.text(field).unwrap_or_default();
        text.split(' ').filter_map(|id| id.parse().ok()).collect()
    };
    Rights {
        admin: identity.flag(identity::GRANTED_ADMIN),
        bundles: ids(identity::GRANTED_ROLES),
        businesses: ids(identity::GRANTED_BUSINESSES),
    }
}

/// Notes what the claims gave.
pub(super) fn note(identity: &mut Record, rights: &Rights) {
    let text = |ids: &BTreeSet<i64>| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    identity.set(identity::GRANTED_ROLES, text(&rights.bundles));
    identity.set(identity::GRANTED_BUSINESSES, text(&rights.businesses));
    identity.set(identity::GRANTED_ADMIN, rights.admin);
}

/// The rights of a user as they are.
pub(super) fn rights_of(user: &Record) -> Rights {
    Rights {
        admin: user.flag(user::IS_ADMIN),
        bundles: user.list(user::USER_ROLES).iter().copied().collect(),
        businesses: user.list(user::BUSINESSES).iter().copied().collect(),
    }
}

/// Sets the rights of a user.
pub(super) fn set(user: &mut Record, rights: &Rights) {
    user.set(user::IS_ADMIN, rights.admin);
    user.set(user::USER_ROLES, list(&rights.bundles));
    user.set(user::BUSINESSES, list(&rights.businesses));
}

fn list(ids: &BTreeSet<i64>) -> proofdesk_domain::value::Value {
    proofdesk_domain::value::Value::List(ids.iter().copied().collect())
}

/// The rights that a user has from now on, and which of them the claims gave: those that were given by hand are not the claims'
/// to take away, also where the claims name them too.
///
/// An administrator without bundles may do everything, so bundles and the flag don't simply add up:
/// - Whom the claims make an administrator gets no bundles from them, nor does who is everything by hand: that would narrow.
/// - An administrator by hand who loses the last bundle with the claims loses the flag too: that would widen.
pub(super) fn synchronised(now: &Rights, granted: &Rights, wanted: &Rights) -> (Rights, Rights) {
    let by_hand = now.admin && !granted.admin;
    let mut wanted = wanted.clone();
    if wanted.admin || (by_hand && now.bundles.is_empty()) {
        wanted.bundles.clear();
        wanted.businesses.clear();
    }
    let split = |now: &BTreeSet<i64>, granted: &BTreeSet<i64>, wanted: &BTreeSet<i64>| {
        let by_hand: BTreeSet<i64> = now.difference(granted).copied().collect();
        let all: BTreeSet<i64> = by_hand.union(wanted).copied().collect();
        (all, wanted.difference(&by_hand).copied().collect())
    };
    let (bundles, given_bundles) = split(&now.bundles, &granted.bundles, &wanted.bundles);
    let (businesses, given_businesses) = split(&now.businesses, &granted.businesses, &wanted.businesses);
    let would_widen = !now.bundles.is_empty() && bundles.is_empty();
    let stays_by_hand = by_hand && !would_widen;
    let admin = wanted.admin || stays_by_hand;
    let given = Rights {
        admin: wanted.admin && !stays_by_hand,
        bundles: given_bundles,
        businesses: given_businesses,
    };
    (Rights { admin, bundles, businesses }, given)
}

/// Whether something was taken away.
pub(super) fn lost(before: &Rights, after: &Rights) -> bool {
    (before.admin && !after.admin) || !before.bundles.is_subset(&after.bundles)
}
