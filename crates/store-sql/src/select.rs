//! Questions: the rows of a page, and how many there are on all pages.

use proofdesk_domain::entity::{FieldIndex, ID, Kind, Tenancy};
use proofdesk_domain::list::{Filter, Order, Test};
use proofdesk_domain::path::Path;
use proofdesk_domain::scope::Scope;
use proofdesk_domain::value::Value;
use proofdesk_store::Query;

use crate::builder::Builder;
use crate::condition::{Subject, sees_nothing, write_scope};
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
        let plain = window.offset == 0 && !window.from_end && is_own_id(&query.order.path);
        Some(if plain { self.direct(query, window) } else { self.deferred(query, window) })
    }

    /// The question for how many rows all pages have. None if there are none whatever is stored.
    pub fn count<'a>(&'static self, query: &'a Query) -> Option<Statement<'a>> {
        if sees_nothing(self.entity, &query.scope) {
            return None;
        }
        let mut sql = Builder::new(self.dialect, "SELECT count(*) FROM ");
        self.write_tables(&mut sql, query, Joins::new(self.entity));
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
    fn direct<'a>(&'static self, query: &'a Query, window: Window) -> Statement<'a> {
        let mut sql = Builder::new(self.dialect, &format!("SELECT {} FROM ", self.row));
        // The joins of the row come first, because its text names them by their numbers.
        self.write_tables(&mut sql, query, self.row_joins());
        sql.push(" ORDER BY t0.id");
        sql.push(direction(query.order.descending));
        write_window(&mut sql, window);
        sql.done()
    }

    /// First the ids of the page, from what filters and order need only, then the rows with these ids.
    fn deferred<'a>(&'static self, query: &'a Query, window: Window) -> Statement<'a> {
        let dialect = self.dialect;
        let mut sql = Builder::new(dialect, &format!("SELECT {} FROM (SELECT t0.id AS id", self.row));
        let mut joins = Joins::new(self.entity);
        let Order { path, descending, .. } = &query.order;
        let key = if is_own_id(path) { None } else { self.order_key(path, &mut joins) };
        if let Some(key) = &key {
            sql.push(&format!(", {key} AS sort"));
        }
        sql.push(" FROM ");
        self.write_tables(&mut sql, query, joins);
        let sort = key.as_ref().map(|_| ["sort", "page.sort"]);
        sql.push(&order_by(dialect, sort.map(|names| names[0]), "t0.id", *descending, window.from_end));
        write_window(&mut sql, window);
        sql.push(&format!(
            ") page JOIN {} t0 ON t0.id = page.id{}",
            self.entity.table,
            self.row_joins().joins()
        ));
        sql.push(&order_by(dialect, sort.map(|names| names[1]), "page.id", *descending, false));
        sql.done()
    }

    /// Writes the tables and conditions of a query.
    fn write_tables<'a>(&self, sql: &mut Builder<'a>, query: &'a Query, mut joins: Joins) {
        let subjects = query.filters.iter().map(|filter| Subject::of(filter, self.entity, &mut joins));
        let subjects: Vec<Subject> = subjects.collect();
        sql.push(&joins.tables());
        let mut first = true;
        write_scope(sql, &mut first, self.entity, &query.scope);
        for (subject, filter) in subjects.iter().zip(&query.filters) {
            sql.and(&mut first);
            subject.write(sql, &filter.test);
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
