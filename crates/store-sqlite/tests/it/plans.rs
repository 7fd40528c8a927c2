//! The indexes that SQLite uses: a list of a million records must not become a look at all of them.

use proofdesk_domain::entities::{
    audit_entry, check, coworker, document, file, idempotent_answer, token, user,
};
use proofdesk_domain::entity::Entity;
use proofdesk_domain::list::ListRequest;
use proofdesk_domain::scope::Scope;
use proofdesk_store::Query;
use proofdesk_store_sql::{Dialect, Parameter, Plan, Statement};
use proofdesk_store_sqlite::migrate;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use tempfile::TempDir;

/// A connection to a migrated database.
pub(crate) fn migrated() -> (TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    migrate(&path).unwrap();
    let connection = Connection::open(path).unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).unwrap();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(c"fold", 1, flags, |_| Ok(None::<String>)).unwrap();
    (folder, connection)
}

/// The steps of a statement, each as SQLite explains it.
fn steps(connection: &Connection, statement: &Statement<'_>) -> Vec<String> {
    let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
    for (place, parameter) in statement.parameters.iter().enumerate() {
        match parameter {
            Parameter::Int(n) => explained.raw_bind_parameter(place + 1, n).unwrap(),
            Parameter::Text(text) => explained.raw_bind_parameter(place + 1, text).unwrap(),
            Parameter::Ids(ids) => explained.raw_bind_parameter(place + 1, format!("{ids:?}")).unwrap(),
            Parameter::Null => {}
        }
    }
    let mut rows = explained.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

fn select(query: &Query) -> Vec<String> {
    let (_folder, connection) = migrated();
    let plan = Plan::of(Dialect::Sqlite, query.entity).unwrap();
    steps(&connection, &plan.select(query, None).unwrap())
}

fn count(query: &Query) -> Vec<String> {
    let (_folder, connection) = migrated();
    let plan = Plan::of(Dialect::Sqlite, query.entity).unwrap();
    steps(&connection, &plan.count(query).unwrap())
}

fn search(entity: &'static Entity, scope: Scope, pairs: &[(&str, &str)]) -> Query {
    Query::search(entity, scope, ListRequest::parse(entity, pairs.iter().copied()).unwrap())
}

/// Asserts that a list starts with an index, needs no sorting of everything, and looks at no whole table.
fn assert_flat(query: &Query, index: &str) {
    let steps = select(query);
    let uses = |step: &&String| step.contains(index);
    assert!(steps.iter().any(|step| uses(&step)), "{index} is not used: {steps:#?}");
    let whole = |step: &&String| step.starts_with("SCAN t0") || step.ends_with("TEMP B-TREE FOR ORDER BY");
    let bad: Vec<_> = steps.iter().filter(whole).collect();
    assert!(bad.is_empty(), "{steps:#?}");
}

const STATUS: &str = "CoworkerIdentityCheck_VerificationStatus";
const COWORKER: &str = "CoworkerIdentityCheck_Coworker";

#[test]
fn a_record_by_id_is_found_by_its_key() {
    let query = Query::by_id(&document::DOCUMENT, Scope::of([1]), 1);
    let steps = select(&query);
    assert!(steps.iter().all(|step| step.contains("USING INTEGER PRIMARY KEY")), "{steps:#?}");
}

#[test]
fn lists_of_a_location_are_flat() {
    for entity in [&check::CHECK, &document::DOCUMENT, &audit_entry::AUDIT_ENTRY] {
        let table = entity.table;
        let by_id = search(entity, Scope::of([1]), &[]);
        assert_flat(&by_id, &format!("{table}_business_id "));
        let by_date =
            search(entity, Scope::of([1]), &[("orderby", "CreatedOn"), ("dir", "1"), ("page", "4")]);
        assert_flat(&by_date, &format!("{table}_business_id_created_on "));
    }
    let by_change = search(&check::CHECK, Scope::of([1]), &[("orderby", "UpdatedOn")]);
    assert_flat(&by_change, "checks_business_id_updated_on ");
    let of_status = search(&check::CHECK, Scope::of([1]), &[(STATUS, "2")]);
    assert_flat(&of_status, "checks_business_id_status ");
    assert_flat(&search(&coworker::COWORKER, Scope::of([1]), &[]), "coworker_businesses_business_id ");
}

#[test]
fn lists_of_several_locations_are_merged() {
    for pairs in
        [&[][..], &[("orderby", "CreatedOn")], &[("orderby", "UpdatedOn"), ("dir", "1")], &[(STATUS, "2")]]
    {
        let query = search(&check::CHECK, Scope::of([1, 2, 3]), pairs);
        assert_flat(&query, "checks_business_id");
        assert!(select(&query).iter().any(|step| step == "MERGE (UNION ALL)"), "{pairs:?}");
    }
    assert_flat(&search(&coworker::COWORKER, Scope::of([1, 2]), &[]), "coworker_businesses_business_id ");
}

#[test]
fn lists_of_everything_are_flat() {
    let all = |pairs: &[(&str, &str)]| search(&check::CHECK, Scope::All, pairs);
    assert_flat(&all(&[(STATUS, "2")]), "checks_status ");
    let by_date = select(&all(&[("orderby", "CreatedOn")]));
    assert!(
        by_date.iter().any(|step| step == "SCAN t0 USING COVERING INDEX checks_created_on"),
        "{by_date:#?}"
    );
    let by_id = select(&all(&[]));
    assert_eq!(by_id[0], "SCAN t0", "in the order of the table itself");
    assert!(by_id.iter().all(|step| !step.contains("TEMP B-TREE")), "{by_id:#?}");
}

#[test]
fn the_index_that_leads_to_few_records_wins() {
    for scope in [Scope::All, Scope::of([1]), Scope::of([1, 2])] {
        let uses = |entity, pairs: &[(&str, &str)], index: &str| {
            let query = search(entity, scope.clone(), pairs);
            for steps in [select(&query), count(&query)] {
                assert!(steps.iter().any(|step| step.contains(index)), "{index} {scope:?}: {steps:#?}");
            }
        };
        uses(&check::CHECK, &[(COWORKER, "5")], "checks_coworker_id ");
        uses(&check::CHECK, &[(COWORKER, "5"), (STATUS, "2")], "checks_coworker_id ");
        uses(&check::CHECK, &[("uniqueid", "018f3f6e-8a5b-7000-8000-000000000000")], "checks_unique_id ");
        let of_check = "CoworkerIdentityCheckDocument_CoworkerIdentityCheck";
        uses(&document::DOCUMENT, &[(of_check, "5")], "documents_check_id ");
        let of_status = "CoworkerIdentityCheckDocument_VerificationStatus";
        uses(&document::DOCUMENT, &[(of_check, "5"), (of_status, "2")], "documents_check_id ");
        let [from, to] = ["from_CoworkerIdentityCheck_CreatedOn", "to_CoworkerIdentityCheck_CreatedOn"];
        let range = [(from, "2026-01-01T00:00:00Z"), (to, "2026-01-02T00:00:00Z")];
        uses(&check::CHECK, &range, "created_on ");
    }
}

#[test]
fn what_the_desk_looks_up_has_an_index() {
    let one = |entity, field, value: &str, index: &str| {
        let steps = select(&Query::all(entity, Scope::All, 1).equals(field, value));
        assert!(steps[0].contains(index), "{steps:#?}");
    };
    one(&token::TOKEN, token::HASH, "x", "sqlite_autoindex_tokens_1 (hash=?)");
    one(&token::TOKEN, token::FAMILY, "x", "tokens_family (family=?)");
    let mark = idempotent_answer::MARK;
    one(&idempotent_answer::IDEMPOTENT_ANSWER, mark, "x", "sqlite_autoindex_idempotent_answers_1 (mark=?)");
    one(&user::USER, user::LOGIN, "x", "sqlite_autoindex_users_1 (login=?)");
    one(&file::FILE, file::OBJECT, "x", "sqlite_autoindex_files_1 (object=?)");
    let files = select(&Query::all(&file::FILE, Scope::All, 3).equals(file::DOCUMENT_ID, 5));
    assert!(files[0].contains("sqlite_autoindex_files_2 (document_id=?)"), "{files:#?}");
}

#[test]
fn counts_read_indexes_only() {
    for scope in [Scope::All, Scope::of([1]), Scope::of([1, 2])] {
        for pairs in [&[][..], &[(STATUS, "2")]] {
            let steps = count(&search(&check::CHECK, scope.clone(), pairs));
            assert!(steps[0].contains("USING COVERING INDEX"), "{scope:?} {pairs:?}: {steps:#?}");
        }
    }
    let members = count(&search(&coworker::COWORKER, Scope::of([1]), &[]));
    assert_eq!(members, ["SEARCH m USING COVERING INDEX coworker_businesses_business_id (business_id=?)"]);
}
