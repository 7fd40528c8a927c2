//! The conditions of a query: the border between tenants, and its filters.

use proofdesk_domain::entity::{Entity, Links, Source, Tenancy};
use proofdesk_domain::list::{Filter, Test};
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;

use crate::builder::Builder;
use crate::joins::Joins;
use crate::parameter::Parameter;

/// What no record passes: a filter that doesn't fit its field.
const NEVER: &str = "FALSE";

/// What a filter is about, once its path is joined.
pub(crate) enum Subject {
    /// A column, such as `t1.name`.
    Column(String),
    /// A link table, and the number of the table whose records have the list.
    List(&'static Links, usize),
    /// Nothing that is kept.
    Nowhere,
}

impl Subject {
    /// Joins what a filter needs. Goes before the joins are written, the conditions after.
    pub(crate) fn of(filter: &Filter, root: &'static Entity, joins: &mut Joins) -> Self {
        let found = match filter.path.field(root).source {
            Source::Links(links) => {
                joins.follow(&filter.path.hops).map(|(alias, _)| Self::List(links, alias))
            }
            _ => joins.column(&filter.path).map(Self::Column),
        };
        found.unwrap_or(Self::Nowhere)
    }

    /// Writes the condition.
    pub(crate) fn write<'a>(&self, sql: &mut Builder<'a>, test: &'a Test) {
        match (self, test) {
            (Self::Column(column), test) => write_test(sql, column, test),
            (Self::List(links, alias), Test::Holds(id)) => {
                open_exists(sql, links, *alias);
                sql.compare(links.other, " = ", Parameter::Int(*id));
                sql.push(")");
            }
            _ => sql.push(NEVER),
        }
    }
}

/// Whether a caller with this scope sees nothing at all of an entity.
pub(crate) fn sees_nothing(entity: &Entity, scope: &Scope) -> bool {
    match (scope, &entity.tenancy) {
        (Scope::All, _) | (_, Tenancy::Shared) => false,
        (Scope::Businesses(_), Tenancy::Internal) => true,
        (Scope::Businesses(ids), _) => ids.is_empty(),
    }
}

/// Writes the condition that keeps tenants apart, if the entity has one.
pub(crate) fn write_scope<'a>(sql: &mut Builder<'a>, first: &mut bool, entity: &Entity, ids: &'a [i64]) {
    match entity.tenancy {
        Tenancy::Shared => {}
        Tenancy::Internal => {
            sql.and(first);
            sql.push(NEVER);
        }
        Tenancy::Itself => {
            sql.and(first);
            write_member(sql, "t0.id", ids);
        }
        Tenancy::Column(column) => {
            sql.and(first);
            write_member(sql, &format!("t0.{column}"), ids);
        }
        Tenancy::Members(links) => {
            sql.and(first);
            open_exists(sql, links, 0);
            write_member(sql, links.other, ids);
            sql.push(")");
        }
    }
}

/// A set of one is tested as a value: then an index also gives the order.
pub(crate) fn write_member<'a>(sql: &mut Builder<'a>, column: &str, ids: &'a [i64]) {
    match ids {
        [id] => sql.compare(column, " = ", Parameter::Int(*id)),
        ids => sql.in_set(column, ids),
    }
}

fn open_exists(sql: &mut Builder<'_>, links: &Links, alias: usize) {
    let Links { table, own, .. } = links;
    sql.push(&format!("EXISTS (SELECT 1 FROM {table} WHERE {own} = t{alias}.id AND "));
}

fn write_test<'a>(sql: &mut Builder<'a>, column: &str, test: &'a Test) {
    match test {
        Test::Equals(Value::Null) => {
            sql.push(column);
            sql.push(" IS NULL");
        }
        Test::Equals(value) => match Parameter::of(value) {
            Some(parameter) => sql.compare(column, " = ", parameter),
            None => sql.push(NEVER),
        },
        Test::Contains(part) => write_contains(sql, column, part),
        Test::Lacks(part) => {
            sql.push("(");
            sql.push(column);
            sql.push(" IS NULL OR NOT ");
            write_contains(sql, column, part);
            sql.push(")");
        }
        Test::AtLeast(bound) => sql.compare(column, " >= ", Parameter::Int(*bound)),
        Test::AtMost(bound) => sql.compare(column, " <= ", Parameter::Int(*bound)),
        Test::OneOf(ids) => sql.in_set(column, ids),
        Test::Holds(_) => sql.push(NEVER),
    }
}

/// Whether a text contains this one, which is folded.
fn write_contains<'a>(sql: &mut Builder<'a>, column: &str, part: &'a str) {
    let (before, between, after) = sql.dialect.contains();
    let folded = sql.dialect.folded(column);
    sql.push(before);
    sql.compare(&folded, between, Parameter::Text(part));
    sql.push(after);
}
