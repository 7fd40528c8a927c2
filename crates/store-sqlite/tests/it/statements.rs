//! Every statement that can be made is one that SQLite understands with this schema.

use proofdesk_domain::entities;
use proofdesk_domain::entity::{Entity, FieldIndex, Kind, Source};
use proofdesk_domain::list::{Filter, Order, Page, Test};
use proofdesk_domain::path::{Path, referred};
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Guard, Query};
use proofdesk_store_sql::{Dialect, Lock, Plan};
use rusqlite::Connection;

use crate::plans::migrated;

/// Every path that a filter may have: each field, and each field through each reference.
fn paths(entity: &'static Entity) -> Vec<Path> {
    let mut paths = Vec::new();
    for place in 0..entity.fields.len() {
        paths.extend(entity.path_to(FieldIndex(place)));
        for nested in 0..referred(&entity.fields[place]).map_or(0, |other| other.fields.len()) {
            paths.extend(entity.path_through(FieldIndex(place), FieldIndex(nested)));
        }
    }
    paths
}

fn scopes() -> [Scope; 5] {
    [Scope::All, Scope::of([]), Scope::of([1]), Scope::of([1, 2]), Scope::of(1..=20)]
}

fn tests() -> [Test; 9] {
    [
        Test::Equals(Value::Null),
        Test::Equals(1.into()),
        Test::Equals("x".into()),
        Test::Contains("x".to_owned()),
        Test::Lacks("x".to_owned()),
        Test::AtLeast(1),
        Test::AtMost(1),
        Test::OneOf(vec![1, 2]),
        Test::Holds(1),
    ]
}

/// Prepares a statement, and checks that it has as many placeholders as parameters.
fn prepare(connection: &Connection, sql: &str, parameters: usize) {
    let statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    assert_eq!(statement.parameter_count(), parameters, "{sql}");
}

fn prepare_query(connection: &Connection, query: &Query) -> usize {
    let plan = Plan::of(Dialect::Sqlite, query.entity).unwrap();
    let statements = [plan.select(query, None), plan.select(query, Some(1000)), plan.count(query)];
    let made = statements.into_iter().flatten();
    made.map(|statement| prepare(connection, &statement.sql, statement.parameters.len())).count()
}

#[test]
fn every_filter_of_every_entity() {
    let (_folder, connection) = migrated();
    let mut made = 0;
    for entity in entities::all() {
        for path in paths(entity) {
            for test in tests() {
                let mut query = Query::all(entity, Scope::of([1]), 10);
                if entity.path.is_empty() {
                    query.scope = Scope::All;
                }
                query.filters.push(Filter { path: path.clone(), test });
                made += prepare_query(&connection, &query);
            }
        }
    }
    assert!(made > 5000, "{made}");
}

#[test]
fn every_order_of_every_entity_in_every_scope() {
    let (_folder, connection) = migrated();
    let mut made = 0;
    for entity in entities::all() {
        for scope in scopes() {
            for path in paths(entity) {
                if matches!(path.field(entity).source, Source::Column(_)) {
                    let order = Order { field: path.last, path, descending: made % 2 == 0 };
                    let mut query = Query { order, ..Query::all(entity, scope.clone(), 10) };
                    query.page = Page { number: 1 + made as u64 % 90, size: 10 };
                    made += prepare_query(&connection, &query);
                }
            }
            made += prepare_query(&connection, &Query::by_id(entity, scope, 1));
        }
    }
    assert!(made > 1000, "{made}");
}

#[test]
fn every_write_and_guard_of_every_entity() {
    let (_folder, connection) = migrated();
    for entity in entities::all() {
        let plan = Plan::of(Dialect::Sqlite, entity).unwrap();
        let record = proofdesk_domain::record::Record::empty(entity);
        prepare(&connection, plan.insert(), plan.insert_parameters(&record, &[]).unwrap().len());
        prepare(&connection, plan.update(), plan.update_parameters(&record, &[]).unwrap().len());
        prepare(&connection, plan.delete(), 1);
        prepare(&connection, plan.stored(), 1);
        for list in plan.lists() {
            prepare(&connection, &list.remove, 2);
            prepare(&connection, &list.add, 2);
        }
        for (place, field) in entity.fields.iter().enumerate() {
            let guard = Guard { entity, id: 1, field: FieldIndex(place), value: Value::Null };
            match (field.column(), plan.guard(&guard, Lock::Update)) {
                (Some(_), Ok(statement)) => prepare(&connection, &statement.sql, 2),
                (None, Err(_)) => {}
                (column, _) => panic!("{}.{} {column:?}", entity.name, field.name),
            }
        }
    }
}

/// Flags and enumerations are never null, and have their columns in every table.
#[test]
fn flags_and_enumerations_have_defaults() {
    let (_folder, connection) = migrated();
    for entity in entities::all() {
        for field in entity.fields {
            let (Some(column), Kind::Flag | Kind::Enumeration(_)) = (field.column(), field.kind) else {
                continue;
            };
            let sql = "SELECT \"notnull\" = 1 AND dflt_value = '0' FROM pragma_table_info(?) WHERE name = ?";
            let set: bool = connection.query_row(sql, [entity.table, column], |row| row.get(0)).unwrap();
            assert!(set, "{}.{column}", entity.table);
        }
    }
}
