//! The exact texts of representative statements.

use proofdesk_domain::entities::{self, audit_values, check, coworker, role, token, user_role};
use proofdesk_domain::entity::{Entity, FieldIndex, ID, VERSION};
use proofdesk_domain::list::{Filter, ListRequest, Test};
use proofdesk_domain::path::Path;
use proofdesk_domain::record::Record;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::{Guard, Query};

use super::Dialect::{Postgres, Sqlite};
use super::{Dialect, Lock, Parameter, Plan, Shape, parse_ids};

const TOKEN_ROW: &str = "SELECT t0.id, t0.hash, t0.kind, t0.user_id, t0.family, t0.client_id, t0.created_on, \
     t0.expires_on, t0.started_on, t0.used_on, t0.scope, t0.machine_id FROM tokens t0";
const ROLE_ROW: &str = "SELECT t0.id, t0.unique_id, t0.created_on, t0.updated_on, t0.updated_by, t0.system_id, \
     t0.version, t0.name FROM ";

fn plan(dialect: Dialect, entity: &'static Entity) -> &'static Plan {
    Plan::of(dialect, entity).expect("declared")
}

fn search(entity: &'static Entity, scope: Scope, pairs: &[(&str, &str)]) -> Query {
    let request = ListRequest::parse(entity, pairs.iter().copied()).expect("valid");
    Query::search(entity, scope, request)
}

/// Text and parameters of a select, without knowing the total.
fn select(dialect: Dialect, query: &Query) -> (String, String) {
    select_of(dialect, query, None)
}

fn select_of(dialect: Dialect, query: &Query, total: Option<u64>) -> (String, String) {
    let statement = plan(dialect, query.entity).select(query, total).expect("may have an answer");
    (statement.sql.into_owned(), format!("{:?}", statement.parameters))
}

/// What a count requires, after `WHERE`.
fn conditions(dialect: Dialect, query: &Query) -> String {
    let statement = plan(dialect, query.entity).count(query).expect("may have an answer");
    statement.sql.split_once(" WHERE ").map_or_else(String::new, |(_, conditions)| conditions.to_owned())
}

#[test]
fn a_record_by_its_id_is_the_simplest_statement() {
    let query = Query::by_id(&token::TOKEN, Scope::All, 7);
    assert_eq!(select(Sqlite, &query), (format!("{TOKEN_ROW} WHERE t0.id = ?"), "[7]".to_owned()));
    assert_eq!(select(Postgres, &query), (format!("{TOKEN_ROW} WHERE t0.id = $1"), "[7]".to_owned()));
    let statement = plan(Sqlite, &token::TOKEN).select(&query, None).expect("some");
    assert!(matches!(statement.sql, std::borrow::Cow::Borrowed(_)), "the text is made once");
}

#[test]
fn a_record_by_its_id_stays_within_its_scope() {
    let end = |dialect, scope| {
        let (sql, parameters) = select(dialect, &Query::by_id(&check::CHECK, scope, 7));
        (sql.split_once(" WHERE ").expect("conditions").1.to_owned(), parameters)
    };
    let one = ("t0.id = ? AND t0.business_id = ?".to_owned(), "[7, 3]".to_owned());
    assert_eq!(end(Sqlite, Scope::of([3])), one);
    let two = "t0.id = ? AND t0.business_id IN (SELECT value FROM json_each(?))".to_owned();
    assert_eq!(end(Sqlite, Scope::of([3, 4])), (two, "[7, [3, 4]]".to_owned()));
    let two = "t0.id = $1 AND t0.business_id = ANY($2)".to_owned();
    assert_eq!(end(Postgres, Scope::of([3, 4])), (two, "[7, [3, 4]]".to_owned()));
}

#[test]
fn every_tenancy_has_its_border() {
    let scope = || Scope::of([3]);
    let by_scope = |dialect, entity| conditions(dialect, &Query::all(entity, scope(), 1));
    assert_eq!(by_scope(Sqlite, &check::CHECK), "t0.business_id = ?");
    assert_eq!(by_scope(Sqlite, &entities::business::BUSINESS), "t0.id = ?");
    assert_eq!(by_scope(Postgres, &coworker::COWORKER), "m.business_id = $1");
    let member =
        "EXISTS (SELECT 1 FROM coworker_businesses WHERE coworker_id = t0.id AND business_id = ANY($1))";
    let many = || Scope::of(1..=17);
    assert_eq!(conditions(Postgres, &Query::all(&coworker::COWORKER, many(), 1)), member);
    let of_many = Query::all(&check::CHECK, many(), 1);
    assert_eq!(conditions(Postgres, &of_many), "t0.business_id = ANY($1)");
    assert_eq!(by_scope(Sqlite, &role::ROLE), "");
    let nothing = |entity, scope| {
        let plan = plan(Sqlite, entity);
        let (by_id, all) = (Query::by_id(entity, Scope::clone(&scope), 1), Query::all(entity, scope, 1));
        plan.select(&by_id, None).is_none() && plan.select(&all, None).is_none() && plan.count(&all).is_none()
    };
    assert!(nothing(&token::TOKEN, scope()), "internal");
    assert!(nothing(&check::CHECK, Scope::of([])));
    assert!(nothing(&coworker::COWORKER, Scope::of([])));
    assert!(!nothing(&role::ROLE, Scope::of([])), "shared");
    assert!(!nothing(&token::TOKEN, Scope::All));
}

#[test]
fn the_first_page_by_id_is_read_directly() {
    let query = Query::all(&token::TOKEN, Scope::All, 5).equals(token::HASH, "x");
    let sqlite = format!("{TOKEN_ROW} WHERE t0.hash = ? ORDER BY t0.id LIMIT ?");
    assert_eq!(select(Sqlite, &query), (sqlite, "[Text(1 bytes), 5]".to_owned()));
}

#[test]
fn members_of_one_business_are_read_from_the_link_table() {
    let query = Query::all(&coworker::COWORKER, Scope::of([3]), 5);
    let from = "coworker_businesses m JOIN coworkers t0 ON t0.id = m.coworker_id WHERE m.business_id = ?";
    let (sql, parameters) = select(Sqlite, &query);
    assert!(sql.ends_with(&format!(" FROM {from} ORDER BY m.coworker_id LIMIT ?")), "{sql}");
    assert_eq!(parameters, "[3, 5]");
    let count = plan(Sqlite, &coworker::COWORKER).count(&query).expect("some");
    assert_eq!(count.sql, "SELECT count(*) FROM coworker_businesses m WHERE m.business_id = ?");
    let filtered = query.equals(coworker::ACTIVE, true);
    let count = plan(Sqlite, &coworker::COWORKER).count(&filtered).expect("some");
    assert_eq!(count.sql, format!("SELECT count(*) FROM {from} AND t0.active = ?"));
    let by_date = search(&coworker::COWORKER, Scope::of([3]), &[("orderby", "CreatedOn")]);
    let (sql, _) = select(Sqlite, &by_date);
    let inner = format!(
        "(SELECT m.coworker_id AS id, t0.created_on AS sort FROM {from} ORDER BY sort, id LIMIT ?) page"
    );
    assert!(sql.contains(&inner), "{sql}");
}

#[test]
fn lists_of_several_businesses_are_merged() {
    let query = search(&check::CHECK, Scope::of([3, 4]), &[("orderby", "UpdatedOn"), ("dir", "1")]);
    let (sql, parameters) = select(Sqlite, &query);
    let one = "SELECT t0.id AS id, t0.updated_on AS sort FROM checks t0 WHERE t0.business_id = ?";
    let inner = format!("({one} UNION ALL {one} ORDER BY sort DESC, id LIMIT ?) page");
    assert!(sql.contains(&inner), "{sql}");
    assert_eq!(parameters, "[3, 4, 25]");
    let count = "t0.business_id IN (SELECT value FROM json_each(?))";
    assert_eq!(conditions(Sqlite, &query), count, "an index counts a set as fast");
}

#[test]
fn a_member_of_several_businesses_is_listed_once() {
    let query = Query::all(&coworker::COWORKER, Scope::of([3, 4]), 5);
    let one = |number| {
        format!("SELECT m.coworker_id AS id FROM coworker_businesses m WHERE m.business_id = ${number}")
    };
    let both = format!("({} UNION {}", one(1), one(2));
    let (sql, _) = select(Postgres, &query);
    assert!(sql.contains(&format!("{both} ORDER BY id LIMIT $3) page")), "{sql}");
    let count = plan(Postgres, &coworker::COWORKER).count(&query).expect("some");
    assert_eq!(count.sql, format!("SELECT count(*) FROM {both}) members"));
}

#[test]
fn what_leads_to_few_records_is_asked_of_the_set() {
    let set = "FROM checks t0 WHERE t0.business_id IN (SELECT value FROM json_each(?)) AND";
    let few = |field, test| {
        let query = Query::all(&check::CHECK, Scope::of([3, 4]), 5).filter(field, test);
        select(Sqlite, &query).0.contains(set)
    };
    assert!(few(ID, Test::OneOf(vec![1, 2])));
    assert!(few(check::COWORKER_ID, Test::Equals(1.into())));
    assert!(few(check::GROUP_GUID, Test::Equals("x".into())));
    assert!(!few(check::STATUS_, Test::Equals(1.into())));
    assert!(!few(ID, Test::AtLeast(1)));
}

#[test]
fn other_pages_find_their_ids_first() {
    let query = search(&role::ROLE, Scope::All, &[("page", "3"), ("size", "10"), ("orderby", "Name")]);
    let sqlite = format!(
        "{ROLE_ROW}(SELECT t0.id AS id, fold(t0.name) AS sort FROM roles t0 ORDER BY sort, id LIMIT ? OFFSET ?) \
         page JOIN roles t0 ON t0.id = page.id ORDER BY page.sort, page.id"
    );
    assert_eq!(select(Sqlite, &query), (sqlite, "[10, 20]".to_owned()));
    let postgres = format!(
        "{ROLE_ROW}(SELECT t0.id AS id, lower(t0.name COLLATE \"und-x-icu\") COLLATE \"C\" AS sort FROM roles t0 \
         ORDER BY sort NULLS FIRST, id LIMIT $1 OFFSET $2) page JOIN roles t0 ON t0.id = page.id \
         ORDER BY page.sort NULLS FIRST, page.id"
    );
    assert_eq!(select(Postgres, &query), (postgres, "[10, 20]".to_owned()));
    let by_id = search(&role::ROLE, Scope::All, &[("page", "2"), ("dir", "1")]);
    let sqlite = format!(
        "{ROLE_ROW}(SELECT t0.id AS id FROM roles t0 ORDER BY id DESC LIMIT ? OFFSET ?) page \
         JOIN roles t0 ON t0.id = page.id ORDER BY page.id DESC"
    );
    assert_eq!(select(Sqlite, &by_id), (sqlite, "[25, 25]".to_owned()));
}

#[test]
fn pages_past_the_middle_are_read_from_the_end() {
    let pairs = [("page", "10"), ("size", "10"), ("orderby", "CreatedOn"), ("dir", "desc")];
    let query = search(&role::ROLE, Scope::All, &pairs);
    let postgres = format!(
        "{ROLE_ROW}(SELECT t0.id AS id, t0.created_on AS sort FROM roles t0 \
         ORDER BY sort NULLS FIRST, id DESC LIMIT $1) page \
         JOIN roles t0 ON t0.id = page.id ORDER BY page.sort DESC NULLS LAST, page.id"
    );
    assert_eq!(select_of(Postgres, &query, Some(95)), (postgres, "[5]".to_owned()), "the last page is short");
    assert_eq!(select_of(Sqlite, &query, Some(180)).1, "[10, 80]", "nearer to the end by ten");
    assert_eq!(select_of(Sqlite, &query, Some(190)).1, "[10, 90]", "in the middle");
    assert!(select_of(Sqlite, &query, Some(190)).0.contains("ORDER BY sort DESC, id LIMIT"));
    assert_eq!(select_of(Sqlite, &query, Some(1000)).1, "[10, 90]");
    let plan = plan(Sqlite, &role::ROLE);
    assert!(plan.select(&query, Some(90)).is_none(), "past the end");
    assert!(plan.select(&query, Some(0)).is_none());
}

#[test]
fn every_test_has_its_condition() {
    let filtered = |dialect, field, test| {
        let query = Query::all(&check::CHECK, Scope::All, 1).filter(field, test);
        conditions(dialect, &query)
    };
    let both = |field: FieldIndex, test: Test| {
        [Sqlite, Postgres].map(|dialect| filtered(dialect, field, test.clone()))
    };
    assert_eq!(both(check::STATUS_, Test::Equals(1.into())), ["t0.status = ?", "t0.status = $1"]);
    assert_eq!(both(check::STATUS_, Test::Equals(Value::Null)), ["t0.status IS NULL"; 2]);
    assert_eq!(both(check::STATUS_, Test::AtLeast(1)), ["t0.status >= ?", "t0.status >= $1"]);
    assert_eq!(both(check::STATUS_, Test::AtMost(1)), ["t0.status <= ?", "t0.status <= $1"]);
    let set = ["t0.status IN (SELECT value FROM json_each(?))", "t0.status = ANY($1)"];
    assert_eq!(both(check::STATUS_, Test::OneOf(vec![1, 2])), set);
    let part = ["instr(fold(t0.name), ?) > 0", "strpos(lower(t0.name COLLATE \"und-x-icu\"), $1) > 0"];
    assert_eq!(both(check::NAME, Test::Contains("x".to_owned())), part);
    let lacks = part.map(|part| format!("(t0.name IS NULL OR NOT {part})"));
    assert_eq!(both(check::NAME, Test::Lacks("x".to_owned())), lacks);
    let list = Query::all(&user_role::USER_ROLE, Scope::All, 1).filter(user_role::ROLES, Test::Holds(2));
    let holds = "EXISTS (SELECT 1 FROM user_role_roles WHERE user_role_id = t0.id AND role_id = ?)";
    assert_eq!(conditions(Sqlite, &list), holds);
}

#[test]
fn a_test_that_does_not_fit_lets_nothing_pass() {
    let never = |entity, field, test| {
        conditions(Sqlite, &Query::all(entity, Scope::All, 1).filter(field, test)) == "FALSE"
    };
    assert!(never(&check::CHECK, check::NAME, Test::Holds(1)));
    assert!(never(&check::CHECK, check::NAME, Test::Equals(Value::List(vec![1]))));
    assert!(never(&check::CHECK, check::DESCRIPTION_1, Test::Contains("x".to_owned())), "an instruction");
    assert!(never(&user_role::USER_ROLE, user_role::ROLES, Test::OneOf(vec![1])));
}

#[test]
fn a_query_joins_once_what_it_needs_and_nothing_else() {
    let joined = |pairs: &[(&str, &str)]| {
        let query = search(&entities::document::DOCUMENT, Scope::All, pairs);
        plan(Sqlite, query.entity).count(&query).expect("some").sql.into_owned()
    };
    let prefix = "CoworkerIdentityCheckDocument_CoworkerIdentityCheck";
    let through = |property: &str| format!("{prefix}_{property}");
    let (name, issuer) = (through("Coworker_FullName"), through("IdentityDocumentIssuedBy"));
    assert_eq!(joined(&[("id", "1")]), "SELECT count(*) FROM documents t0 WHERE t0.id = ?");
    let own = "SELECT count(*) FROM documents t0 WHERE t0.check_id = ?";
    assert_eq!(joined(&[(prefix, "1")]), own);
    assert_eq!(joined(&[(&through("Id"), "1")]), own, "the id is the reference itself");
    assert!(joined(&[(&name, "a")]).starts_with("SELECT count(*) FROM documents t0"));
    assert_eq!(
        joined(&[(&issuer, "a"), (&through("Name"), "b")]),
        "SELECT count(*) FROM documents t0 LEFT JOIN checks t1 ON t1.id = t0.check_id \
         WHERE instr(fold(t1.identity_document_issued_by), ?) > 0 AND instr(fold(t1.name), ?) > 0"
    );
}

#[test]
fn derived_fields_and_lists_come_with_the_row() {
    let (sql, _) = select(Postgres, &Query::by_id(&user_role::USER_ROLE, Scope::All, 1));
    assert_eq!(
        sql,
        "SELECT t0.id, t0.unique_id, t0.created_on, t0.updated_on, t0.updated_by, t0.system_id, t0.version, \
         t0.business_id, t0.name, (SELECT string_agg(role_id::text, ',' ORDER BY role_id) FROM user_role_roles \
         WHERE user_role_id = t0.id), (SELECT string_agg(user_id::text, ',' ORDER BY user_id) FROM user_role_users \
         WHERE user_role_id = t0.id), t1.name FROM user_roles t0 LEFT JOIN businesses t1 ON t1.id = t0.business_id \
         WHERE t0.id = $1"
    );
    let shapes = plan(Postgres, &check::CHECK).shapes();
    assert_eq!(shapes[check::NAME.0], Shape::Text);
    assert_eq!(shapes[check::STATUS_.0], Shape::Int);
    assert_eq!(shapes[check::DESCRIPTION_1.0], Shape::Nothing);
    assert_eq!(shapes[check::COWORKER_TYPE.0], Shape::Int, "as the field which it stands for");
    assert_eq!(plan(Sqlite, &coworker::COWORKER).shapes()[coworker::BUSINESSES.0], Shape::Ids);
    assert_eq!(parse_ids(Some("1,20,3")), Value::List(vec![1, 20, 3]));
    assert_eq!(parse_ids(None), Value::List(vec![]));
    assert_eq!(parse_ids(Some("")), Value::List(vec![]));
}

#[test]
fn writes_name_every_column_once() {
    let sqlite = plan(Sqlite, &role::ROLE);
    assert_eq!(
        sqlite.insert(),
        "INSERT INTO roles (version, unique_id, created_on, updated_on, updated_by, system_id, name) \
         VALUES (1, ?, ?, ?, ?, ?, ?)"
    );
    assert_eq!(
        plan(Postgres, &role::ROLE).update(),
        "UPDATE roles SET version = version + 1, unique_id = $1, created_on = $2, updated_on = $3, updated_by = $4, \
         system_id = $5, name = $6 WHERE id = $7 AND version = $8"
    );
    assert_eq!(plan(Postgres, &role::ROLE).delete(), "DELETE FROM roles WHERE id = $1");
    let unversioned = plan(Postgres, &audit_values::AUDIT_VALUES);
    assert_eq!(
        unversioned.insert(),
        "INSERT INTO audit_values (salt, old_value, new_value, remote_address, subject_id) \
         VALUES ($1, $2, $3, $4, $5) RETURNING id"
    );
    assert!(unversioned.update().ends_with(" subject_id = $5 WHERE id = $6"));
    let stored =
        "SELECT unique_id, created_on, updated_on, updated_by, system_id, name FROM roles WHERE id = ?";
    assert_eq!(sqlite.stored(), stored);
    let some =
        "UPDATE roles SET version = version + 1, updated_on = ?, name = ? WHERE id = ? AND version = ?";
    assert_eq!(sqlite.update_of(&[2, 5]).as_deref(), Some(some));
    let none = "UPDATE roles SET version = version + 1 WHERE id = ? AND version = ?";
    assert_eq!(sqlite.update_of(&[]).as_deref(), Some(none));
    assert_eq!(
        unversioned.update_of(&[0]).as_deref(),
        Some("UPDATE audit_values SET salt = $1 WHERE id = $2")
    );
    assert_eq!(unversioned.update_of(&[]), None);
    let lists = plan(Sqlite, &coworker::COWORKER).lists();
    assert_eq!(lists.len(), 1);
    assert_eq!(
        (lists[0].field, lists[0].remove.as_str(), lists[0].add.as_str()),
        (
            coworker::BUSINESSES,
            "DELETE FROM coworker_businesses WHERE coworker_id = ? \
             AND business_id NOT IN (SELECT value FROM json_each(?))",
            "INSERT INTO coworker_businesses (coworker_id, business_id) \
             SELECT ?, value FROM json_each(?) WHERE TRUE ON CONFLICT DO NOTHING"
        )
    );
}

#[test]
fn written_values_fit_their_columns() {
    let plan = plan(Sqlite, &check::CHECK);
    let record =
        Record::empty(&check::CHECK).with(ID, 9).with(VERSION, 4).with(check::COWORKER_ID, Value::NewId(1));
    let parameters = plan.update_parameters(&record, &[50, 51]).expect("fits");
    let column = |name: &str| {
        let places: Vec<&str> = plan.update().split(" = ?").collect();
        parameters[places.iter().position(|place| place.ends_with(name)).expect("a column")]
    };
    assert_eq!(column(" coworker_id"), Parameter::Int(51), "the id of the second insert");
    assert_eq!(column(" status"), Parameter::Int(0), "an enumeration that was never set");
    assert_eq!(column(" billed"), Parameter::Int(0));
    assert_eq!(column(" name"), Parameter::Null);
    assert_eq!(parameters[parameters.len() - 2..], [Parameter::Int(9), Parameter::Int(4)]);
    assert!(plan.insert_parameters(&record, &[50]).is_err(), "refers to a later insert");
    let list = Record::empty(&check::CHECK).with(check::NAME, Value::List(vec![1]));
    assert!(plan.insert_parameters(&list, &[]).is_err());
}

#[test]
fn guards_hold_their_record() {
    let guard = |field, value| Guard { entity: &check::CHECK, id: 5, field, value };
    let status = guard(check::STATUS_, Value::Null);
    let text = |dialect, lock| {
        let statement = plan(dialect, &check::CHECK).guard(&status, lock).expect("a column");
        assert_eq!(statement.parameters, [Parameter::Int(5), Parameter::Null]);
        statement.sql.into_owned()
    };
    let sqlite = "SELECT 1 FROM checks WHERE id = ? AND status IS ?";
    assert_eq!(text(Sqlite, Lock::Delete), sqlite);
    let postgres = "SELECT 1 FROM checks WHERE id = $1 AND status IS NOT DISTINCT FROM $2";
    assert_eq!(text(Postgres, Lock::Share), format!("{postgres} FOR SHARE"));
    assert_eq!(text(Postgres, Lock::Update), format!("{postgres} FOR NO KEY UPDATE"));
    assert_eq!(text(Postgres, Lock::Delete), format!("{postgres} FOR UPDATE"));
    let plan = plan(Sqlite, &check::CHECK);
    assert!(plan.guard(&guard(check::DESCRIPTION_1, Value::Null), Lock::Share).is_err());
    assert!(plan.guard(&guard(check::STATUS_, Value::NewId(0)), Lock::Share).is_err());
}

#[test]
fn the_same_question_with_other_values_has_the_same_text() {
    let query = |ids: &[i64], id| {
        let filter = Filter { path: Path::own(ID), test: Test::OneOf(ids.to_vec()) };
        let mut query = Query::all(&check::CHECK, Scope::of([id]), 10);
        query.filters.push(filter);
        select(Sqlite, &query).0
    };
    assert_eq!(query(&[1], 1), query(&[2, 3, 4], 9));
}
