use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proofdesk_domain::entities;
use proofdesk_domain::entity::{Entity, FieldIndex, ID, Kind, Source};
use proofdesk_domain::list::{Filter, Order, Page, Test};
use proofdesk_domain::path::{self, referred};
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Guard, Query};
use proofdesk_store_sql::{Dialect, Lock, Plan};

use crate::support::{client, fresh, migrated};

/// All paths from an entity that a caller can name.
fn paths(entity: &'static Entity) -> Vec<path::Path> {
    let fields = |entity: &'static Entity| (0..entity.fields.len()).map(FieldIndex);
    let own = fields(entity).filter_map(|field| entity.path_to(field));
    let through =
        fields(entity).filter_map(|reference| Some((reference, referred(entity.field(reference))?)));
    let nested = through.flat_map(|(reference, other)| {
        fields(other).filter_map(move |last| entity.path_through(reference, last))
    });
    own.chain(nested).collect()
}

fn tests(kind: Kind) -> Vec<Test> {
    match kind {
        Kind::Integer | Kind::Instant | Kind::Reference(_) => vec![
            Test::Equals(Value::Int(1)),
            Test::Equals(Value::Null),
            Test::AtLeast(1),
            Test::AtMost(1),
            Test::OneOf(vec![1, 2]),
        ],
        Kind::Text(_) | Kind::Guid => {
            vec![Test::Equals("a".into()), Test::Contains("a".to_owned()), Test::Lacks("a".to_owned())]
        }
        Kind::Flag | Kind::Enumeration(_) => vec![Test::Equals(Value::Int(1))],
        Kind::List(_) | Kind::RoleNames => vec![Test::Holds(1)],
    }
}

/// Every scope, filter, order and window of an entity, one at a time and some together.
fn queries(entity: &'static Entity) -> Vec<Query> {
    let all = || Query::all(entity, Scope::All, 10);
    let mut queries = Vec::new();
    for scope in [Scope::All, Scope::of([1]), Scope::of([1, 2])] {
        queries.push(Query::by_id(entity, scope.clone(), 1));
        for number in [1, 5, 99] {
            let page = Page { number, size: 10 };
            queries.push(Query { scope: scope.clone(), page, ..all() }.filter(ID, Test::AtLeast(1)));
        }
    }
    for path in paths(entity) {
        let field = path.field(entity);
        for test in tests(field.kind) {
            let filters = vec![Filter { path: path.clone(), test }];
            queries.push(Query { filters, scope: Scope::of([1]), ..all() });
        }
        if matches!(field.source, Source::Column(_)) {
            for descending in [false, true] {
                let order = Order { field: path.last, path: path.clone(), descending };
                let deep = Page { number: 99, size: 10 };
                queries.push(Query { order: order.clone(), ..all() });
                queries.push(Query { order, page: deep, ..all() });
            }
        }
    }
    queries
}

fn texts(entity: &'static Entity) -> BTreeSet<String> {
    let plan = Plan::of(Dialect::Postgres, entity).expect("declared");
    let mut texts = BTreeSet::from([plan.insert(), plan.update(), plan.delete()].map(str::to_owned));
    texts.extend(plan.lists().iter().flat_map(|list| [list.add.clone(), list.remove.clone()]));
    for field in (0..entity.fields.len()).map(FieldIndex) {
        if entity.field(field).column().is_some() {
            let guard = Guard { entity, id: 1, field, value: Value::Null };
            for lock in [Lock::Share, Lock::Update, Lock::Delete] {
                texts.insert(plan.guard(&guard, lock).expect("a column").sql.into_owned());
            }
        }
    }
    for query in queries(entity) {
        let selects =
            [None, Some(20), Some(10_000)].into_iter().filter_map(|total| plan.select(&query, total));
        texts.extend(selects.chain(plan.count(&query)).map(|statement| statement.sql.into_owned()));
    }
    texts
}

