//! Questions: the rows of a page, and how many there are on all pages.

use proofdesk_domain::entity::{FieldIndex, ID, Kind, Tenancy};
use proofdesk_domain::list::{Filter, Order, Test};
use proofdesk_domain::path::Path;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::Query;

use crate::branches::{Branch, branches, union, whole};
use crate::builder::Builder;
use crate::condition::sees_nothing;
use crate::dialect::Dialect;
use crate::joins::Joins;
use crate::parameter::{Parameter, Statement};
use crate::plan::Plan;

/// Which rows of an ordered list are read, and from which end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Window {
    offset: u64,
    limit: u64,
    from_end: bool,
}

impl Window {
    /// The rows of a page. Past the middle of a list of known length they are nearer to its end; None if there are none.
    fn of(query: &Query, total: Option<u64>) -> Option<Self> {
        let (offset, limit) = (query.page.offset(), u64::from(query.page.size));
        let Some(total) = total else { return Some(Self { offset, limit, from_end: false }) };
        let limit = limit.min(total.checked_sub(offset).filter(|rest| *rest > 0)?);
        let after = total - offset - limit;
        let from_end = after < offset;
        Some(Self { offset: if from_end { after } else { offset }, limit, from_end })
    }
}

impl Plan {
    /// The question for the rows of a page: all fields in the order of the declaration, see [`Plan::shapes`].
    ///
    /// `total` is how many rows all pages have, if that is known: a page near the end is then read from there. None if
    /// the answer is empty whatever is stored.
    pub fn select<'a>(&'static self, query: &'a Query, total: Option<u64>) -> Option<Statement<'a>> {
        if sees_nothing(self.entity, &query.scope) {
            return None;
        }
        if let Some(statement) = self.by_id(query) {
            return Some(statement);
        }
        let window = Window::of(query, total)?;
        let in_order = window.offset == 0 && !window.from_end && is_own_id(&query.order.path);
        Some(match branches(query).as_slice() {
            [branch] if in_order && !branch.is_of_many() => self.direct(query, *branch, window),
            branches => self.deferred(query, branches, window),
        })
    }

    /// The question for how many rows all pages have. None if there are none whatever is stored.
    pub fn count<'a>(&'static self, query: &'a Query) -> Option<Statement<'a>> {
        if sees_nothing(self.entity, &query.scope) {
            return None;
        }
        let mut sql = Builder::new(self.dialect, "SELECT count(*) FROM ");
        match (branches(query).as_slice(), &self.entity.tenancy) {
            (branches @ [_, _, ..], Tenancy::Members(_)) => {
                sql.push("(");
                self.write_ids(&mut sql, branches, None);
                sql.push(") members");
            }
            ([only], _) => only.write(&mut sql, Joins::new(self.entity), true),
            // An index counts a set as fast as each of it.
            _ => whole(query).write(&mut sql, Joins::new(self.entity), true),
        }
        Some(sql.done())
    }

    /// The record with an id: the text is ready.
    fn by_id<'a>(&'static self, query: &'a Query) -> Option<Statement<'a>> {
        let [Filter { path, test: Test::Equals(Value::Int(id)) }] = query.filters.as_slice() else {
            return None;
        };
        if !is_own_id(path) || query.page.number != 1 {
            return None;
        }
        Some(match &query.scope {
            Scope::All => self.points.of_all(*id),
            Scope::Businesses(businesses) => self.points.of_some(*id, businesses, self.is_shared()),
        })
    }

    /// In the order of the ids, from the first: every row that is looked at is on the page.
    fn direct<'a>(&'static self, query: &'a Query, branch: Branch<'a>, window: Window) -> Statement<'a> {
        let mut sql = Builder::new(self.dialect, &format!("SELECT {} FROM ", self.row));
        // The joins of the row come first, because its text names them by their numbers.
        branch.write(&mut sql, self.row_joins(), false);
        sql.push(&order_by(self.dialect, None, &branch.id(), query.order.descending, false));
        write_window(&mut sql, window);
        sql.done()
    }

    /// First the ids of the page, from what filters and order need only, then the rows with these ids.
    fn deferred<'a>(
        &'static self,
        query: &'a Query,
        branches: &[Branch<'a>],
        window: Window,
    ) -> Statement<'a> {
        let Order { path, descending, .. } = &query.order;
        let mut sql = Builder::new(self.dialect, &format!("SELECT {} FROM (", self.row));
        let path = (!is_own_id(path)).then_some(path);
        self.write_ids(&mut sql, branches, path);
        sql.push(&order_by(self.dialect, path.map(|_| "sort"), "id", *descending, window.from_end));
        write_window(&mut sql, window);
        let (table, joins) = (self.entity.table, self.row_joins().joins());
        sql.push(&format!(") page JOIN {table} t0 ON t0.id = page.id{joins}"));
        sql.push(&order_by(self.dialect, path.map(|_| "page.sort"), "page.id", *descending, false));
        sql.done()
    }

    /// Writes the question for the ids, and for the values at the end of a path.
    fn write_ids<'a>(&self, sql: &mut Builder<'a>, branches: &[Branch<'a>], path: Option<&Path>) {
        for (place, branch) in branches.iter().enumerate() {
            sql.push(if place == 0 { "" } else { union(self.entity) });
            let mut joins = Joins::new(self.entity);
            let key = path.and_then(|path| self.order_key(path, &mut joins));
            sql.push(&format!("SELECT {} AS id", branch.id()));
            if path.is_some() {
                sql.push(&format!(", {} AS sort", key.as_deref().unwrap_or("NULL")));
            }
            sql.push(" FROM ");
            branch.write(sql, joins, path.is_none());
        }
    }

    /// What rows are ordered by: texts folded and by their bytes, the rest as it is.
    fn order_key(&self, path: &Path, joins: &mut Joins) -> Option<String> {
        let column = joins.column(path)?;
        let dialect = self.dialect;
        Some(match path.field(self.entity).kind {
            Kind::Text(_) => format!("{}{}", dialect.folded(&column), dialect.by_bytes()),
            Kind::Guid => format!("{column}{}", dialect.by_bytes()),
            _ => column,
        })
    }

    fn is_shared(&self) -> bool {
        matches!(self.entity.tenancy, Tenancy::Shared)
    }

    /// The joins of all derived fields, numbered as in [`Plan::row`].
    pub(crate) fn row_joins(&self) -> Joins {
        let mut joins = Joins::new(self.entity);
        for place in 0..self.entity.fields.len() {
            self.entity.path_to(FieldIndex(place)).and_then(|path| joins.column(&path));
        }
        joins
    }
}

fn is_own_id(path: &Path) -> bool {
    path.hops.is_empty() && path.last == ID
}

/// By `sort` if there is one, then by id. Reversed, it gives the same list from its end.
fn order_by(dialect: Dialect, sort: Option<&str>, id: &str, descending: bool, reversed: bool) -> String {
    let down = descending != reversed;
    let (by, nulls) = (direction(down), dialect.nulls(down));
    match sort {
        None => format!(" ORDER BY {id}{by}"),
        Some(sort) => format!(" ORDER BY {sort}{by}{nulls}, {id}{}", direction(reversed)),
    }
}

fn direction(descending: bool) -> &'static str {
    if descending { " DESC" } else { "" }
}

fn write_window(sql: &mut Builder<'_>, window: Window) {
    sql.push(" LIMIT ");
    sql.bind(Parameter::Int(window.limit as i64));
    if window.offset > 0 {
        sql.push(" OFFSET ");
        sql.bind(Parameter::Int(i64::try_from(window.offset).unwrap_or(i64::MAX)));
    }
}
