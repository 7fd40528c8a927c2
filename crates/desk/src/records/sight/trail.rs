//! Values of audit entries: what a person has at another location is no more shown there than on the person itself.

use std::collections::{BTreeMap, BTreeSet};

use proofdesk_domain::entities::{self, audit_entry, audit_values, audit_values::AUDIT_VALUES};
use proofdesk_domain::entity::{Entity, FieldIndex};
use proofdesk_domain::list::{Filter, Test, fold};
use proofdesk_domain::path::Path;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use serde_json::{Map, Value as Json};

use super::{leads_away, seen};
use crate::Desk;
use crate::error::DeskError;

/// The ids that may be shown, by the name of what they are ids of.
type Seen = BTreeMap<&'static str, BTreeSet<i64>>;

/// Takes out of the values before and after what leads to somewhere outside of a scope.
pub(super) async fn clip(desk: &Desk, scope: &Scope, entries: &mut [Record]) -> Result<(), DeskError> {
    let mut led: BTreeMap<&'static str, (&'static Entity, BTreeSet<i64>)> = BTreeMap::new();
    each(entries, |to, value| {
        led.entry(to.name).or_insert_with(|| (to, BTreeSet::new())).1.extend(ids(value));
        false
    });
    let mut shown = Seen::new();
    for (name, (to, ids)) in led {
        shown.insert(name, seen(desk, scope, to, ids).await?);
    }
    let is_shown = |to: &Entity, id: &Json| {
        id.as_i64().is_some_and(|id| shown.get(to.name).is_some_and(|shown| shown.contains(&id)))
    };
    each(entries, |to, value| match value {
        Json::Array(all) => {
            let before = all.len();
            all.retain(|id| is_shown(to, id));
            all.len() != before
        }
        Json::Number(_) if !is_shown(to, value) => {
            *value = Json::Null;
            true
        }
        _ => false,
    });
    Ok(())
}

/// Looks at each value that may lead away, with what it leads to; `look` says whether it changed it.
fn each(entries: &mut [Record], mut look: impl FnMut(&'static Entity, &mut Json) -> bool) {
    for entry in entries {
        let name = entry.text(audit_entry::ENTITY).unwrap_or_default();
        let Some(entity) = entities::all().find(|entity| entity.name == name) else { continue };
        for index in [audit_entry::OLD_VALUE, audit_entry::NEW_VALUE] {
            let text = entry.text(index).unwrap_or_default();
            let Ok(mut values) = serde_json::from_str::<Map<String, Json>>(text) else { continue };
            let mut changed = false;
            for field in entity.fields {
                let (Some(to), Some(value)) = (leads_away(entity, field), values.get_mut(field.name)) else {
                    continue;
                };
                changed |= look(to, value);
            }
            if changed {
                entry.set(index, Json::Object(values).to_string());
            }
        }
    }
}

/// Whether that is a field of the values that [`clip`] may change.
pub(super) fn is_clipped(entity: &Entity, index: FieldIndex) -> bool {
    entity == &AUDIT_VALUES && [audit_values::OLD_VALUE, audit_values::NEW_VALUE].contains(&index)
}

/// What a search in the values must leave out: entries about what leads to another location, of which more is kept than is
/// shown.
pub(super) fn searched() -> impl Iterator<Item = Filter> {
    let fields = entities::all().flat_map(|entity| entity.fields.iter().map(move |field| (entity, field)));
    let hidden = fields.filter(|(entity, field)| leads_away(entity, field).is_some());
    hidden.map(|(_, field)| Filter {
        path: Path::own(audit_entry::PROPERTIES),
        test: Test::Lacks(fold(field.name)),
    })
}

fn ids(value: &Json) -> Vec<i64> {
    let one = value.as_i64();
    one.into_iter().chain(value.as_array().into_iter().flatten().filter_map(Json::as_i64)).collect()
}
