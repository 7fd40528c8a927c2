//! In which order records come.

use std::sync::Arc;

use proofdesk_domain::entities::{self, business};
use proofdesk_domain::entity::{Entity, FieldIndex, Source};
use proofdesk_domain::list::Order;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::world::{EVERYTHING, World};
use crate::{Query, Store, StoreError};

fn by(entity: &'static Entity, field: FieldIndex, descending: bool) -> Option<Query> {
    let path = entity.path_to(field)?;
    let order = Order { field, path: path.clone(), descending };
    let sortable = matches!(path.field(entity).source, Source::Column(_));
    sortable.then(|| Query { order, ..Query::all(entity, Scope::All, EVERYTHING) })
}

/// Own and derived fields of every kind and entity, and across a page's border.
pub async fn every_field_up_and_down(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    for entity in entities::all() {
        for field in (0..entity.fields.len()).map(FieldIndex) {
            for query in [false, true].into_iter().filter_map(|descending| by(entity, field, descending)) {
                world.check(&query).await?;
                let second = proofdesk_domain::list::Page { number: 2, size: 4 };
                world.check(&Query { page: second, ..query }).await?;
            }
        }
    }
    Ok(())
}

/// Locations with these values in a field, in an order of that field: the places of the values.
async fn ordered(
    store: &Arc<dyn Store>,
    field: FieldIndex,
    values: &[Value],
    descending: bool,
) -> Result<Vec<usize>, StoreError> {
    let mut world = World::empty(Arc::clone(store)).await?;
    for record in world.store.select(&Query::all(&business::BUSINESS, Scope::All, EVERYTHING)).await? {
        world.delete(&record).await?;
    }
    let records = values.iter().enumerate();
    let records = records.map(|(n, value)| world.sample(&business::BUSINESS, n).with(field, value.clone()));
    let ids = world.insert_all(records.collect()).await?;
    let query = by(&business::BUSINESS, field, descending).unwrap_or_else(|| panic!("not sortable"));
    let records = world.store.select(&query).await?;
    let place = |record: &Record| ids.iter().position(|id| *id == record.id());
    Ok(records.iter().filter_map(place).collect())
}

/// Equal values stay in the order of their ids, whichever way the values go.
pub async fn ties_go_by_id_in_both_directions(store: Arc<dyn Store>) -> Outcome {
    let values = [2, 1, 2, 1, 1].map(Value::Int);
    assert_eq!(ordered(&store, business::COUNTRY_ID, &values, false).await?, [1, 3, 4, 0, 2]);
    assert_eq!(ordered(&store, business::COUNTRY_ID, &values, true).await?, [0, 2, 1, 3, 4]);
    Ok(())
}

/// Below the least number and the empty text.
pub async fn nulls_are_smallest(store: Arc<dyn Store>) -> Outcome {
    let numbers = [Value::Int(i64::MIN), Value::Null, Value::Int(5), Value::Null];
    assert_eq!(ordered(&store, business::COUNTRY_ID, &numbers, false).await?, [1, 3, 0, 2]);
    assert_eq!(ordered(&store, business::COUNTRY_ID, &numbers, true).await?, [2, 0, 1, 3]);
    let texts = [Value::from("a"), Value::from(""), Value::Null];
    assert_eq!(ordered(&store, business::WEB_ADDRESS, &texts, false).await?, [2, 1, 0]);
    assert_eq!(ordered(&store, business::WEB_ADDRESS, &texts, true).await?, [0, 1, 2]);
    Ok(())
}

/// By folded texts and their code points: accents after z, punctuation counted, equal when folded is a tie.
pub async fn texts_ignore_case(store: Arc<dyn Store>) -> Outcome {
    let texts = ["banana", "Apple", "ÉCLAIR", "apple", "Zebra", "éclair", "a-b", "ab", "Ωmega", "a b"]
        .map(Value::from);
    assert_eq!(ordered(&store, business::NAME, &texts, false).await?, [9, 6, 7, 1, 3, 0, 4, 2, 5, 8]);
    assert_eq!(ordered(&store, business::NAME, &texts, true).await?, [8, 2, 5, 4, 0, 1, 3, 7, 6, 9]);
    Ok(())
}
