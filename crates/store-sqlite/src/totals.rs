//! How many records lists have, remembered as long as nothing changes.

use std::collections::HashMap;

use proofdesk_domain::list::Filter;
use proofdesk_domain::scope::Scope;
use proofdesk_store::Query;

/// How many totals one connection remembers.
const CAPACITY: usize = 64;

/// What a total depends on, besides the data.
type Key = (&'static str, Scope, Vec<Filter>);

/// The totals that one connection has counted. They hold for one state of the database, which the connection tells by its
/// `data_version`: that differs after every commit of another connection, of whatever process.
#[derive(Default)]
pub(crate) struct Totals {
    version: i64,
    counted: HashMap<Key, u64>,
}

impl Totals {
    /// The total of a query, if it was counted in this state.
    pub(crate) fn get(&mut self, version: i64, query: &Query) -> Option<u64> {
        if self.version != version {
            self.version = version;
            self.counted.clear();
        }
        self.counted.get(&key(query)).copied()
    }

    /// Remembers a total, counted in the state of the last [`Totals::get`].
    pub(crate) fn put(&mut self, query: &Query, total: u64) {
        if self.counted.len() >= CAPACITY {
            self.counted.clear();
        }
        self.counted.insert(key(query), total);
    }
}

fn key(query: &Query) -> Key {
    (query.entity.table, query.scope.clone(), query.filters.clone())
}

#[cfg(test)]
mod tests {
    use proofdesk_domain::entities::check;

    use super::*;

    fn of_status(status: i64) -> Query {
        Query::all(&check::CHECK, Scope::All, 10).equals(check::STATUS_, status)
    }

    #[test]
    fn a_total_holds_for_one_state_and_one_question() {
        let mut totals = Totals::default();
        assert_eq!(totals.get(1, &of_status(1)), None);
        totals.put(&of_status(1), 5);
        assert_eq!(totals.get(1, &of_status(1)), Some(5));
        assert_eq!(totals.get(1, &of_status(2)), None);
        let elsewhere = Query { scope: Scope::of([1]), ..of_status(1) };
        assert_eq!(totals.get(1, &elsewhere), None);
        assert_eq!(totals.get(2, &of_status(1)), None, "something was committed");
        assert_eq!(totals.get(1, &of_status(1)), None);
    }

    #[test]
    fn the_number_of_totals_is_bounded() {
        let mut totals = Totals::default();
        for status in 0..1000 {
            totals.put(&of_status(status), 1);
            assert!(totals.counted.len() <= CAPACITY);
        }
        assert_eq!(totals.get(0, &of_status(999)), Some(1));
    }
}
