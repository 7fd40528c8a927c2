//! Customers and users that several locations know. What such a person has at another location isn't shown to a caller of this
//! one, isn't found by a search, and isn't lost by a write: neither the location itself, nor bundles of roles and users there.

mod trail;

use std::collections::BTreeSet;

use proofdesk_domain::entities::audit_entry::AUDIT_ENTRY;
use proofdesk_domain::entities::business::BUSINESS;
use proofdesk_domain::entity::{Access, Entity, Field, FieldIndex, ID, Kind, Tenancy};
use proofdesk_domain::list::{Filter, ListRequest, Test};
use proofdesk_domain::path::{Path, referred};
use proofdesk_domain::personal;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::Query;

use crate::error::DeskError;
use crate::{Desk, erasure};

/// How many ids are asked for at one time.
const PAGE: usize = 1000;

/// What a field of a person leads to, if that may be another location's.
fn leads_away(entity: &Entity, field: &Field) -> Option<&'static Entity> {
    let (Kind::Reference(to) | Kind::List(to)) = field.kind else { return None };
    let shared = matches!(entity.tenancy, Tenancy::Members(_)) && field.access != Access::Hidden;
    shared.then_some(to)
}

/// The ids in a value of such a field.
fn ids_of(value: &Value) -> Vec<i64> {
    value.as_int().map_or_else(|| value.as_list().to_vec(), |id| vec![id])
}

/// Those of some records that are within a scope.
async fn seen(
    desk: &Desk,
    scope: &Scope,
    to: &'static Entity,
    ids: BTreeSet<i64>,
) -> Result<BTreeSet<i64>, DeskError> {
    if to == &BUSINESS || ids.is_empty() {
        return Ok(ids.into_iter().filter(|id| scope.covers(*id)).collect());
    }
    let (ids, mut seen): (Vec<i64>, _) = (ids.into_iter().collect(), BTreeSet::new());
    for some in ids.chunks(PAGE) {
        let query = Query::all(to, scope.clone(), PAGE as u32).filter(ID, Test::OneOf(some.to_vec()));
        seen.extend(desk.store().select(&query).await?.iter().map(Record::id));
    }
    Ok(seen)
}

/// All records within a scope.
async fn all_seen(desk: &Desk, businesses: &[i64], to: &'static Entity) -> Result<Vec<i64>, DeskError> {
    if to == &BUSINESS {
        return Ok(businesses.to_vec());
    }
    let mut ids: Vec<i64> = Vec::new();
    loop {
        let after = Test::AtLeast(ids.last().map_or(0, |last| last + 1));
        let scope = Scope::of(businesses.iter().copied());
        let page = desk.store().select(&Query::all(to, scope, PAGE as u32).filter(ID, after)).await?;
        ids.extend(page.iter().map(Record::id));
        if page.len() < PAGE {
            return Ok(ids);
        }
    }
}

/// Records as a caller with this scope may see them.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub(crate) async fn visible(
    desk: &Desk,
    scope: &Scope,
    mut records: Vec<Record>,
) -> Result<Vec<Record>, DeskError> {
    for record in records.iter_mut().filter(|record| erasure::erased_on(record).is_some()) {
        personal::hide(record);
    }
    let (Scope::Businesses(_), Some(first)) = (scope, records.first()) else { return Ok(records) };
    let entity = first.entity();
    if entity == &AUDIT_ENTRY {
        trail::clip(desk, scope, &mut records).await?;
        return Ok(records);
    }
    for (place, field) in entity.fields.iter().enumerate() {
        let (index, Some(to)) = (FieldIndex(place), leads_away(entity, field)) else { continue };
        let ids = records.iter().flat_map(|record| ids_of(record.get(index))).collect();
        let seen = seen(desk, scope, to, ids).await?;
        for record in &mut records {
            let kept = ids_of(record.get(index)).into_iter().filter(|id| seen.contains(id));
            let kept: Vec<i64> = kept.collect();
            match field.kind {
                Kind::List(_) => record.set(index, Value::List(kept)),
                _ => record.set(index, kept.first().copied()),
            }
        }
    }
    Ok(records)
}

/// Puts back what a caller can't have meant to take away, because it wasn't shown.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub(crate) async fn keep_unseen(
    desk: &Desk,
    scope: &Scope,
    before: &Record,
    after: &mut Record,
    index: FieldIndex,
) -> Result<(), DeskError> {
    let field = before.entity().field(index);
    let (Scope::Businesses(_), Some(to)) = (scope, leads_away(before.entity(), field)) else { return Ok(()) };
    let old = ids_of(before.get(index));
    let seen = seen(desk, scope, to, old.iter().copied().collect()).await?;
    let unseen: Vec<i64> = old.into_iter().filter(|id| !seen.contains(id)).collect();
    match field.kind {
        Kind::List(_) => {
            let all: BTreeSet<i64> = after.list(index).iter().copied().chain(unseen).collect();
            after.set(index, Value::List(all.into_iter().collect()));
        }
        _ if after.get(index).is_null() => after.set(index, unseen.first().copied()),
        _ => {}
    }
    Ok(())
}

/// Adds to a search what keeps it from finding persons by what they have elsewhere.
///
/// # Errors
/// [`DeskError::Unavailable`].
pub(super) async fn narrow(
    desk: &Desk,
    scope: &Scope,
    root: &'static Entity,
    request: &mut ListRequest,
) -> Result<(), DeskError> {
    let Scope::Businesses(businesses) = scope else { return Ok(()) };
    let mut more = Vec::new();
    for Filter { path, test } in &request.filters {
        let mut entity = root;
        for (place, index) in path.hops.iter().chain([&path.last]).enumerate() {
            let field = entity.field(*index);
            entity = referred(field).unwrap_or(entity);
            let owner = Path { hops: path.hops[..place].to_vec(), last: *index };
            if root == &AUDIT_ENTRY && trail::is_clipped(owner.target(root), *index) {
                more.extend(trail::searched());
            }
            let Some(to) = leads_away(owner.target(root), field) else { continue };
            more.push(match test {
                Test::Holds(id) if place == path.hops.len() => {
                    let seen = seen(desk, scope, to, BTreeSet::from([*id])).await?;
                    // No record has the id 0.
                    if seen.is_empty() {
                        Filter { path: Path::own(ID), test: Test::Equals(Value::Int(0)) }
                    } else {
                        continue;
                    }
                }
                _ => Filter { path: owner, test: Test::OneOf(all_seen(desk, businesses, to).await?) },
            });
        }
    }
    request.filters.extend(more);
    Ok(())
}
