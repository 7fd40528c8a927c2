//! What a filter lets through.

use std::sync::Arc;

use proofdesk_domain::entities::{self, business, check, coworker};
use proofdesk_domain::entity::{Entity, FieldIndex, ID, Kind, Source};
use proofdesk_domain::list::{Filter, Test, fold};
use proofdesk_domain::path::{Path, referred};
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

use super::Outcome;
use super::world::{EVERYTHING, World};
use crate::{Query, Store};

/// Every test that makes sense for a kind of field, about a value that some record has there.
fn tests(kind: Kind, value: &Value) -> Vec<Test> {
    match (kind, value) {
        (Kind::Integer | Kind::Reference(_), Value::Int(n)) => vec![
            Test::Equals(value.clone()),
            Test::AtLeast(*n),
            Test::AtMost(*n),
            Test::OneOf(vec![*n, 1, i64::MAX]),
        ],
        (Kind::Instant, Value::Int(n)) => {
            vec![Test::Equals(value.clone()), Test::AtLeast(*n), Test::AtMost(*n)]
        }
        (Kind::Text(_), Value::Text(text)) => {
            let middle: String = fold(text).chars().skip(1).take(3).collect();
            let equals = Test::Equals(value.clone());
            vec![equals, Test::Contains(fold(text)), Test::Contains(middle.clone()), Test::Lacks(middle)]
        }
        (Kind::List(_) | Kind::RoleNames, Value::List(ids)) => {
            ids.iter().take(2).chain(&[999_999]).map(|id| Test::Holds(*id)).collect()
        }
        (_, Value::Null) => vec![],
        _ => vec![Test::Equals(value.clone())],
    }
}

async fn check(world: &World, entity: &'static Entity, path: &Path, test: Test) -> Outcome {
    let filters = vec![Filter { path: path.clone(), test }];
    world.check(&Query { filters, ..Query::all(entity, Scope::All, EVERYTHING) }).await
}

/// The paths to an entity's own and derived fields.
fn paths(entity: &'static Entity) -> impl Iterator<Item = Path> {
    let stored = move |path: &Path| !matches!(path.field(entity).source, Source::Instruction);
    (0..entity.fields.len()).filter_map(|place| entity.path_to(FieldIndex(place))).filter(stored)
}

/// What records have in a field, a few of them.
fn values(records: &[Record], field: FieldIndex, count: usize) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for record in records {
        let value = record.get(field);
        if values.len() < count && !value.is_null() && !values.contains(value) {
            values.push(value.clone());
        }
    }
    values
}

/// Own and derived fields of all entities; also which records have nothing there.
pub async fn every_test_on_every_field(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    for entity in entities::all() {
        for path in paths(entity) {
            let target = path.target(entity);
            for value in values(&world.model.all(target), path.last, 3) {
                for test in tests(target.field(path.last).kind, &value) {
                    check(&world, entity, &path, test).await?;
                }
            }
            if path.hops.is_empty() && entity.field(path.last).column().is_some() {
                check(&world, entity, &path, Test::Equals(Value::Null)).await?;
            }
        }
    }
    Ok(())
}

/// `{E}_{Reference}_{Property}`: fields of the record referred to, its lists and derived fields included.
pub async fn every_test_through_every_reference(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    for entity in entities::all() {
        for reference in (0..entity.fields.len()).map(FieldIndex) {
            let Some(other) = referred(entity.field(reference)) else { continue };
            for path in
                (0..other.fields.len()).filter_map(|last| entity.path_through(reference, FieldIndex(last)))
            {
                let target = path.target(entity);
                let kind = target.field(path.last).kind;
                for value in values(&world.model.all(target), path.last, 1) {
                    for test in tests(kind, &value).into_iter().take(2) {
                        check(&world, entity, &path, test).await?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Two on one field, two on different fields, through the same and through different references.
pub async fn filters_are_all_required(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    let ids = world.ids(&check::CHECK);
    let all = Query::all(&check::CHECK, Scope::All, EVERYTHING);
    let range = all.clone().filter(ID, Test::AtLeast(ids[2])).filter(ID, Test::AtMost(ids[4]));
    assert_eq!(world.store.list(&range).await?.total, 3);
    let name = |last| Path { hops: vec![check::COWORKER_ID], last };
    let location = Path { hops: vec![check::BUSINESS_ID], last: business::NAME };
    for record in world.model.all(&coworker::COWORKER) {
        let folded = |field| Test::Contains(fold(record.text(field).unwrap_or_default()));
        let mut query = range.clone();
        query.filters.push(Filter { path: name(coworker::FULL_NAME), test: folded(coworker::FULL_NAME) });
        query.filters.push(Filter { path: name(coworker::EMAIL), test: folded(coworker::EMAIL) });
        world.check(&query).await?;
        query.filters.push(Filter { path: location.clone(), test: Test::Contains("a".to_owned()) });
        world.check(&query).await?;
    }
    let never = range.equals(check::BILLED, true).equals(check::BILLED, false);
    assert_eq!(world.store.list(&never).await?.total, 0);
    Ok(())
}

/// `Id=[1,2,3]`: those that are there, each once; none for an empty list.
pub async fn unknown_ids_are_left_out(store: Arc<dyn Store>) -> Outcome {
    let world = World::populated(store).await?;
    let ids = world.ids(&check::CHECK);
    let many: Vec<i64> = (1..=1000).map(|n| n * 1_000_003).chain([ids[0]]).collect();
    for (wanted, expected) in [
        (vec![], vec![]),
        (vec![ids[3], ids[1], ids[3]], vec![ids[1], ids[3]]),
        (vec![0, -1, i64::MIN, i64::MAX], vec![]),
        (many, vec![ids[0]]),
    ] {
        let query = Query::all(&check::CHECK, Scope::All, EVERYTHING).filter(ID, Test::OneOf(wanted));
        let found = world.store.select(&query).await?;
        assert_eq!(found.iter().map(Record::id).collect::<Vec<_>>(), expected);
        assert_eq!(world.store.list(&query).await?.total, expected.len() as u64);
    }
    Ok(())
}

/// From and to, at, below and above; nothing is below the least number, and null is in no range.
pub async fn ranges_include_their_bounds(store: Arc<dyn Store>) -> Outcome {
    let mut world = World::empty(store).await?;
    for (number, n) in
        [Value::Int(i64::MIN), Value::Int(9), Value::Int(10), Value::Null].into_iter().enumerate()
    {
        world.insert(world.sample(&business::BUSINESS, number).with(business::COUNTRY_ID, n)).await?;
    }
    for (test, expected) in [
        (Test::AtLeast(9), 2),
        (Test::AtLeast(10), 1),
        (Test::AtLeast(11), 0),
        (Test::AtMost(10), 3),
        (Test::AtMost(9), 2),
        (Test::AtMost(8), 1),
        (Test::AtMost(i64::MIN), 1),
        (Test::AtLeast(i64::MIN), 3),
        (Test::AtMost(i64::MAX), 3),
        (Test::AtLeast(i64::MAX), 0),
    ] {
        let query = Query::all(&business::BUSINESS, Scope::All, 9).filter(business::COUNTRY_ID, test.clone());
        assert_eq!(world.store.list(&query).await?.total, expected, "{test:?}");
    }
    Ok(())
}
