//! A list of several businesses' records as the union of one list for each: every one of them comes from an index in its
//! order, so the database merges them and stops at the end of the page, where it would otherwise sort everything.

use proofdesk_domain::entity::{Entity, Kind, Links, Source, Tenancy};
use proofdesk_domain::list::{Filter, Test};
use proofdesk_domain::scope::Scope;
use proofdesk_store::Query;

use crate::builder::Builder;
use crate::condition::{Subject, write_member, write_scope};
use crate::joins::Joins;

/// The most branches of a union; a list of more businesses is one question about the set of them.
const MAX: usize = 16;

/// One question of a union, or the only one.
#[derive(Clone, Copy)]
pub(crate) struct Branch<'a> {
    query: &'a Query,
    /// The businesses that it is about; None for all.
    businesses: Option<&'a [i64]>,
}

/// The questions that a query consists of.
pub(crate) fn branches(query: &Query) -> Vec<Branch<'_>> {
    match &query.scope {
        Scope::Businesses(ids) if (2..=MAX).contains(&ids.len()) && splits(query) => {
            ids.chunks(1).map(|one| Branch { query, businesses: Some(one) }).collect()
        }
        _ => vec![whole(query)],
    }
}

/// A query as one question.
pub(crate) fn whole(query: &Query) -> Branch<'_> {
    let businesses = match &query.scope {
        Scope::All => None,
        Scope::Businesses(ids) => Some(&**ids),
    };
    Branch { query, businesses }
}

/// Whether it pays to look at each business by itself: not where a filter leads to few records anyway.
fn splits(query: &Query) -> bool {
    let tenants = matches!(query.entity.tenancy, Tenancy::Column(_) | Tenancy::Members(_));
    tenants && !query.filters.iter().any(|filter| leads_to_few(query.entity, filter))
}

fn leads_to_few(entity: &'static Entity, Filter { path, test }: &Filter) -> bool {
    let field = path.field(entity);
    let names = matches!(field.kind, Kind::Integer | Kind::Reference(_) | Kind::Guid);
    names && matches!(field.source, Source::Column(_)) && matches!(test, Test::Equals(_) | Test::OneOf(_))
}

/// What stands between the branches of a union: where a record can be in two, once is enough.
pub(crate) fn union(entity: &Entity) -> &'static str {
    match entity.tenancy {
        Tenancy::Members(_) => " UNION ",
        _ => " UNION ALL ",
    }
}

impl<'a> Branch<'a> {
    /// Whether it is about several businesses, so that no index gives an order.
    pub(crate) fn is_of_many(&self) -> bool {
        self.businesses.is_some_and(|ids| ids.len() > 1)
    }

    /// The column with the id of the records.
    pub(crate) fn id(&self) -> String {
        self.sole_member().map_or_else(|| "t0.id".to_owned(), |(links, _)| format!("m.{}", links.own))
    }

    /// Writes the tables and conditions, to stand after ` FROM `. `bare` if nothing but the id is selected.
    pub(crate) fn write(&self, sql: &mut Builder<'a>, mut joins: Joins, bare: bool) {
        let Query { entity, filters, .. } = self.query;
        let subjects = filters.iter().map(|filter| Subject::of(filter, entity, &mut joins));
        let subjects: Vec<Subject> = subjects.collect();
        let (table, joins) = (entity.table, joins.joins());
        let mut first = true;
        match (self.sole_member(), self.businesses) {
            (Some((Links { table: links, own, other }, business)), _) => {
                sql.push(&format!("{links} m"));
                if !bare || !filters.is_empty() {
                    sql.push(&format!(" JOIN {table} t0 ON t0.id = m.{own}{joins}"));
                }
                sql.and(&mut first);
                write_member(sql, &format!("m.{other}"), business);
            }
            (None, businesses) => {
                sql.push(&format!("{table} t0{joins}"));
                if let Some(businesses) = businesses {
                    write_scope(sql, &mut first, entity, businesses);
                }
            }
        }
        for (subject, filter) in subjects.iter().zip(filters) {
            sql.and(&mut first);
            subject.write(sql, &filter.test);
        }
    }

    /// The link table and the business, where the question is about the members of one business: it starts from the link
    /// table, where an index has the members in the order of their ids.
    fn sole_member(&self) -> Option<(&'static Links, &'a [i64])> {
        match (self.businesses, &self.query.entity.tenancy) {
            (Some(one @ [_]), Tenancy::Members(links)) => Some((links, one)),
            _ => None,
        }
    }
}