#[tokio::test]
async fn every_statement_fits_the_schema() {
    let (store, database) = fresh().await;
    let client = client(database.url()).await;
    let mut texts: BTreeSet<String> = entities::all().flat_map(texts).collect();
    texts.extend(store.texts().map(str::to_owned));
    assert!(texts.len() > 1000, "only {}", texts.len());
    let mut wrong = Vec::new();
    for sql in &texts {
        if let Err(error) = client.prepare(sql).await {
            let reason =
                error.as_db_error().map_or_else(|| error.to_string(), |refusal| refusal.message().to_owned());
            wrong.push(format!("{reason}: {sql}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}, such as {}", wrong.len(), texts.len(), wrong[0]);
}

fn migrations(backend: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(backend);
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = files.collect();
    files.sort_by_key(|file| number(file));
    files
}

/// The number of a migration: `V13__scans.sql` comes after `V2__indexes.sql`.
fn number(file: &Path) -> u32 {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let digits = name.trim_start_matches('V').split("__").next().unwrap_or_default();
    digits.parse().expect("a number")
}

fn names(files: &[PathBuf]) -> Vec<&str> {
    files.iter().filter_map(|file| file.file_name()?.to_str()).collect()
}

/// Table, column, and whether it may be null; table and index; id, GUID and name of the roles.
type Schema = (BTreeSet<(String, String, bool)>, BTreeSet<(String, String)>, Vec<(i64, String, String)>);

fn sqlite(files: &[PathBuf]) -> Schema {
    let connection = rusqlite::Connection::open_in_memory().expect("opens");
    for file in files {
        connection.execute_batch(&fs::read_to_string(file).expect("a text")).expect("migrates");
    }
    let columns = "SELECT m.name, c.name, c.\"notnull\" = 0 AND c.pk = 0 FROM sqlite_schema m \
        JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'";
    let mut columns = connection.prepare(columns).expect("prepares");
    let columns = columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("answers");
    let indexes = "SELECT tbl_name, name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let mut indexes = connection.prepare(indexes).expect("prepares");
    let indexes = indexes.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("answers");
    let mut roles =
        connection.prepare("SELECT id, unique_id, name FROM roles ORDER BY id").expect("prepares");
    let roles = roles.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("answers");
    (
        columns.map(|column| column.expect("a column")).collect(),
        indexes.map(|index| index.expect("an index")).collect(),
        roles.map(|role| role.expect("a role")).collect(),
    )
}

async fn postgres() -> Schema {
    let database = migrated().await;
    let client = client(database.url()).await;
    let columns = "SELECT table_name::text, column_name::text, is_nullable = 'YES' FROM information_schema.columns \
        WHERE table_schema = 'public' AND table_name <> 'refinery_schema_history'";
    let columns = client.query(columns, &[]).await.expect("answers");
    let indexes = "SELECT tablename::text, indexname::text FROM pg_indexes WHERE schemaname = 'public' \
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)";
    let indexes = client.query(indexes, &[]).await.expect("answers");
    let roles =
        client.query("SELECT id, unique_id, name FROM roles ORDER BY id", &[]).await.expect("answers");
    (
        columns.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect(),
        indexes.iter().map(|row| (row.get(0), row.get(1))).collect(),
        roles.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect(),
    )
}

#[tokio::test]
async fn both_backends_have_the_same_migrations_tables_columns_and_roles() {
    let folders = [
        ("store-sqlite/migrations", "store-postgres/migrations"),
        ("store-sqlite/migrations-keys", "store-postgres/migrations-keys"),
    ];
    for (sqlite, postgres) in folders {
        assert_eq!(names(&migrations(postgres)), names(&migrations(sqlite)));
    }
    let (ours, theirs) = (postgres().await, sqlite(&migrations("store-sqlite/migrations")));
    assert!(theirs.0.len() > 150, "only {} columns", theirs.0.len());
    assert_eq!(ours.0, theirs.0);
    assert_eq!(ours.1, theirs.1);
    assert_eq!(ours.2, theirs.2);
}

#[tokio::test]
async fn what_is_a_number_or_a_text_is_so_in_every_table() {
    let database = migrated().await;
    let client = client(database.url()).await;
    let columns = "SELECT DISTINCT data_type::text, coalesce(collation_name::text, '') FROM information_schema.columns \
        WHERE table_schema = 'public' AND table_name <> 'refinery_schema_history' ORDER BY 1";
    let rows = client.query(columns, &[]).await.expect("answers");
    let kinds: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(kinds, [("bigint".to_owned(), String::new()), ("text".to_owned(), "C".to_owned())]);
}
